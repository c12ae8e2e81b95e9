import { LONGEST_MAIL } from './mail.ts'
import type { Mailbox } from './reader.ts'

/** Mails of one round; the next round takes the others. */
const MOST_MAILS = 500
const CONNECT_TIMEOUT_MS = 30_000
const IMAPS_PORT = 993
const IMAP_PORT = 143

/** A folder on an IMAP server, `imaps://user:password@host/folder`: unseen mails are read, and marked as seen when they are done. */
export function openImap(text: string): Mailbox {
  const url = new URL(text)
  const folder = decodeURIComponent(url.pathname.slice(1)) || 'INBOX'
  const secure = url.protocol === 'imaps:'
  const options = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (secure ? IMAPS_PORT : IMAP_PORT),
    secure,
    auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    // its log holds addresses
    logger: false as const,
  }
  return {
    name: `IMAP ${url.host}/${folder}`,
    async read(take, isStopped) {
      // of some size, and only who has such a mailbox needs it
      const { ImapFlow } = await import('imapflow')
      const client = new ImapFlow(options)
      // told by the call that is under way too
      client.on('error', () => {})
      try {
        await client.connect()
        await client.mailboxOpen(folder)
        const uids = (await client.search({ seen: false }, { uid: true })) || []
        for (const uid of uids.slice(0, MOST_MAILS)) {
          if (isStopped()) break
          const message = await client.fetchOne(
            String(uid),
            { source: { start: 0, maxLength: LONGEST_MAIL } },
            { uid: true },
          )
          if (!message || message.source === undefined) continue
          await take(message.source)
          await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true })
        }
        await client.logout()
      } finally {
        client.close()
      }
    },
  }
}
