import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BenchContext } from '../bench.ts'
import type { Database } from './database.ts'
import type { Sink } from './sink.ts'

const SERVER = fileURLToPath(new URL('../../../src/server.ts', import.meta.url))

export interface Service {
  pid: number
  /** Where its HTTP answers. */
  address: string
  /** The last lines of its log. */
  tail(): string
  /** SIGTERM, and its orderly end. */
  stop(): Promise<void>
}

export interface ServiceOptions {
  name: string
  database: Database
  sink?: Sink
  connections: number
}

/** One process of `src/server.ts`, as `npm start` runs it; returns when it is ready. */
export async function startService(
  context: BenchContext,
  { name, database, sink, connections }: ServiceOptions,
): Promise<Service> {
  // a folder that knows another database would, rightly, send nothing from this one
  const folder = await mkdtemp(join(context.folder, `${name}-`))
  const log = join(folder, 'service.log')
  const output = openSync(log, 'a')
  const child = spawn(process.execPath, [SERVER], {
    cwd: folder,
    stdio: ['ignore', output, output],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.serviceUrl,
      ...(sink && { SMTP_URL: sink.url }),
      SMTP_CONNECTIONS: String(connections),
      MAIL_FROM: 'Bench <bench@example.org>',
      STATE_FOLDER: folder,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
    },
  })
  closeSync(output)
  context.teardown(() => end(child, 'SIGKILL'))
  const address = await waitUntilReady(child, log)
  return {
    pid: child.pid!,
    address,
    tail: () => readTail(log),
    async stop() {
      await end(child, 'SIGTERM')
      if (child.exitCode !== 0) throw new Error(`a service ended with ${child.exitCode}: ${readTail(log)}`)
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

/** Its banner is the last thing that a start does; returns the address that stands there. */
async function waitUntilReady(child: ChildProcess, log: string): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(readFileSync(log, 'utf8')) ?? []
    if (address) return address
    if (child.exitCode !== null) throw new Error(`a service did not start: ${readTail(log)}`)
    await delay(50)
  }
  throw new Error(`a service did not get ready: ${readTail(log)}`)
}

const readTail = (log: string) => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
