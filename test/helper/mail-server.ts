import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import type { Testing } from './database.ts'

/**
 * For NODE_EXTRA_CA_CERTS of a process that is to trust the server. Certificate and key are for tests alone:
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost
 *   -addext subjectAltName=DNS:localhost,IP:127.0.0.1
 */
export const CERTIFICATE = fileURLToPath(new URL('localhost-certificate.pem', import.meta.url))
const KEY = fileURLToPath(new URL('localhost-key.pem', import.meta.url))

export interface ReceivedMail {
  from: string
  to: string[]
  /** Whether it came over TLS, and as whom the sender had logged in. */
  secure: boolean
  user: string
  mail: ParsedMail
}

/** A mail server as in the world: STARTTLS on localhost, and nothing without a login. */
export interface MailServer {
  port: number
  received: ReceivedMail[]
}

export const USER = 'user'
export const PASSWORD = 'password'

export async function startMailServer(t: Testing): Promise<MailServer> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    cert: await readFile(CERTIFICATE),
    key: await readFile(KEY),
    disableReverseLookup: true,
    logger: false,
    onAuth({ username, password }, _session, answer) {
      if (username === USER && password === PASSWORD) answer(null, { user: username })
      else answer(new Error('5.7.8 wrong credentials'))
    },
    onData(stream, session, answer) {
      const { mailFrom, rcptTo } = session.envelope
      simpleParser(stream).then(mail => {
        const from = mailFrom ? mailFrom.address : ''
        const to = rcptTo.map(({ address }) => address)
        received.push({ from, to, secure: session.secure, user: String(session.user), mail })
        answer(null, '2.0.0 queued')
      }, answer)
    },
  })
  // a client that hangs up, or does not trust the certificate, is what the test is about
  server.on('error', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => server.close(resolve)))
  return { port: (server.server.address() as AddressInfo).port, received }
}
