import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MailboxEntry } from './mailbox.ts'

/** A file of the mailbox, as it names them. */
export const MAIL_FILE = /^\d{8}T\d{6}\.\d{3}Z-\d+\.eml$/

/** A line of the ledger is some 300 bytes. */
const LARGEST_LINE = 2048
const HEAD_BYTES = 32 * 1024
/** Of a mail's source that is shown. */
const SHOWN_BYTES = 512 * 1024

export interface MailSummary {
  file: string
  /** When it was accepted, RFC 3339. */
  at: string
  from: string
  to: string[]
  bytes: number
  subject: string
}

export interface MailPage {
  items: MailSummary[]
  /** Where the page before in time ends, in bytes of the ledger; null: this was the first mail. */
  before: number | null
}

/** The mails of an embedded mailbox, the last first. Reads the end of its ledger, however long that is. */
export async function listMails(
  folder: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<MailPage> {
  const { lines, start } = await readLines(join(folder, 'ledger.jsonl'), before, limit)
  const entries = lines.map(line => JSON.parse(line) as MailboxEntry).reverse()
  const items = await Promise.all(
    entries.map(async ({ file, at, from, to, bytes }) => ({
      file,
      at,
      from,
      to,
      bytes,
      subject: await readSubject(join(folder, file)),
    })),
  )
  return { items, before: start > 0 ? start : null }
}

/** The last lines that end at `end` (bytes), and where the first of them begins. */
async function readLines(path: string, end: number | undefined, limit: number) {
  const none = { lines: [] as string[], start: 0 }
  const handle = await open(path).catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!handle) return none
  try {
    const { size } = await handle.stat()
    const to = Math.min(end ?? size, size)
    const from = Math.max(0, to - limit * LARGEST_LINE)
    const bytes = Buffer.alloc(to - from)
    await handle.read(bytes, 0, bytes.length, from)
    // what follows the last line end is being written; what is before the first one is half a line
    let stop = bytes.lastIndexOf(10) + 1
    const lines: string[] = []
    while (lines.length < limit && stop > 0) {
      const begin = bytes.lastIndexOf(10, stop - 2) + 1
      if (begin === 0 && from > 0) break
      lines.unshift(bytes.toString('utf8', begin, stop - 1))
      stop = begin
    }
    return { lines, start: from + stop }
  } finally {
    await handle.close()
  }
}

async function readSubject(path: string): Promise<string> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    const end = head.indexOf('\r\n\r\n')
    const { simpleParser } = await import('mailparser')
    const { subject } = await simpleParser(end < 0 ? head : head.subarray(0, end + 4))
    return subject ?? ''
  } finally {
    await handle.close()
  }
}

/** One mail as a reader would see it: embedded images stand in the html as data. */
export async function readMail(folder: string, file: string) {
  const source = await readFile(join(folder, file))
  const { simpleParser } = await import('mailparser')
  const mail = await simpleParser(source, { skipTextToHtml: true, skipHtmlToText: true })
  const addresses = (field: typeof mail.to) => [field ?? []].flat().map(({ text }) => text)
  return {
    file,
    from: mail.from?.text ?? '',
    to: addresses(mail.to).join(', '),
    reply_to: mail.replyTo?.text ?? null,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || null,
    attachments: mail.attachments.map(({ filename, contentType, size }) => ({
      file_name: filename ?? contentType,
      byte_count: size,
    })),
    raw: source.toString('utf8', 0, SHOWN_BYTES),
  }
}
