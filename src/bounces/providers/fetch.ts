import type { Fetch } from './sns.ts'

const TIMEOUT_MS = 10_000
/** A certificate has 2 kB, the answer to a confirmation less (bytes). */
const LONGEST_ANSWER = 64 * 1024

/** Reads a small text from an https address that was checked before: no redirects, a few seconds, a few kilobytes. */
export const fetchText: Fetch = async url => {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok || response.body === null)
    throw new Error(`${new URL(url).host} answered ${response.status}`)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.length
    if (length > LONGEST_ANSWER) throw new Error(`${new URL(url).host} answered more than was asked for`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
