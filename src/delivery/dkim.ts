import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { domainToASCII } from 'node:url'
import { promisify } from 'node:util'

/** One entry of `DKIM_KEYS`. */
export interface DkimKeySetting {
  domain: string
  selector: string
  /** Path of a private key: PEM, RSA or Ed25519. */
  file: string
}

export interface DkimKey extends DkimKeySetting {
  algorithm: 'rsa-sha256' | 'ed25519-sha256'
  /** Length of an RSA key. */
  bits?: number
  privateKey: KeyObject
  /** What belongs into the TXT record `<selector>._domainkey.<domain>`. */
  record: string
}

/** Puts signatures before a mail: `raw` is the mail, `tail` what follows it unchanged. */
export type Signer = (raw: Buffer, tail?: Buffer) => Promise<Buffer>

/** RFC 8301 3.2: signers use at least 1024 bits, and should use 2048. */
const SHORTEST_RSA_KEY = 1024

/**
 * What RFC 6376 5.4.1 recommends of what our mails have, and both headers that RFC 8058 4 wants covered. From stands
 * twice, so that nobody can add another one.
 */
const SIGNED_HEADERS = [
  'from',
  'from',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'to',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-unsubscribe',
  'list-unsubscribe-post',
]

/** Runs in libuv's threads: an RSA signature takes longer than all else that a mail costs here. */
const signAside = promisify<string | null, Buffer, KeyObject, Buffer>(sign)

/** Reads the keys; throws an Error of one line for the first that cannot be used, and never shows one. */
export function readDkimKeys(settings: DkimKeySetting[]): DkimKey[] {
  return settings.map(setting => {
    const domain = domainToASCII(setting.domain)
    const name = `the DKIM key of ${setting.domain} (${setting.file})`
    const privateKey = parseKey(name, setting.file)
    const type = privateKey.asymmetricKeyType
    if (type === 'ed25519') {
      const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
      const publicKey = Buffer.from(x!, 'base64url').toString('base64')
      const record = `v=DKIM1; k=ed25519; p=${publicKey}`
      return { ...setting, domain, privateKey, algorithm: 'ed25519-sha256', record }
    }
    if (type !== 'rsa')
      throw new Error(`${name} is of the kind ${type}: DKIM knows rsa and ed25519 (RFC 8463)`)
    const bits = privateKey.asymmetricKeyDetails!.modulusLength!
    if (bits < SHORTEST_RSA_KEY) {
      throw new Error(
        `${name} has ${bits} bits, and no server accepts it: make one of 2048 by openssl genrsa 2048`,
      )
    }
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')
    const record = `v=DKIM1; k=rsa; p=${publicKey}`
    return { ...setting, domain, privateKey, algorithm: 'rsa-sha256', bits, record }
  })
}

function parseKey(name: string, file: string): KeyObject {
  let pem: Buffer
  try {
    pem = readFileSync(file)
  } catch (error) {
    throw new Error(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  try {
    return createPrivateKey(pem)
  } catch {
    // OpenSSL's words are not for people
    throw new Error(`${name} is no private key in PEM form without a passphrase`)
  }
}

/** The keys that sign for a From address: those of its domain, else of the nearest domain above it. */
export function chooseKeys<Key extends { domain: string }>(keys: Key[], fromDomain: string): Key[] {
  for (let domain = fromDomain; domain.includes('.'); domain = domain.slice(domain.indexOf('.') + 1)) {
    const own = keys.filter(key => key.domain === domain)
    if (own.length > 0) return own
  }
  return []
}

/**
 * Signs by DKIM (RFC 6376, RFC 8463), once with every key of the From address's domain. The canonicalization is
 * relaxed/simple: our bodies are lines of ASCII without white space at their ends, so that simple is no stricter here.
 * The same mail gets the same signature. nodemailer signs by RSA alone, and in the event loop.
 */
export function createSigner(keys: DkimKey[]): Signer {
  return async (raw, tail) => {
    const end = raw.indexOf('\r\n\r\n')
    const fields = readFields(raw.toString('latin1', 0, end))
    const chosen = chooseKeys(keys, readFromDomain(fields))
    if (chosen.length === 0) return raw
    const bodyHash = hashBody(raw.subarray(end + 4), tail)
    const signed = SIGNED_HEADERS.filter(
      (name, index) => SIGNED_HEADERS[index + 1] === name || fields.has(name),
    )
    const canonical = [...new Set(signed)].map(name => `${name}:${fields.get(name)}\r\n`).join('')
    const headers = await Promise.all(chosen.map(key => signOnce(key, canonical, signed, bodyHash)))
    return Buffer.concat([Buffer.from(headers.join(''), 'latin1'), raw])
  }
}

async function signOnce(
  key: DkimKey,
  canonical: string,
  signed: string[],
  bodyHash: string,
): Promise<string> {
  const { algorithm, domain, selector, privateKey } = key
  const header = [
    `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/simple; d=${domain};`,
    ` s=${selector};`,
    ...fold(` h=${signed.join(':')};`, /.{1,70}(?::|;$)/g),
    ` bh=${bodyHash};`,
    ' b=',
  ].join('\r\n')
  // as every header, and without the end of its line (3.7)
  const data = Buffer.from(`${canonical}dkim-signature:${relax(header)}`, 'latin1')
  const isRsa = algorithm === 'rsa-sha256'
  const signature = await signAside(
    isRsa ? 'sha256' : null,
    isRsa ? data : createHash('sha256').update(data).digest(),
    privateKey,
  )
  return `${header}${fold(signature.toString('base64'), /.{1,72}/g).join('\r\n ')}\r\n`
}

function fold(text: string, pattern: RegExp): string[] {
  return (text.match(pattern) ?? []).map((line, index) =>
    index > 0 && text.startsWith(' ') ? ` ${line}` : line,
  )
}

/** The header fields in their relaxed form (3.4.2), by name; of several with one name the last. */
function readFields(head: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of head.split(/\r\n(?![ \t])/)) {
    fields.set(line.slice(0, line.indexOf(':')).trimEnd().toLowerCase(), relax(line))
  }
  return fields
}

const relax = (line: string) =>
  line
    .slice(line.indexOf(':') + 1)
    .replaceAll('\r\n', '')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '')

const readFromDomain = (fields: Map<string, string>): string =>
  /.*@([a-z0-9.-]+)/is.exec(fields.get('from') ?? '')?.[1]?.toLowerCase() ?? ''

/** Simple (3.4.3): empty lines at the end do not count, and nothing is one empty line. */
function hashBody(body: Buffer, tail: Buffer | undefined): string {
  const hash = createHash('sha256')
  if (tail === undefined) return hash.update(withoutEmptyLines(body)).digest('base64')
  return hash.update(body).update(withoutEmptyLines(tail)).digest('base64')
}

function withoutEmptyLines(body: Buffer): Buffer {
  if (body.length === 0) return Buffer.from('\r\n')
  let { length } = body
  while (length >= 4 && body[length - 3] === 0x0a && body[length - 4] === 0x0d) length -= 2
  return body.subarray(0, length)
}
