import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import t, { type Test } from 'tap'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  findEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/embedded/postgres.ts'

const settings = { fsync: 'off', shared_buffers: '16MB' }
const RUNNER = new URL('../../src/embedded/postgres.ts', import.meta.url).href

async function makeFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-embedded-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'pg')
}

/** Started in `folder`, and stopped at the end whatever happens. */
async function start(t: Test, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ settings, ...options })
  t.teardown(() => server.stop())
  return server
}

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows[0] && Object.values(rows[0])[0]
  } finally {
    await client.end()
  }
}

async function readPid(folder: string): Promise<number> {
  return Number((await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
}

/** Another process that starts the server in `folder` and then lives until it is killed. */
async function startElsewhere(
  t: Test,
  folder: string,
  env = process.env,
): Promise<{ child: ChildProcess; url: string }> {
  const program = `
    const { startEmbeddedPostgres } = await import(process.argv[1])
    const { url } = await startEmbeddedPostgres({ folder: process.argv[2], settings: JSON.parse(process.argv[3]) })
    console.log(url)
    setInterval(() => {}, 60_000)`
  const args = ['--input-type=module', '-e', program, RUNNER, folder, JSON.stringify(settings)]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit').then(() => [''])])
  if (!String(line)) throw new Error('the other process ended before its server was ready')
  return { child, url: String(line).trim() }
}

t.test('starts a database that only its owner may enter', async t => {
  const folder = await makeFolder(t)
  const server = await start(t, { folder })
  t.equal(await ask(server.url, 'select current_database()'), 'daybatch')
  t.equal(await ask(server.url, 'show listen_addresses'), '127.0.0.1')
  t.equal(await ask(server.url, 'show server_encoding'), 'UTF8')
  t.equal(await ask(server.url, 'show timezone'), 'UTC')
  t.equal(server.adopted, false)
  const stranger = new URL(server.url)
  stranger.password = 'guessed'
  await t.rejects(ask(stranger.href, 'select 1'), { code: '28P01' }, 'a wrong password is refused')
  for (const path of [folder, server.socketFolder!]) t.equal((await stat(path)).mode & 0o777, 0o700, path)
  t.equal((await stat(join(folder, 'password'))).mode & 0o777, 0o600)
  t.notMatch(server.psqlLine, server.password)
})

t.test('the settings given are the server settings, quotes included', async t => {
  const server = await start(t, {
    folder: await makeFolder(t),
    settings: { ...settings, work_mem: '5MB', cluster_name: "it's" },
  })
  t.equal(await ask(server.url, 'show work_mem'), '5MB')
  t.equal(await ask(server.url, 'show cluster_name'), "it's")
})

t.test('stops, and keeps data, password and port for the next time', async t => {
  const folder = await makeFolder(t)
  const first = await start(t, { folder })
  await ask(first.url, 'create table kept as select 1 as one')
  await first.stop()
  await t.rejects(ask(first.url, 'select 1'), { code: 'ECONNREFUSED' })
  t.equal(await findEmbeddedPostgres(folder), undefined)
  const second = await start(t, { folder })
  t.equal(second.url, first.url)
  t.equal(await ask(second.url, 'select one from kept'), 1)
})

t.test(
  'Ctrl-C does not reach the server: it has a session of its own',
  { skip: process.platform !== 'linux' },
  async t => {
    const folder = await makeFolder(t)
    await start(t, { folder })
    const session = async (pid: number | string) =>
      (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')[3]
    t.not(await session(await readPid(folder)), await session('self'))
  },
)

t.test('adopts the server of a process that was killed, and stops it', async t => {
  const folder = await makeFolder(t)
  const { child, url } = await startElsewhere(t, folder)
  await ask(url, 'create table kept as select 1 as one')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const server = await start(t, { folder })
  t.equal(server.adopted, true)
  t.equal(server.url, url)
  t.equal(await ask(server.url, 'select one from kept'), 1)
  await server.stop()
  await t.rejects(ask(url, 'select 1'), { code: 'ECONNREFUSED' })
})

t.test('leaves a server alone that another living process owns', async t => {
  const folder = await makeFolder(t)
  const { url, child } = await startElsewhere(t, folder)
  const server = await start(t, { folder })
  t.equal(server.adopted, true)
  await server.stop()
  t.equal(await ask(url, 'select 1'), 1)
  t.match(await findEmbeddedPostgres(folder), { url })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const heir = await start(t, { folder })
  await heir.stop()
  await t.rejects(ask(url, 'select 1'), { code: 'ECONNREFUSED' })
})

t.test('two processes that start at once get one server', async t => {
  const folder = await makeFolder(t)
  const [here, there] = await Promise.all([start(t, { folder }), startElsewhere(t, folder)])
  t.equal(here.url, there.url)
  t.equal(await ask(here.url, 'select 1'), 1)
  there.child.kill('SIGKILL')
  await once(there.child, 'exit')
  const last = await start(t, { folder })
  await here.stop()
  await last.stop()
})

t.test('recovers after the server was killed, three times in a row', async t => {
  const folder = await makeFolder(t)
  const first = await start(t, { folder })
  await ask(first.url, 'create table kept as select 0 as round')
  for (let round = 1; round <= 3; round++) {
    process.kill(await readPid(folder), 'SIGKILL')
    const server = await start(t, { folder })
    t.equal(await ask(server.url, 'select max(round) from kept'), round - 1)
    await ask(server.url, `insert into kept values (${round})`)
  }
})

t.test(
  'a pid file whose pid belongs to another program now is stale',
  { skip: process.platform !== 'linux' },
  async t => {
    const folder = await makeFolder(t)
    const first = await start(t, { folder })
    await first.stop()
    const lines = [process.pid, join(folder, 'data'), 0, first.port, '', '127.0.0.1', '', 'ready', '']
    await writeFile(join(folder, 'data', 'postmaster.pid'), lines.join('\n'))
    const second = await start(t, { folder })
    t.equal(second.adopted, false)
    t.equal(await ask(second.url, 'select 1'), 1)
  },
)

t.test('works where a socket path would be too long, and with spaces and quotes', async t => {
  const folder = join(await makeFolder(t), "it's here", 'deep'.repeat(20))
  const server = await start(t, { folder })
  t.equal(server.socketFolder, undefined)
  t.equal(await ask(server.url, 'show unix_socket_directories'), '')
  t.match(server.psqlLine, '127.0.0.1')
})

t.test('says what the server said when it does not start', async t => {
  const folder = await makeFolder(t)
  await t.rejects(
    startEmbeddedPostgres({ folder, settings: { shared_buffers: 'plenty' } }),
    /does not start[\s\S]*shared_buffers/,
  )
  await t.rejects(
    startEmbeddedPostgres({ folder, binFolder: '/nowhere' }),
    /cannot run PostgreSQL from \/nowhere.*DATABASE_URL/,
  )
})

t.test(
  'root without user namespaces runs it as another user, and back',
  { skip: process.getuid?.() !== 0 },
  async t => {
    const folder = await makeFolder(t)
    const tools = join(folder, '..', 'tools')
    await mkdir(tools)
    await writeFile(join(tools, 'unshare'), '#!/bin/sh\nexit 1\n')
    await chmod(join(tools, 'unshare'), 0o755)
    const env = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` }
    const { url, child } = await startElsewhere(t, folder, env)
    await ask(url, 'create table kept as select 1 as one')
    t.not((await stat(join(folder, 'data'))).uid, 0)
    child.kill('SIGKILL')
    await once(child, 'exit')
    process.kill(await readPid(folder), 'SIGKILL')
    const server = await start(t, { folder })
    t.equal(await ask(server.url, 'select one from kept'), 1)
    t.equal((await stat(join(folder, 'data'))).uid, 0)
  },
)
