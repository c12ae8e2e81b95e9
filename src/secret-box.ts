import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
/** NIST SP 800-38D 8.2: 96 bits, drawn anew for every sealing. */
const IV_BYTES = 12
const TAG_BYTES = 16
const KEY = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_=-]+)$/

/**
 * Seals secrets that stand in the database with a key that does not. A sealed text names its key, so that keys can be
 * changed: put a new one first, seal anew, take the old one away. What it belongs to (`context`) is sealed along: moved
 * to another server, or to another host, it does not open.
 */
export class SecretBox {
  readonly #keys: Map<string, Buffer>

  private constructor(keys: Map<string, Buffer>) {
    this.#keys = keys
  }

  /** `id:key, id:key`, each key 32 bytes in base64; the first seals. Throws one line that never repeats a key. */
  static read(text = ''): SecretBox {
    const keys = new Map<string, Buffer>()
    for (const part of text.split(',').map(part => part.trim())) {
      if (part === '') continue
      const [, id, encoded] = KEY.exec(part) ?? []
      const key = Buffer.from(encoded ?? '', 'base64')
      if (id === undefined || key.length !== KEY_BYTES || keys.has(id)) {
        throw new Error(
          'ENCRYPTION_KEYS cannot be read: write it like 2026:KEY, with KEY from: openssl rand -base64 32 (several: commas between, the newest first)',
        )
      }
      keys.set(id, key)
    }
    return new SecretBox(keys)
  }

  /** The key that seals; undefined: there is none. */
  get currentKey(): string | undefined {
    return this.#keys.keys().next().value
  }

  /** Throws an Error of one line when there is no key. */
  seal(secret: string, context: string[]): string {
    const id = this.currentKey
    if (id === undefined) {
      throw new Error(
        'ENCRYPTION_KEYS is not set: set ENCRYPTION_KEYS=2026:$(openssl rand -base64 32) in .env',
      )
    }
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(CIPHER, this.#keys.get(id)!, iv, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.from(JSON.stringify(['v1', id, ...context])))
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return ['v1', id, iv.toString('base64url'), sealed.toString('base64url')].join('.')
  }

  /** Throws an Error of one line when the key is missing, or the text was made for something else or changed. */
  open(text: string, context: string[]): string {
    const [version, id = '', iv = '', sealed = ''] = text.split('.')
    const key = this.#keys.get(id)
    if (version !== 'v1') throw new Error('it is sealed in a way that this version does not know')
    if (key === undefined) throw new Error(`it is sealed with the key ${id}, which is not in ENCRYPTION_KEYS`)
    const bytes = Buffer.from(sealed, 'base64url')
    try {
      const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64url'), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(JSON.stringify([version, id, ...context])))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      )
    } catch {
      throw new Error('it does not open: it was sealed with another key, or for another server, host or user')
    }
  }

  /** The key that a sealed text names. */
  static keyOf(text: string): string | undefined {
    return text.split('.')[1]
  }
}
