import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { Ledger } from './ledger.ts'

/** A SMTP server on loopback that keeps every mail as a file: nothing leaves the machine. */
export interface Mailbox {
  /** For SMTP_URL: `smtp://127.0.0.1:port`. */
  url: string
  /** Holds the mails as `<time>-<n>.eml`, and `ledger.jsonl` with one line for each accepted one. */
  folder: string
  /** Mails accepted into this folder, by this and earlier runs. */
  count(): number
  stop(): Promise<void>
}

/** One line of `ledger.jsonl`. */
export interface MailboxEntry {
  /** RFC 3339, UTC. */
  at: string
  message_id: string | null
  from: string
  to: string[]
  file: string
  bytes: number
}

const LARGEST_MAIL_BYTES = 25 * 1024 * 1024
const CLOSE_TIMEOUT_MS = 1000

/**
 * Starts the mailbox. A mail's file and its line in the ledger are on disk before its 250 is answered, so after any
 * crash the ledger holds every mail a client was told is accepted.
 */
export async function startMailbox({
  folder,
  port = 0,
}: {
  folder: string
  port?: number
}): Promise<Mailbox> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of await readdir(folder)) if (name.endsWith('.tmp')) await rm(join(folder, name))
  const ledger = await Ledger.open(join(folder, 'ledger.jsonl'))
  let number = ledger.count
  const server = new SMTPServer({
    banner: 'daybatch mailbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_MAIL_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
    logger: false,
    onData(stream, session, answer) {
      number += 1
      accept(stream, session, { folder, ledger, number }).then(
        entry => answer(null, `2.0.0 kept as ${entry.file}`),
        answer,
      )
    },
  })
  // a client that hangs up is its own business
  server.on('error', () => {})
  try {
    await listen(server, port)
  } catch (error) {
    await ledger.close()
    throw error
  }
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    folder,
    count: () => ledger.count,
    async stop() {
      await new Promise<void>(resolve => server.close(resolve))
      await ledger.close()
    },
  }
}

function listen(server: SMTPServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.server.once('error', error => {
      reject(
        new Error(`the embedded mailbox cannot listen on port ${port}: ${error.message}`, { cause: error }),
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}

async function accept(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  { folder, ledger, number }: { folder: string; ledger: Ledger; number: number },
): Promise<MailboxEntry> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  if (stream.sizeExceeded) {
    throw Object.assign(new Error('5.3.4 the mail is larger than 25 MiB'), { responseCode: 552 })
  }
  const mail = Buffer.concat(chunks)
  const at = new Date().toISOString()
  const file = `${at.replaceAll(/[-:]/g, '')}-${number}.eml`
  await writeDurably(folder, file, mail)
  const { mailFrom, rcptTo } = session.envelope
  const entry: MailboxEntry = {
    at,
    message_id: readMessageId(mail),
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    file,
    bytes: mail.length,
  }
  await ledger.append(entry)
  return entry
}

/** The file is there whole or not at all, also after a power cut. */
async function writeDurably(folder: string, name: string, bytes: Buffer): Promise<void> {
  const path = join(folder, name)
  await writeFile(`${path}.tmp`, bytes, { flag: 'wx', mode: 0o600, flush: true })
  await rename(`${path}.tmp`, path)
  // Windows has no way to sync a folder
  if (process.platform !== 'win32') await syncFolder(folder)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function readMessageId(mail: Buffer): string | null {
  const end = mail.indexOf('\r\n\r\n')
  const header = mail.toString('latin1', 0, end < 0 ? mail.length : end)
  return /^message-id:\s*(<[^>\r\n]*>)/im.exec(header)?.[1] ?? null
}
