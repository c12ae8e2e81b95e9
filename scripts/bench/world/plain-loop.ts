import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Sink } from './sink.ts'

const PROGRAM = fileURLToPath(new URL('plain-loop-process.ts', import.meta.url))

export interface PlainLoopOptions {
  port: number
  connections: number
  mails: number
}

export interface PlainLoopResult {
  ms: number
  cpuMs: number
}

/** The yardstick: nodemailer's pooled sendMail in a loop, without a database, in a process of its own. */
export async function runPlainLoop(
  { port }: Sink,
  options: Omit<PlainLoopOptions, 'port'>,
): Promise<{ rate: number; cpuMs: number }> {
  const child = fork(PROGRAM, [JSON.stringify({ port, ...options })], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [result] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the plain loop ended with ${code}`))),
  ])) as [PlainLoopResult]
  if (child.exitCode === null) await once(child, 'exit')
  return { rate: (1000 * options.mails) / result.ms, cpuMs: result.cpuMs / options.mails }
}
