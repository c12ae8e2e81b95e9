import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export interface Program {
  child: ChildProcess
  /** What it wrote to both streams so far. */
  output(): string
  ended: Promise<Ended>
}

/** What a program that is tested may see of this process' environment. */
export const bareEnvironment = (): Record<string, string> => {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }) }
}

/** Starts a program with nothing in its environment but `env` and what every program needs. */
export function startProgram(
  [file, ...args]: [string, ...string[]],
  { cwd, env = {}, input }: { cwd: string; env?: Record<string, string>; input?: string },
): Program {
  const child = spawn(file, args, { cwd, env: { ...bareEnvironment(), ...env }, stdio: 'pipe' })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const texts = { stdout: '', stderr: '', both: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', text => {
      texts[name] += text
      texts.both += text
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, stdout: texts.stdout, stderr: texts.stderr }))
  })
  return { child, output: () => texts.both, ended }
}

/** Command lines of the processes that mention `text`, but for this one. */
export async function listProcesses(text: string): Promise<string[]> {
  const lines = await readProcesses()
  return lines.filter(line => line.includes(text))
}

async function readProcesses(): Promise<string[]> {
  const pids = await readdir('/proc').catch(() => undefined)
  if (pids === undefined) {
    const { stdout } = await startProgram(['ps', '-A', '-o', 'args='], { cwd: '/' }).ended
    return stdout.split('\n')
  }
  const lines = await Promise.all(
    pids
      .filter(pid => /^\d+$/.test(pid) && Number(pid) !== process.pid)
      // it may be gone by now
      .map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return lines.map(line => line.replaceAll('\0', ' '))
}
