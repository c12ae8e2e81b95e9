import { problemFrom } from '../errors.ts'
import { describeFailure, isForUser } from './failure.ts'

/** What a command says: sentences for a person or, with --json, values for a program. */
export class Output {
  readonly isJson: boolean

  constructor({ isJson }: { isJson: boolean }) {
    this.isJson = isJson
  }

  /** A line for a person; a program has no use for it. */
  say(line: string): void {
    if (!this.isJson) console.log(line)
  }

  /** A result: one line of JSON for a program, `lines` for a person. */
  tell(value: unknown, lines: string | string[]): void {
    if (this.isJson) process.stdout.write(`${JSON.stringify(value)}\n`)
    else for (const line of [lines].flat()) console.log(line)
  }

  /** A line for a person beside the result, on stderr. */
  warn(line: string): void {
    if (!this.isJson) console.error(line)
  }

  /** What is wrong with the command line itself, in commander's words. */
  failToRead(text: string): void {
    if (!this.isJson) process.stderr.write(text)
    else if (text.startsWith('error: ')) {
      const title = text.slice('error: '.length).trim().replaceAll('\n', ' ')
      process.stderr.write(`${JSON.stringify({ type: '/problems/invalid-command', title })}\n`)
    }
  }

  /** Why the command did not do what it says, on stderr: problem details as over HTTP, or one line. */
  fail(error: unknown): void {
    if (!this.isJson) console.error(`daybatch: ${describeFailure(error)}`)
    else process.stderr.write(`${JSON.stringify(describeProblem(error))}\n`)
  }
}

function describeProblem(error: unknown): object {
  if (!isForUser(error)) return problemFrom(error)
  return { type: '/problems/command-refused', title: error.message }
}
