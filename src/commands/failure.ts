import pg from 'pg'
import { ConfigError } from '../config.ts'
import { explain } from '../db/migrate.ts'
import { StartupError } from '../db/startup.ts'
import { isDatabaseAway, isRefusal, ProblemError } from '../errors.ts'

/** What the user of a command mends; the message is one line with what to do. */
export class CommandError extends Error {
  override name = 'CommandError'
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
  if (isDatabaseAway(error) || error instanceof pg.DatabaseError) return explain(error)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
