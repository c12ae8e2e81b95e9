import { createHash } from 'node:crypto'
import addressparser from 'nodemailer/lib/addressparser'
import type { ClaimedDeliveryRow, MessageRow } from '../db/rows.ts'
import { AddressError, normalizeAddress } from './address.ts'
import { compileMime, encodeLines, type MailBytes, type MailFile } from './mime.ts'
import { makePlainText } from './plain-text.ts'
import { compileTemplate, type Fields, listFields, splitLines } from './template.ts'
import { describeUnsubscribe, type UnsubscribeOptions } from './unsubscribe.ts'

/** A campaign's message that cannot be made for anybody; the message says what to change. */
export class MessageError extends Error {
  override name = 'MessageError'
}

/** A mail for the SMTP server: bare addresses, their domains in A-label form, and what makes its message. */
export interface Mail {
  envelope: { from: string; to: string[] }
  /** The same bytes each time: made when a connection takes the mail, they are gone with it and never wait in memory. */
  compose(): MailBytes
}

/** Makes one contact's mail. Throws an AddressError when the contact's address cannot be mailed. */
export type Message = (delivery: MailContact) => Mail

/** What of a delivery its mail is made of. */
export type MailContact = Pick<
  ClaimedDeliveryRow,
  'email' | 'fields' | 'message_key' | 'message_date' | 'unsubscribe_token' | 'return_path'
>

export interface MessageOptions {
  /** The sender where the campaign names none. */
  mailFrom?: string | undefined
  files?: MailFile[] | undefined
  /** Without it a mail says nothing about leaving. */
  unsubscribe?: UnsubscribeOptions | undefined
}

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
  { mailFrom, files, unsubscribe: options }: MessageOptions = {},
): Promise<Message> {
  const from = readSender(row.sender ?? mailFrom)
  const replyTo = row.reply_to === null ? undefined : readMailboxes(row.reply_to, 'reply_to')
  const domain = from.address.slice(from.address.indexOf('@') + 1)
  const subject = compileTemplate(row.subject, { escape: 'header' })
  const html = compileBody(row.html_body, 'html')
  const text = compileBody(await readText(row), 'text')
  if (!text && !html) throw new MessageError('the campaign has neither html_body nor text_body: set one')
  const unsubscribe = options && describeUnsubscribe(options, from.address)
  const hasLink = [row.subject, row.text_body, row.html_body].some(
    source => source !== null && listFields(source).includes(UNSUBSCRIBE_FIELD),
  )
  const compose = await compileMime({
    from,
    domain,
    ...(replyTo && { replyTo }),
    bodies: { text: text !== undefined, html: html !== undefined },
    files,
    unsubscribe: unsubscribe && (unsubscribe.isOneClick ? 'one-click' : 'plain'),
  })

  return ({ email, fields: ownFields, message_key, message_date, unsubscribe_token: token, return_path }) => {
    const to = normalizeAddress(email)
    const fields = hasLink ? { ...ownFields, [UNSUBSCRIBE_FIELD]: unsubscribe?.link(token) } : ownFields
    // explicit, with one recipient: what a header says never decides who gets the mail
    return {
      envelope: { from: return_path ?? from.address, to: [to] },
      compose: () =>
        compose({
          messageKey: message_key,
          date: message_date,
          to,
          subject: subject(fields),
          boundary: createHash('sha256').update(message_key).digest('hex').slice(0, 32),
          text: text?.(fields),
          html: html?.(fields),
          unsubscribe: unsubscribe?.header(token),
        }),
    }
  }
}

/** What the engine fills in; an attribute of a contact with this name is not looked at. */
const UNSUBSCRIBE_FIELD = 'unsubscribe_url'

/** A contact's subject and bodies as text, for a look at them. */
export async function renderMessage(
  row: MessageRow,
  contactFields: Fields,
  options: MessageOptions & { token: string },
): Promise<{ from: string; subject: string; text: string; html: string | null }> {
  const from = readSender(row.sender ?? options.mailFrom)
  const link =
    options.unsubscribe && describeUnsubscribe(options.unsubscribe, from.address).link(options.token)
  const fields = { ...contactFields, [UNSUBSCRIBE_FIELD]: link }
  const render = (source: string, target: 'header' | 'text' | 'html') =>
    compileTemplate(source, { escape: target })(fields)
  return {
    from: from.name === '' ? from.address : `${from.name} <${from.address}>`,
    subject: render(row.subject, 'header'),
    text: render((await readText(row)) ?? '', 'text'),
    html: row.html_body === null ? null : render(row.html_body, 'html'),
  }
}

/** Who reads no html gets the html's words. */
async function readText({ text_body, html_body }: MessageRow): Promise<string | null> {
  if (text_body !== null && text_body !== '') return text_body
  return html_body === null || html_body === '' ? null : makePlainText(html_body)
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
