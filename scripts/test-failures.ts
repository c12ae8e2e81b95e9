import { Parser, type Result } from 'tap-parser'

/** What a log keeps of a long run is its end: no more than this in all, and of one failure. */
const LINES = 60
const LINES_OF_ONE = 12
const WIDTH = 200

/**
 * The failed assertions of a run's TAP as lines to print: the file, the subtests and the message, then the
 * beginning of what tap says about it. A test that failed only since an assertion in it did is not repeated.
 */
export function describeFailures(tap: string): string[] {
  const failures = findFailures(tap)
  const lines: string[] = []
  for (const [index, failure] of failures.entries()) {
    const described = describeFailure(failure)
    if (lines.length + described.length > LINES) {
      lines.push(`... and ${failures.length - index} more failed`)
      break
    }
    lines.push(...described)
  }
  return lines
}

function findFailures(tap: string): Result[] {
  const failures: Result[] = []
  const watch = (parser: Parser) => {
    let failuresBefore = failures.length
    parser.on('child', watch)
    parser.on('assert', (result: Result) => {
      if (!result.ok && !result.todo && !result.skip && failures.length === failuresBefore)
        failures.push(result)
      failuresBefore = failures.length
    })
  }
  const parser = new Parser()
  watch(parser)
  parser.end(tap)
  return failures
}

function describeFailure({ fullname, diag }: Result): string[] {
  const { at, diff, stack, source, stdio, cwd, command, args, externalID, jobId, ...rest } = diag ?? {}
  const details = [
    ...Object.entries(rest).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    ...splitLines(diff).filter(line => /^[-+](?!--|\+\+)/.test(line)),
    ...splitLines(stack).slice(0, 2),
  ]
  if (details.length >= LINES_OF_ONE) details.splice(LINES_OF_ONE - 2, Infinity, '...')
  return [`failed: ${fullname}`, ...details.map(line => `    ${line}`)].map(line => line.slice(0, WIDTH))
}

const splitLines = (text: unknown): string[] => (typeof text === 'string' ? text.trimEnd().split('\n') : [])
