import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Testing } from './database.ts'
import { findPort } from './port.ts'
import { until } from './until.ts'

/** Debian puts it where only root's PATH leads. */
const PLACES = [
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
]

export interface Pooler {
  /** The address of a database through the pooler: one server connection for each client. */
  session(url: string): string
  /** The same, with another server connection for each transaction. */
  transaction(url: string): string
}

/** Where PgBouncer is on this machine; undefined: it is not installed. */
export async function findPgBouncer(): Promise<string | undefined> {
  for (const place of PLACES) {
    const isThere = await access(place).then(
      () => true,
      () => false,
    )
    if (isThere) return place
  }
  return undefined
}

/** A PgBouncer of its own in front of a server, in both modes; `logins` (name: password) may come through it. */
export async function startPgBouncer(
  t: Testing,
  { program, server, logins }: { program: string; server: URL; logins: Record<string, string> },
): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-pgbouncer-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const [sessionPort, transactionPort] = [await findPort(), await findPort()]
  const users = Object.entries(logins).map(([name, password]) => `"${name}" "${password}"\n`)
  await writeFile(join(folder, 'users.txt'), users.join(''))
  // as root it drops its rights and must still read this
  await chmod(folder, 0o755)
  for (const [mode, port] of [
    ['session', sessionPort],
    ['transaction', transactionPort],
  ] as const) {
    await writeFile(
      join(folder, `${mode}.ini`),
      `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${folder}/users.txt
pool_mode = ${mode}
default_pool_size = 40
max_client_conn = 200
`,
    )
    const asOther = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
    const child = spawn(program, ['--quiet', ...asOther, join(folder, `${mode}.ini`)], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    t.teardown(async () => {
      child.kill('SIGTERM')
      await ended
    })
  }
  const through = (port: number) => (url: string) => {
    const address = new URL(url)
    address.hostname = '127.0.0.1'
    address.port = String(port)
    return address.href
  }
  const pooler = { session: through(sessionPort), transaction: through(transactionPort) }
  const [name, password] = Object.entries(logins)[0]!
  const probe = new URL(server.href)
  probe.username = name
  probe.password = password
  for (const url of [pooler.session(probe.href), pooler.transaction(probe.href)])
    await until(() => answers(url))
  return pooler
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
