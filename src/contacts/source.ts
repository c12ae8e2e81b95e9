import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'

/** What tells one file from another, and what its columns are guessed from (bytes). */
export const HEAD = 64 * 1024

/** A file that is read once, as a stream. */
export interface Source {
  /** sha256 of its first 64 KiB. */
  head: string
  bytes: AsyncGenerator<Uint8Array>
  /** Bytes handed on so far. */
  bytesRead(): number
}

/** Reading that may end early: who still sends a request hears why, instead of a connection that is gone. */
export const readChunks = (stream: AsyncIterable<Uint8Array>): AsyncIterator<Uint8Array> =>
  stream instanceof Readable
    ? stream.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]()
    : stream[Symbol.asyncIterator]()

/** Reads the head of a file, and hands on all of it. */
export async function openSource(stream: AsyncIterable<Uint8Array>): Promise<Source> {
  const iterator = readChunks(stream)
  const { chunks, isWhole } = await readHead(iterator)
  const hash = createHash('sha256').update(Buffer.concat(chunks).subarray(0, HEAD))
  let count = 0
  async function* bytes() {
    try {
      for (const chunk of chunks.splice(0)) {
        count += chunk.length
        yield chunk
      }
      if (isWhole) return
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        count += next.value.length
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { head: hash.digest('hex'), bytes: bytes(), bytesRead: () => count }
}

async function readHead(iterator: AsyncIterator<Uint8Array>) {
  const chunks: Uint8Array[] = []
  for (let size = 0; size < HEAD; ) {
    const next = await iterator.next()
    if (next.done) return { chunks, isWhole: true }
    chunks.push(next.value)
    size += next.value.length
  }
  return { chunks, isWhole: false }
}
