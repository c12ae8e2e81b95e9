import { ConfigError } from '../config.ts'
import { explain, isDatabaseAway, isDatabaseError, isRefusal, ProblemError, StartupError } from '../errors.ts'

/** What the user of a command mends; the message is one line with what to do. */
export class CommandError extends Error {
  override name = 'CommandError'
}

/** Exit code of a command that did what it says for a part only. */
export const PARTLY = 2

/** Ctrl-C in a command that has something to say before it ends. npm hands it on a second time: that is the same one. */
export class Interruption {
  static readonly EXIT_CODE = 130
  readonly #aborting = new AbortController()
  readonly signal = this.#aborting.signal
  readonly interrupt = (): void => this.#aborting.abort()

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, this.interrupt)
  }

  /** Throws when it was interrupted; `outcome` says what that means. */
  check(outcome: string): void {
    if (!this.signal.aborted) return
    process.exitCode = Interruption.EXIT_CODE
    throw new CommandError(`interrupted: ${outcome}`)
  }

  end(): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, this.interrupt)
  }
}

/** Whether the message is meant for the user: one line that says what to do. */
export const isForUser = (error: unknown): error is Error =>
  error instanceof CommandError || error instanceof ConfigError || error instanceof StartupError

/** Any error in words for the terminal; the stack only of what is a defect of this program. */
export function describeFailure(error: unknown): string {
  if (error instanceof ProblemError) {
    const { title, detail } = error.problem
    return detail === undefined ? title : `${title}. ${detail}`
  }
  if (isForUser(error)) return error.message
  if (isRefusal(error)) return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
  if (isDatabaseAway(error) || isDatabaseError(error)) return explain(error)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
