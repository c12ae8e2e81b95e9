import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BenchContext } from '../bench.ts'

const OWN_SINK = fileURLToPath(new URL('sink-process.ts', import.meta.url))
const POSTFIX_FOLDER = '/usr/sbin'

/** A SMTP server that takes every mail and keeps none, in a process of its own. */
export interface Sink {
  /** `smtp-sink` of Debian's postfix, or our own. */
  name: string
  url: string
  port: number
}

/** `smtp-sink` where it is installed. With `delayMs` every reply waits so long, which only our own can do. */
export async function startSink(context: BenchContext, { delayMs = 0 } = {}): Promise<Sink> {
  const port = await findFreePort()
  const program = await findPostfix('smtp-sink')
  const isOwn = delayMs > 0 || program === undefined
  const child = isOwn
    ? fork(OWN_SINK, [String(port), String(delayMs)], { stdio: 'ignore' })
    : spawn(program, [...asNobody(), `127.0.0.1:${port}`, '1000'], { stdio: 'ignore' })
  context.teardown(() => stop(child))
  await waitForPort(port, child)
  return { name: isOwn ? 'our own sink' : 'smtp-sink', url: `smtp://127.0.0.1:${port}`, port }
}

/** Mails a second of `smtp-source`, the fastest client at hand: what machine and sink can do. Undefined without it. */
export async function runSmtpSource(
  { port }: Sink,
  { connections, mails }: { connections: number; mails: number },
) {
  const program = await findPostfix('smtp-source')
  if (program === undefined) return undefined
  const start = performance.now()
  const size = ['-d', '-l', '3000', '-s', String(connections), '-m', String(mails)]
  const child = spawn(program, [...size, `127.0.0.1:${port}`], { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`)
  return (1000 * mails) / (performance.now() - start)
}

/** It refuses to run as root. */
const asNobody = () => (process.getuid?.() === 0 ? ['-u', 'nobody'] : [])

async function findPostfix(name: string): Promise<string | undefined> {
  const path = `${POSTFIX_FOLDER}/${name}`
  return access(path).then(
    () => path,
    () => undefined,
  )
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`the SMTP sink ended with ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (isOpen) return
    await delay(25)
  }
  throw new Error(`the SMTP sink does not listen on port ${port}`)
}
