// npm start: the service as a process. Logs as JSON lines, and a few plain ones for whoever started it.
import pino from 'pino'
import { writeBanner } from './banner.ts'
import { ConfigError, readConfig, readEnvFile } from './config.ts'
import { StartupError } from './db/startup.ts'
import { describeForLog } from './errors.ts'
import { startService } from './service.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  readEnvFile()
  const config = readConfig()
  const log = pino({ level: config.logLevel, serializers: { err: describeForLog } })
  const stopping = new AbortController()
  process.on('unhandledRejection', error => {
    log.fatal({ err: error }, 'an error that nobody handles: the process ends')
    process.exit(1)
  })
  const starting = startService({ config, log, say, signal: stopping.signal })

  const stop = async (signal: NodeJS.Signals) => {
    if (stopping.signal.aborted) process.exit(1)
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

  const service = await starting.catch(error => {
    if (stopping.signal.aborted) return undefined
    throw error
  })
  if (service && !stopping.signal.aborted) say(writeBanner(config, service))
}

main().catch(error => {
  const isExpected = error instanceof ConfigError || error instanceof StartupError
  process.stderr.write(`daybatch: ${isExpected ? error.message : error.stack}\n`)
  process.exit(1)
})
