import { Readable } from 'node:stream'

/** What waits for a client that reads too slowly (bytes); beyond it, it is disconnected and resumes. */
const MOST_WAITING = 256 * 1024
/** What a client may wait before it connects again (ms). */
const RETRY_MS = 3000

export interface ServerSentEvent {
  /** Where to resume from after it; without one the last one holds. */
  id?: string
  event: string
  data: object
}

/** As the HTML standard writes it (9.2.6). */
export function formatEvent({ id, event, data }: ServerSentEvent): string {
  const name = event.replace(/[\r\n\0]+/g, ' ')
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Sets the place to resume from, and is no event. */
export const formatId = (id: string): string => `id: ${id}\n\n`

/** The body of one client's answer. It never holds back the others: who does not keep up is let go. */
export class EventStream extends Readable {
  #wanted: (() => void) | undefined
  #stalledFor = 0
  #isEnded = false

  constructor() {
    super({
      read: () => {
        this.#stalledFor = 0
        this.#wanted?.()
      },
    })
    // a client that goes away is no error
    this.on('error', () => {})
    this.push(`retry: ${RETRY_MS}\n\n`)
  }

  /** False: the client is gone, or was too slow. */
  write(text: string): boolean {
    if (this.destroyed || this.#isEnded) return false
    this.push(text)
    if (this.readableLength > MOST_WAITING) this.destroy()
    return !this.destroyed
  }

  /** A comment, so that a connection that says nothing is not taken for dead; one that took nothing since two of them is. */
  beat(place: string | undefined): void {
    if (this.readableLength > 0 && ++this.#stalledFor > 2) this.destroy()
    else this.write(place === undefined ? ':\n\n' : `:\n${formatId(place)}`)
  }

  /** When the client has taken what waits for it, or is gone. */
  async drained(): Promise<void> {
    if (this.destroyed || this.readableLength < this.readableHighWaterMark) return
    await new Promise<void>(resolve => {
      this.#wanted = resolve
      this.once('close', resolve)
    })
    this.#wanted = undefined
  }

  end(): void {
    if (this.destroyed || this.#isEnded) return
    this.#isEnded = true
    this.push(null)
  }
}
