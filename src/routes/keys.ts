import { createHash } from 'node:crypto'
import type { Daybatch } from '../db/daybatch.ts'
import type { KeyScope } from '../db/rows.ts'

/** Who is calling. */
export interface Caller {
  /** Of a key of the database; of API_KEY and of a service that is open to this machine there is none. */
  keyId?: string
  scope: KeyScope
}

/** So long a revoked or expired key may still be taken (ms). */
export const REMEMBERED_MS = 10_000
const REMEMBERED_KEYS = 1000

/** `dbk_`, the key's own id, the secret. */
const KEY = /^dbk_([0-9a-f]{8})_[0-9a-f]{64}$/

/** Looks keys up in the database, and remembers the good ones for a few seconds: a busy caller costs no round trip. */
export class KeyRing {
  private readonly known = new Map<string, { caller: Caller; until: number }>()
  private readonly db: Daybatch

  constructor(db: Daybatch) {
    this.db = db
  }

  /** Whether it looks like a key that the database made. */
  static isKey(text: string): boolean {
    return KEY.test(text)
  }

  /** The caller, where the key was good a moment ago. */
  recall(key: string): Caller | undefined {
    const entry = this.known.get(fingerprint(key))
    return entry && entry.until > performance.now() ? entry.caller : undefined
  }

  /** Looks every key up again: one was revoked. */
  forget(): void {
    this.known.clear()
  }

  /** Undefined: no key, or not a good one. */
  async find(key: string): Promise<Caller | undefined> {
    const keyId = KEY.exec(key)?.[1]
    if (keyId === undefined) return undefined
    const remembered = this.recall(key)
    if (remembered) return remembered
    const row = await this.db.checkApiKey({ keyId, keyHash: createHash('sha256').update(key).digest() })
    const mark = fingerprint(key)
    this.known.delete(mark)
    if (row === undefined) return undefined
    const caller = { keyId, scope: row.scope }
    const [oldest] = this.known.keys()
    if (this.known.size >= REMEMBERED_KEYS && oldest !== undefined) this.known.delete(oldest)
    this.known.set(mark, { caller, until: performance.now() + REMEMBERED_MS })
    return caller
  }
}

const fingerprint = (key: string) => createHash('sha256').update(key).digest('base64')
