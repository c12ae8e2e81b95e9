import { isRefusal } from '../errors.ts'
import { openImap } from './imap.ts'
import { type MailResult, recordMail } from './mail.ts'
import { openMaildir } from './maildir.ts'
import type { BounceDatabase } from './report.ts'

/** Where mails that came back lie. */
export interface Mailbox {
  /** For the log: without a password. */
  name: string
  /** Gives each new mail to `take`, one after the other; when that resolves the mail is done, and else it stays new. */
  read(take: (raw: Buffer) => Promise<void>, isStopped: () => boolean): Promise<void>
}

export interface ReaderOptions {
  db: BounceDatabase
  mailbox: Mailbox
  log: { info(details: object, message: string): void; warn(details: object, message: string): void }
  /** Between two rounds, in ms. */
  intervalMs?: number
}

const INTERVAL_MS = 60_000

/** `imaps://user:password@host/folder`, or `maildir:/folder`. */
export function openMailbox(url: string): Mailbox {
  return url.startsWith('maildir:') ? openMaildir(url.slice('maildir:'.length)) : openImap(url)
}

/**
 * Reads a mailbox again and again. Several services may read the same one: what two of them read counts once. A mail that
 * could not be recorded because the database was away stays new; one that is no report, or is refused, is done.
 */
export class BounceReader {
  readonly #options: ReaderOptions
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  start(): void {
    this.#round = this.readOnce().finally(() => {
      if (this.#isStopped) return
      this.#timer = setTimeout(() => this.start(), this.#options.intervalMs ?? INTERVAL_MS)
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#round
  }

  /** One round. Never rejects: what stands in the way is logged, and the next round tries again. */
  async readOnce(): Promise<void> {
    const { db, mailbox, log } = this.#options
    const counts: Partial<Record<MailResult | 'refused', number>> = {}
    const take = async (raw: Buffer) => {
      const result = await recordMail(db, raw).catch(error => {
        if (!isRefusal(error)) throw error
        return 'refused' as const
      })
      counts[result] = (counts[result] ?? 0) + 1
    }
    try {
      await mailbox.read(take, () => this.#isStopped)
    } catch (error) {
      log.warn({ err: error, mailbox: mailbox.name }, 'mails that came back could not be read: trying again')
    }
    if (Object.keys(counts).length > 0)
      log.info({ ...counts, mailbox: mailbox.name }, 'mails that came back were read')
  }
}
