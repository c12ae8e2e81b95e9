import { setFlagsFromString } from 'node:v8'
import { writeBanner } from './banner.ts'
import { ConfigError, readConfig, readEnvFile } from './config.ts'
import { StartupError } from './errors.ts'
import { createLog } from './log.ts'
import { type Duties, startService } from './service.ts'

/**
 * How much the heap may grow before it is collected whole. V8 lets it double, on a machine with much memory: 30 to 60 MB
 * of mails that have ended. Measured with 50 connections: 181 to 195 MB in place of 223, and up to a tenth more CPU.
 */
const HEAP_GROWTH_PERCENT = 30

/** npm hands Ctrl-C on to what it runs, and the terminal has already: within this time it is one signal. */
const SAME_SIGNAL_MS = 1_000
const PARENT_POLL_MS = 500

const say = (line: string) => process.stdout.write(`${line}\n`)

/**
 * The service as a process: logs as JSON lines, and a few plain ones for whoever started it. Ends with the process, by a
 * signal (exit code 0) or when it cannot start (1).
 */
export async function runService(duties: Duties): Promise<void> {
  await run(duties).catch(error => {
    const isExpected = error instanceof ConfigError || error instanceof StartupError
    process.stderr.write(`daybatch: ${isExpected ? error.message : error.stack}\n`)
    process.exit(1)
  })
}

async function run(duties: Duties): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
  readEnvFile()
  const config = readConfig()
  const log = createLog(config.logLevel)
  const stopping = new AbortController()
  process.on('unhandledRejection', error => {
    log.fatal({ err: error }, 'an error that nobody handles: the process ends')
    process.exit(1)
  })
  const starting = startService({ config, duties, log, say, signal: stopping.signal })

  let asked = 0
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping.signal.aborted) {
      if (performance.now() - asked > SAME_SIGNAL_MS) process.exit(1)
      return
    }
    asked = performance.now()
    stopping.abort()
    say(
      `${signal}: no more mails are begun; those under way are finished and reported (again to end at once)`,
    )
    const service = await starting.catch(() => undefined)
    await service?.stop()
    say('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal))
  if (process.env.npm_command === 'exec') endWithParent(() => void stop('SIGTERM'))

  const service = await starting.catch(error => {
    if (stopping.signal.aborted) return undefined
    throw error
  })
  if (service && !stopping.signal.aborted) say(writeBanner(config, service))
}

/** npx hands SIGTERM on to a shell that does not: when that is gone, nobody could end this process any more. */
function endWithParent(stop: () => void): void {
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    stop()
  }, PARENT_POLL_MS)
  look.unref()
}
