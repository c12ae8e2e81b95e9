import pino from 'pino'
import { maskAddresses } from './masking.ts'

/**
 * The log of a process: one JSON object a line; src/metrics/README.md names the fields. No line holds a mail address,
 * wherever it came from (an error, a URL, what a server said): the line is masked as a whole, last.
 */
export function createLog(level: string, destination?: pino.DestinationStream): pino.Logger {
  const options: pino.LoggerOptions = {
    level,
    serializers: { err: describeForLog },
    hooks: { streamWrite: maskAddresses },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** An error as the log shows it: without what Postgres quotes of rows, which may hold addresses. */
function describeForLog(error: Error): object {
  const { detail: _row, where: context, ...description } = pino.stdSerializers.err(error)
  return /^COPY /.test(context ?? '') ? description : { ...description, ...(context && { where: context }) }
}
