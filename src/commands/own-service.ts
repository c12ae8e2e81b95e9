import type { Config } from '../config.ts'
import { CommandError, type Interruption } from './failure.ts'
import type { Output } from './output.ts'

interface Surroundings {
  isDetached: boolean
  output: Output
  interruption: Interruption
}

/** What schedules and delivers while a command runs, where nothing else does: with nothing set, and no service running. */
export async function startOwnService(
  config: Config,
  { isDetached, output, interruption }: Surroundings,
): Promise<{ stop(): Promise<void> } | undefined> {
  if (config.databaseUrl) return undefined
  const { findEmbeddedDatabase } = await import('../embedded/database.ts')
  if (await findEmbeddedDatabase(config)) return undefined
  if (isDetached) {
    throw new CommandError(
      'no service runs that would send it: start one by npx daybatch serve in another terminal, or leave out --detach',
    )
  }
  const [{ startService }, { pino }] = await Promise.all([import('../service.ts'), import('pino')])
  const service = await startService({
    config: { ...config, workerPort: undefined },
    duties: 'work',
    log: pino({ level: 'error' }, pino.destination(2)),
    say: line => output.say(line),
    signal: interruption.signal,
  })
  output.say(`no service runs: this command brings one, its data is in ${config.stateFolder}`)
  if (service.mailbox) {
    output.say(`nothing leaves this machine: the mails are files in ${service.mailbox.folder}`)
  }
  return service
}
