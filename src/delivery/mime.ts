import { createHash, randomBytes } from 'node:crypto'
import type { SendMailOptions } from 'nodemailer'
import MailComposer from 'nodemailer/lib/mail-composer'
import { foldLines } from 'nodemailer/lib/mime-funcs'
import MimeNode from 'nodemailer/lib/mime-node'
import { encode, wrap } from 'nodemailer/lib/qp'

/** What differs from mail to mail. `text` and `html` are quoted-printable already. */
export interface MailParts {
  messageKey: string
  date: Date
  to: string
  subject: string
  /** 32 characters; the same for the same mail. */
  boundary: string
  text?: string | undefined
  html?: string | undefined
  /** The value of List-Unsubscribe, where the message has one. */
  unsubscribe?: string | undefined
}

/** A file of the message: attached, or shown by the html as `cid:<contentId>`. */
export interface MailFile {
  name: string
  mediaType: string
  contentId: string | null
  content: Buffer
}

/** What the mails of a message have in common. */
export interface SharedParts {
  from: SendMailOptions['from']
  replyTo?: SendMailOptions['replyTo']
  domain: string
  bodies: { text: boolean; html: boolean }
  files?: MailFile[]
  /** `one-click`: with List-Unsubscribe-Post (RFC 8058). */
  unsubscribe?: 'one-click' | 'plain' | undefined
}

/** A mail's bytes; all mails of a message have the same `tail`, where its files are, and it is kept once. */
export interface MailBytes {
  raw: Buffer
  tail?: Buffer
}

type PartName = keyof MailParts

/** Of no message: it knows how a header is encoded. */
const header = new MimeNode('text/plain')

/**
 * Composes a message by nodemailer once, for a recipient that stands for all, and cuts it where mails differ: what
 * headers and parts there are, and in which order, is nodemailer's. To compose every mail anew took most of a mail's CPU
 * time (0.49 ms with it, 0.27 so; a message of 3 kB).
 */
export async function compileMime(shared: SharedParts): Promise<(parts: MailParts) => MailBytes> {
  const { domain, bodies, files = [], unsubscribe, ...headers } = shared
  // chance, so that nothing of the author's is taken for a mark; as long as what replaces it, for equal folding
  const mark = () => randomBytes(16).toString('hex')
  const marks = {
    messageKey: mark(),
    to: mark(),
    subject: mark(),
    boundary: files.length === 0 ? mark() : makeBoundary(files),
    text: mark(),
    html: mark(),
    unsubscribe: mark(),
  }
  const asBody = (content: string) => ({ content, contentTransferEncoding: 'quoted-printable' as const })
  const sample = await compose({
    ...headers,
    messageId: `<${marks.messageKey}@${domain}>`,
    date: new Date(0),
    to: { name: '', address: `${marks.to}@example.org` },
    subject: marks.subject,
    baseBoundary: marks.boundary,
    ...(unsubscribe && { headers: describeHeaders(unsubscribe, marks.unsubscribe) }),
    ...(bodies.text && { text: asBody(marks.text) }),
    ...(bodies.html && { html: asBody(marks.html) }),
    attachments: files.map(describeFile),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const places: [found: string, part: PartName][] = [
    [marks.messageKey, 'messageKey'],
    [formatDate(new Date(0)), 'date'],
    [`${marks.to}@example.org`, 'to'],
    [`Subject: ${marks.subject}`, 'subject'],
    [marks.text, 'text'],
    [marks.html, 'html'],
    [marks.unsubscribe, 'unsubscribe'],
  ]
  if (files.length === 0) places.push([marks.boundary, 'boundary'])
  const pieces = cut(sample, places)
  const last = pieces.at(-1)
  const tail = files.length > 0 && typeof last === 'string' ? Buffer.from(last) : undefined
  if (tail) pieces.pop()
  // a message of one part ends with its body, whose own line end is enough
  if (pieces.at(-1) === '\r\n') pieces.pop()
  return parts => {
    const text = pieces.map(piece => (typeof piece === 'string' ? piece : fill(piece.part, parts))).join('')
    if (tail) return { raw: Buffer.from(text), tail }
    return { raw: Buffer.from(text.endsWith('\r\n') ? text : `${text}\r\n`) }
  }
}

/** One for all mails, so that what comes after the bodies is the same in all; the same in every process. */
function makeBoundary(files: MailFile[]): string {
  const hash = createHash('sha256')
  for (const { name, content } of files) hash.update(name).update(content)
  return hash.digest('hex').slice(0, 32)
}

function describeHeaders(unsubscribe: 'one-click' | 'plain', mark: string): SendMailOptions['headers'] {
  // prepared: folded already, an address in it must not be
  const asIs = (value: string) => ({ prepared: true, foldLines: false, value })
  return [
    { key: 'List-Unsubscribe', value: asIs(mark) },
    ...(unsubscribe === 'one-click'
      ? [{ key: 'List-Unsubscribe-Post', value: asIs('List-Unsubscribe=One-Click') }]
      : []),
  ] as SendMailOptions['headers']
}

const describeFile = ({ name, mediaType, contentId, content }: MailFile) => ({
  filename: name,
  contentType: mediaType,
  content,
  contentTransferEncoding: 'base64' as const,
  ...(contentId === null ? {} : { cid: contentId, contentDisposition: 'inline' as const }),
})

/** The quoted-printable form of one or more whole lines (RFC 2045 6.7). */
export const encodeLines = (text: string) => wrap(encode(text.replace(/\r\n?|\n/g, '\r\n')))

function fill(part: PartName, parts: MailParts): string {
  if (part === 'date') return formatDate(parts.date)
  if (part === 'subject')
    return foldLines(`Subject: ${header.encodeHeaderValue('Subject', parts.subject)}`, 76)
  return parts[part] ?? ''
}

/** The date-time of RFC 5322 3.3 before its zone, which is +0000. */
const formatDate = (date: Date) => date.toUTCString().replace(/ GMT$/, '')

async function compose(options: SendMailOptions): Promise<string> {
  return (await new MailComposer(options).compile().build()).toString()
}

/** The text between the places, and the places. */
function cut(text: string, places: [found: string, part: PartName][]): (string | { part: PartName })[] {
  const parts = new Map(places)
  const pattern = new RegExp(`(${[...parts.keys()].join('|')})`)
  return text.split(pattern).map(piece => {
    const part = parts.get(piece)
    return part === undefined ? piece : { part }
  })
}
