import type { Attachment, ParsedMail } from 'mailparser'
import type { BounceReport } from '../db/rows.ts'
import { type BounceDatabase, cleanText, findTokens, readTime } from './report.ts'

/** Reports stand at the beginning of a mail, before the copy of what came back: the rest of a long one is not read. */
export const LONGEST_MAIL = 1024 * 1024
/** The subject stands within this. */
const LONGEST_HEADER = 64 * 1024

/**
 * What became of a mail; `none`: it is no delivery status notification, no complaint, and no request to unsubscribe;
 * `unknown`: it is about no mail of ours.
 */
export type MailResult = 'recorded' | 'known' | 'ignored' | 'unknown' | 'none' | 'unsubscribed'

/** Header fields that tell to whom a mail was sent, as mail servers write them. */
const RECIPIENT_FIELDS = [
  'to',
  'cc',
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'x-delivered-to',
  'x-rcpt-to',
]
const DELIVERY_STATUS = /^message\/(global-)?delivery-status$/
const FEEDBACK_REPORT = 'message/feedback-report'
/** As the mailto address of List-Unsubscribe has it; a program in between may have put "Re:" before it. */
const UNSUBSCRIBE = /^\s*(?:[a-z]{2,3}:\s*)*unsubscribe\s+([0-9a-f]{36,200})\s*$/i
const ORIGINAL = /^(message\/(rfc822|global|global-headers)|text\/rfc822-headers)$/

/**
 * Records what a mail reports that came back to a return path: a delivery status notification (RFC 3464, 6533) or a
 * complaint (ARF, RFC 5965). Or it asks to unsubscribe, by the token that its mail had in List-Unsubscribe.
 * `recipient`: its envelope recipient, where the mail server told it.
 */
export async function recordMail(db: BounceDatabase, raw: Buffer, recipient?: string): Promise<MailResult> {
  const mail = await readBounceMail(raw, recipient)
  if (mail === undefined) return unsubscribe(db, raw)
  const [row] = await db.recordBounces({ source: mail.source, reports: [mail.report] })
  return row?.result ?? 'ignored'
}

async function unsubscribe(db: BounceDatabase, raw: Buffer): Promise<MailResult> {
  const mail = await parse(raw.subarray(0, LONGEST_HEADER))
  const token = UNSUBSCRIBE.exec(mail?.subject ?? '')?.[1]
  if (token === undefined) return 'none'
  try {
    await db.unsubscribeByToken({ token, source: 'mail' })
    return 'unsubscribed'
  } catch (error) {
    if ((error as { code?: string }).code === 'MB030') return 'unknown'
    throw error
  }
}

/** What a mail reports; undefined when it is no report: an answer, an absence notice, broken. Never rejects. */
export async function readBounceMail(
  raw: Buffer,
  recipient?: string,
): Promise<{ source: 'dsn' | 'arf'; report: BounceReport } | undefined> {
  const mail = await parse(raw.subarray(0, LONGEST_MAIL))
  if (mail === undefined) return undefined
  const part = (is: (type: string) => boolean) =>
    mail.attachments.find(({ contentType }) => is(contentType.toLowerCase()))
  const feedback = readFields(part(type => type === FEEDBACK_REPORT))
  const statuses = readFields(part(type => DELIVERY_STATUS.test(type)))
  if (feedback.length === 0 && statuses.length === 0) return undefined
  const [original] = readFields(part(type => ORIGINAL.test(type)))
  const isComplaint = feedback.length > 0
  const tokens = findTokens([
    recipient,
    ...mail.headerLines.filter(({ key }) => RECIPIENT_FIELDS.includes(key)).map(({ line }) => line),
    original?.get('return-path'),
    ...feedback.map(fields => fields.get('original-mail-from')),
  ])
  const report: BounceReport = {
    tokens,
    event_at: readTime(feedback[0]?.get('arrival-date') ?? mail.date?.toISOString()),
    ...(isComplaint
      ? { feedback_type: cleanText(feedback[0]!.get('feedback-type')) ?? 'abuse' }
      : { recipients: readRecipients(statuses) }),
  }
  return { source: isComplaint ? 'arf' : 'dsn', report }
}

async function parse(raw: Buffer): Promise<ParsedMail | undefined> {
  // of some size, and for mails that come back only
  const { simpleParser } = await import('mailparser')
  try {
    return await simpleParser(raw, {
      keepDeliveryStatus: true,
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipTextLinks: true,
      skipImageLinks: true,
    })
  } catch {
    return undefined
  }
}

type Fields = Map<string, string>

/** Groups of `Name: value` lines, divided by empty lines (RFC 3464 2.1); names in lower case, the first of a name counts. */
function readFields(part: Attachment | undefined): Fields[] {
  const text = part?.content.toString('utf8') ?? ''
  return text
    .split(/\r?\n[ \t]*\r?\n/)
    .map(group => {
      const fields: Fields = new Map()
      for (const line of group.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
        const [, name, value] = /^([!-9;-~]{1,100})[ \t]*:(.*)$/.exec(line) ?? []
        if (name !== undefined && !fields.has(name.toLowerCase()))
          fields.set(name.toLowerCase(), value!.trim())
      }
      return fields
    })
    .filter(fields => fields.size > 0)
}

/** The groups of recipients; one that was not divided from the group of the message is one too. */
const readRecipients = (groups: Fields[]) =>
  groups
    .filter(fields => fields.has('action') || fields.has('status'))
    .slice(0, 100)
    .map(fields => ({
      action: cleanText(fields.get('action')),
      status: cleanText(fields.get('status')),
      diagnostic: cleanText(fields.get('diagnostic-code')),
    }))
