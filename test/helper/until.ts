import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 20
const LIMIT_MS = 60_000

/** Looks again and again until there is something (a value that is true), and returns it. */
export async function until<Value>(
  look: () => Promise<Value | undefined | false>,
  limitMs = LIMIT_MS,
): Promise<Value> {
  for (const end = Date.now() + limitMs; ; await delay(POLL_MS)) {
    const value = await look()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited in vain for ${look}`)
  }
}
