import { createHash } from 'node:crypto'
import type { SendMailOptions } from 'nodemailer'
import addressparser from 'nodemailer/lib/addressparser'
import type { ClaimedDeliveryRow, MessageRow } from '../db/rows.ts'
import { AddressError, normalizeAddress } from './address.ts'
import { compileMime, encodeLines } from './mime.ts'
import { compileTemplate, type Fields, splitLines } from './template.ts'

/** A campaign's message that cannot be made for anybody; the message says what to change. */
export class MessageError extends Error {
  override name = 'MessageError'
}

/** Makes one contact's mail. Throws an AddressError when the contact's address cannot be mailed. */
export type Message = (delivery: ClaimedDeliveryRow) => SendMailOptions

interface Mailbox {
  name: string
  address: string
}

/**
 * Compiles one version of a campaign's message. The same delivery always makes the same bytes: Message-ID, Date and
 * MIME boundary come from its row, nothing from the clock or from chance.
 */
export async function compileMessage(
  row: MessageRow,
  { mailFrom }: { mailFrom?: string | undefined } = {},
): Promise<Message> {
  const from = readSender(row.sender ?? mailFrom)
  const replyTo = row.reply_to === null ? undefined : readMailboxes(row.reply_to, 'reply_to')
  const domain = from.address.slice(from.address.indexOf('@') + 1)
  const subject = compileTemplate(row.subject, { escape: 'header' })
  const text = compileBody(row.text_body, 'text')
  const html = compileBody(row.html_body, 'html')
  if (!text && !html) throw new MessageError('the campaign has neither html_body nor text_body: set one')
  const compose = await compileMime(
    { from, domain, ...(replyTo && { replyTo }) },
    { text: text !== undefined, html: html !== undefined },
  )

  return ({ email, fields, message_key, message_date }) => {
    const to = normalizeAddress(email)
    const raw = compose({
      messageKey: message_key,
      date: message_date,
      to,
      subject: subject(fields),
      boundary: createHash('sha256').update(message_key).digest('hex').slice(0, 32),
      text: text?.(fields),
      html: html?.(fields),
    })
    // explicit, with one recipient: what a header says never decides who gets the mail
    return {
      envelope: { from: from.address, to: [to] },
      messageId: `<${message_key}@${domain}>`,
      raw,
      disableFileAccess: true,
      disableUrlAccess: true,
    }
  }
}

/** Lines without a field are encoded once. */
function compileBody(
  source: string | null,
  target: 'text' | 'html',
): ((fields: Fields) => string) | undefined {
  if (source === null || source === '') return undefined
  const pieces = splitLines(source).map(({ text, hasFields }) => {
    if (!hasFields) return encodeLines(text)
    const fill = compileTemplate(text, { escape: target })
    return (fields: Fields) => encodeLines(fill(fields))
  })
  return fields => pieces.map(piece => (typeof piece === 'string' ? piece : piece(fields))).join('')
}

function readSender(sender: string | undefined): Mailbox {
  if (sender === undefined) throw new MessageError("no sender: set MAIL_FROM, or the campaign's sender")
  const [mailbox, ...others] = readMailboxes(sender, 'sender')
  if (others.length > 0) throw new MessageError('the sender has more than one address: name one')
  return mailbox!
}

/** `Name <address>` or bare addresses, separated by commas. */
function readMailboxes(text: string, name: string): Mailbox[] {
  const mailboxes = addressparser(text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' '), { flatten: true })
  if (mailboxes.length === 0)
    throw new MessageError(`${name} is empty: write it like Example Shop <news@example.com>`)
  return mailboxes.map(mailbox => {
    try {
      return { name: mailbox.name, address: normalizeAddress(mailbox.address) }
    } catch (error) {
      if (!(error instanceof AddressError)) throw error
      throw new MessageError(`${name} cannot be used: ${error.message}`)
    }
  })
}
