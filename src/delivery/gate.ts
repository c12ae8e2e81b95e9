import { Readable } from 'node:stream'
import type { MailTimes } from './meter.ts'
import type { MailBytes } from './mime.ts'
import type { DataProgress } from './reply.ts'

/** Resolves once `sending` is committed for the mail; rejects when it must not go out. */
export type Permit = () => Promise<void>

/**
 * Stands between one mail's data and the socket. nodemailer reads a message's stream only after the server's 354
 * (measured: 0 to 1 ms after it, on pooled connections too), so the first read is where permission is asked, and a
 * stream that was never read is a mail that was never sent.
 */
export class Gate {
  progress: DataProgress = 'unconnected'
  readonly #permit: Permit
  #message: Readable | undefined
  /** On the monotonic clock, for `describeTimes`: when a connection was opened for the mail, and when each step began. */
  connectingAt: number | undefined
  readonly #since: Partial<Record<DataProgress, number>> = {}

  constructor(permit: Permit) {
    this.#permit = permit
  }

  /** Ends the mail: what was not released yet never will be. */
  shut(): void {
    this.#message?.destroy()
    this.#message = undefined
  }

  /** How long each part took that the mail has behind it, up to now. */
  describeTimes(): MailTimes {
    const { unconnected, unread, asked, released } = this.#since
    const between = (start?: number, end?: number) =>
      start === undefined || end === undefined ? undefined : end - start
    return {
      wait: between(unconnected, this.connectingAt ?? unread),
      connect: between(this.connectingAt, unread),
      envelope: between(unread, asked),
      permit: between(asked, released),
      message: between(released, performance.now()),
    }
  }

  #go(progress: DataProgress): void {
    this.progress = progress
    this.#since[progress] = performance.now()
  }

  /** The mail waits for a connection; also again, when one ended before it asked for the message. */
  queue(): void {
    if (this.progress === 'unconnected' || this.progress === 'unread') this.#go('unconnected')
  }

  /** The message for the connection that takes the mail. */
  open(compose: () => Promise<MailBytes>): Readable {
    // a message is handed to a connection once; a second one must not find anything to send
    if (this.progress !== 'unconnected') return new GuardedMessage(Promise.reject(HANDED_OUT_TWICE))
    this.#go('unread')
    // composed while MAIL and RCPT are under way: a message that cannot be made never asks for permission
    const release = async () => {
      this.#go('asked')
      await this.#permit()
      // the connection may be gone by now, and the mail with it
      if (message.destroyed) return false
      this.#go('released')
      return true
    }
    const message = new GuardedMessage(compose(), release)
    this.#message = message
    return message
  }
}

const HANDED_OUT_TWICE = new Error('handed out twice')

/** The message as one chunk, and one of its files if it has some, kept back until `release` says so. */
class GuardedMessage extends Readable {
  #bytes: Promise<MailBytes> | undefined
  readonly #release: () => Promise<boolean>
  #wasRead = false

  constructor(bytes: Promise<MailBytes>, release = async () => false) {
    super()
    this.#bytes = bytes
    this.#release = release
    // seen when it is read, if it ever is
    bytes.catch(() => {})
  }

  override _read(): void {
    if (this.#wasRead) return
    this.#wasRead = true
    this.#flow().catch(error => {
      // nodemailer closes the connection of a message that fails: no final dot is written
      this.destroy(error)
    })
  }

  async #flow(): Promise<void> {
    const { raw, tail } = await this.#bytes!
    if (this.destroyed || !(await this.#release())) return
    // whoever still knows the mail does not keep its bytes
    this.#bytes = undefined
    this.push(raw)
    if (tail) this.push(tail)
    this.push(null)
  }
}

/**
 * The pool puts a mail back on its queue, and hides the server's own words, when a used connection ends before the
 * message was read. What is tried again is our decision, so every message counts as read.
 */
Object.defineProperty(GuardedMessage.prototype, 'readableDidRead', { value: true })
