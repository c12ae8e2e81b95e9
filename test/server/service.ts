import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Testing } from '../helper/database.ts'

const SERVER = fileURLToPath(new URL('../../src/server.ts', import.meta.url))
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

/** In the banner. */
export const ADDRESS = /http +(http:\/\/[\d.]+:\d+)/

export const addressOf = (match: RegExpMatchArray): string =>
  (match[1] as string).replace('0.0.0.0', '127.0.0.1')

/** A folder to start the service in, gone at the end of the test. */
export async function makeFolder(t: Testing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-server-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** GET, or POST with a body; returns what was answered. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
export async function ask(url: string, body?: object): Promise<any> {
  const post = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  return (await fetch(url, post)).json()
}

export interface ServiceProcess {
  child: ChildProcess
  env: Record<string, string>
  cwd: string
  /** Everything written so far, stdout and stderr. */
  output: () => string
  /** Resolves when the output matches; rejects when the process ends before. */
  saw: (pattern: RegExp) => Promise<RegExpMatchArray>
  /** Resolves at the end with exit code or signal. */
  ended: Promise<number | NodeJS.Signals>
}

/** Runs src/server.ts as a process of its own, with nothing in its environment but `env`; killed at the end of the test. */
export function startServer(t: Testing, env: Record<string, string>, cwd: string): ServiceProcess {
  return startProcess(t, [SERVER], { env, cwd })
}

/** The same with `daybatch worker`. */
export function startWorker(t: Testing, env: Record<string, string>, cwd: string): ServiceProcess {
  return startProcess(t, [CLI, 'worker'], { env, cwd })
}

function startProcess(
  t: Testing,
  args: string[],
  { env, cwd }: Pick<ServiceProcess, 'env' | 'cwd'>,
): ServiceProcess {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH, HOME, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const looks = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', piece => {
      text += piece
      for (const look of looks) look()
    })
  }
  // not 'exit': there may be output left to read
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code)
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  return { child, env, cwd, output: () => text, ended, saw: pattern => see(pattern) }

  function see(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text)
        if (!match) return
        looks.delete(look)
        resolve(match)
      }
      looks.add(look)
      look()
      void ended.then(code => reject(new Error(`ended with ${code} before ${pattern}: ${text}`)))
    })
  }
}
