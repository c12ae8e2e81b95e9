// Just enough of PostgreSQL's protocol (version 3.0; "Message Formats" in its manual) to know which call a client
// makes and where its answer ends.

export interface Frame {
  /** One letter, or '' for the start-up message, which has none. */
  type: string
  bytes: Buffer
}

/** Cuts a byte stream into messages. A client's first one has no type. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)
  #isStarted: boolean

  constructor(side: 'client' | 'server') {
    this.#isStarted = side === 'server'
  }

  read(chunk: Buffer): Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: Frame[] = []
    for (;;) {
      const head = this.#isStarted ? 1 : 0
      if (this.#rest.length < head + 4) return frames
      const length = head + this.#rest.readInt32BE(head)
      if (this.#rest.length < length) return frames
      const bytes = this.#rest.subarray(0, length)
      frames.push({ type: this.#isStarted ? String.fromCharCode(bytes[0]!) : '', bytes })
      this.#rest = this.#rest.subarray(length)
      this.#isStarted = true
    }
  }
}

/** Zero-terminated strings of a message, from its first byte after the length on. */
function readStrings({ bytes }: Frame, count: number): string[] {
  const strings: string[] = []
  let start = 5
  for (let i = 0; i < count; i++) {
    const end = bytes.indexOf(0, start)
    strings.push(bytes.toString('utf8', start, end))
    start = end + 1
  }
  return strings
}

/** What a statement does, in one or two words: our function, or what pg-boss is about. */
export function nameCall(text: string): string {
  const ours = /\bdaybatch\.(\w+)\s*\(/.exec(text)?.[1]
  if (ours) return ours
  if (!/\bpgboss\./.test(text)) return /^\s*(\w*)/.exec(text)![1]!.toLowerCase()
  if (/skip locked/i.test(text)) return 'pgboss fetch'
  if (/state\s*=\s*'completed'/i.test(text)) return 'pgboss complete'
  return 'pgboss'
}

/** Follows the client's side of a connection: which call is asked for next. */
export class CallReader {
  readonly #statements = new Map<string, string>()
  #next = ''

  /** Returns the call's name at the message that asks for its execution and answer. */
  read(frame: Frame): string | undefined {
    switch (frame.type) {
      case 'P': {
        const [name, text] = readStrings(frame, 2)
        this.#next = nameCall(text!)
        this.#statements.set(name!, this.#next)
        return undefined
      }
      case 'B':
        this.#next = this.#statements.get(readStrings(frame, 2)[1]!) ?? ''
        return undefined
      case 'Q':
        return nameCall(readStrings(frame, 1)[0]!)
      case 'S':
        return this.#next
      default:
        return undefined
    }
  }
}

/** The columns of a DataRow (text format); null where SQL says null. */
export function readRow({ bytes }: Frame): (string | null)[] {
  const columns: (string | null)[] = []
  let at = 7
  for (let count = bytes.readInt16BE(5); count > 0; count--) {
    const length = bytes.readInt32BE(at)
    at += 4
    columns.push(length < 0 ? null : bytes.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return columns
}
