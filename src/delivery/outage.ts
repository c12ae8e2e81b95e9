import type { Reply } from './reply.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

/** Stages before a mail's own: what fails there says nothing about the mail. */
const SESSION_STAGES: Reply['stage'][] = ['connect', 'ehlo', 'starttls', 'auth']

/** Remembers that the SMTP server takes no session, so that no more mails are claimed only to fail. */
export class Outage {
  /** What the server said, or how the connection failed; null while it takes mails. */
  problem: string | null = null
  #pause = 0
  #end = 0

  /** Looks at the end of one mail; returns the pause in ms when it begins a new one. */
  note({ stage, reply_code, reply_text }: Reply): number | undefined {
    if (!SESSION_STAGES.includes(stage)) {
      if (reply_code !== null) this.#clear()
      return undefined
    }
    // mails that were under way together fail together: one failure
    if (this.remainingMs > 0) return undefined
    this.problem = reply_text
    this.#pause = Math.min(Math.max(this.#pause * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
    this.#end = performance.now() + this.#pause
    return this.#pause
  }

  get remainingMs(): number {
    return Math.max(0, this.#end - performance.now())
  }

  #clear(): void {
    this.problem = null
    this.#pause = 0
    this.#end = 0
  }
}
