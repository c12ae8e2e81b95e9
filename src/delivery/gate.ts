import { Readable } from 'node:stream'
import type { MailMessage, PluginFunction } from 'nodemailer'
import type { MailTimes } from './meter.ts'
import type { DataProgress } from './reply.ts'

/** Resolves once `sending` is committed for the mail; rejects when it must not go out. */
export type Permit = () => Promise<void>

/**
 * Stands between one mail's data and the socket. nodemailer reads a message's stream only after the server's 354
 * (measured: 0 to 1 ms after it, on pooled connections too), so the first read is where permission is asked, and a
 * stream that was never read is a mail that was never sent.
 */
export class Gate {
  progress: DataProgress = 'unmade'
  readonly #permit: Permit
  #message: Readable | undefined
  /** On the monotonic clock, for `describeTimes`: when a connection was opened for the mail, and when each step began. */
  connectingAt: number | undefined
  readonly #since: Partial<Record<DataProgress, number>> = {}

  constructor(permit: Permit) {
    this.#permit = permit
  }

  /**
   * The stream plugin's part: nodemailer compiled the message and will hand it to a connection. A message that is
   * ready as bytes goes as it is: nodemailer's way through three streams cost a tenth of a mail's CPU time.
   */
  attach({ message, data }: Pick<MailMessage, 'message' | 'data'>): void {
    const { raw, tail } = data as { raw?: unknown; tail?: Buffer }
    // async: what it throws nodemailer would not catch where it asks for the stream
    const createReadStream = message.createReadStream.bind(message)
    const compose = async () => (Buffer.isBuffer(raw) ? raw : await collect(createReadStream()))
    this.#go('unconnected')
    message.createReadStream = () => this.#open(compose, tail)
  }

  /** Ends the mail: what was not released yet never will be. */
  shut(): void {
    this.#message?.destroy()
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

  #open(compose: () => Promise<Buffer>, tail?: Buffer): Readable {
    // a message is handed to a connection once; a second one must not find anything to send
    if (this.progress !== 'unconnected')
      return new GuardedMessage(Promise.reject(new Error('handed out twice')))
    this.#go('unread')
    // composed while MAIL and RCPT are under way: a message that cannot be made never asks for permission
    const release = async () => {
      this.#go('asked')
      await this.#permit()
      // the connection may be gone by now, and the mail with it
      if (this.#message!.destroyed) return false
      this.#go('released')
      return true
    }
    this.#message = new GuardedMessage(compose(), release, tail)
    return this.#message
  }
}

/** The message as one chunk, and one of its files if it has some, kept back until `release` says so. */
class GuardedMessage extends Readable {
  readonly #bytes: Promise<Buffer>
  readonly #release: () => Promise<boolean>
  readonly #tail: Buffer | undefined
  #wasRead = false

  constructor(bytes: Promise<Buffer>, release = async () => false, tail?: Buffer) {
    super()
    this.#tail = tail
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
    const bytes = await this.#bytes
    if (this.destroyed || !(await this.#release())) return
    this.push(bytes)
    if (this.#tail) this.push(this.#tail)
    this.push(null)
  }
}

/**
 * The pool puts a mail back on its queue, and hides the server's own words, when a used connection ends before the
 * message was read. What is tried again is our decision, so every message counts as read.
 */
Object.defineProperty(GuardedMessage.prototype, 'readableDidRead', { value: true })

function collect(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    stream.on('data', chunk => chunks.push(chunk))
    stream.on('end', () => resolve(Buffer.concat(chunks)))
    stream.on('error', reject)
  })
}

/** nodemailer's plugin for the step `stream`. */
export const guardMessages: PluginFunction = (mail, done) => {
  const gate = (mail.data as { gate?: Gate }).gate
  if (!gate) {
    done(new Error('a mail without a gate is not sent'))
    return
  }
  gate.attach(mail)
  done()
}
