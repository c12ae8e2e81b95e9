import { readdir } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeCampaign } from '../helper/make.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, ask, makeFolder, startServer } from './service.ts'

t.test('a given database and no SMTP server: it runs, sends nothing, and says so', async t => {
  const database = await createTestDatabase(t)
  const folder = await makeFolder(t)
  const server = startServer(t, { DATABASE_URL: database.serviceUrl, API_KEY: 'short' }, folder)
  const address = addressOf(await server.saw(ADDRESS))
  await server.saw(/warning +API_KEY has 5 characters/)
  t.match(server.output(), /mail +off: nothing is sent/)
  t.match(server.output(), new RegExp(`database +127.0.0.1:\\d+/${database.name}`))
  t.notMatch(server.output(), new URL(database.url).password, 'no password in any line')
  const ready = await until(async () => {
    const response = await fetch(`${address}/health/ready`)
    return response.status === 200 && response.json()
  })
  t.match(ready, { checks: { database: 'ok', scheduler: 'ok', delivery: 'off: SMTP_URL is not set' } })
  t.equal((await fetch(`${address}/api/campaigns`)).status, 401)
  t.same(await readdir(folder), [], 'nothing embedded was made')
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
})

t.test('SMTP_URL=embedded beside a given database is the explicit consent', async t => {
  const database = await createTestDatabase(t)
  const folder = await makeFolder(t)
  const server = startServer(t, { DATABASE_URL: database.serviceUrl, SMTP_URL: 'embedded' }, folder)
  await server.saw(/warning +SMTP_URL=embedded: the audience of a given database is recorded as mailed/)
  const workers = () => database.pool.query('select * from daybatch.worker_status').then(({ rows }) => rows)
  const [worker] = await until(async () => (await workers()).length > 0 && workers())
  t.match(worker, { is_alive: true, connections: 10, held_count: 0, problem: null })
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
  t.same(await workers(), [], 'it took its leave')
})

t.test('an SMTP server that is down at start is a warning: the campaign stays sending', async t => {
  const database = await createTestDatabase(t)
  const { id } = await makeCampaign(database.pool, { contacts: 1 })
  const env = {
    DATABASE_URL: database.serviceUrl,
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'me@example.test',
  }
  const server = startServer(t, env, await makeFolder(t))
  const address = addressOf(await server.saw(ADDRESS))
  await server.saw(/the SMTP server takes no mails now/)
  await until(async () => {
    const found = await database.pool.query('select from daybatch.delivery_attempts')
    return (found.rowCount ?? 0) > 0
  })
  const found = await ask(`${address}/api/campaigns/${id}`)
  t.match(found, { status: 'sending', remaining_count: 1, processed_count: 0, failed_count: 0 })
  t.match(await ask(`${address}/health/ready`), { status: 'ready', checks: { delivery: /ECONNREFUSED/ } })
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
})

t.test('what stands in the way of a start is one line that says what to do, and exit code 1', async t => {
  const empty = await createTestDatabase(t, { empty: true })
  const ready = await createTestDatabase(t)
  const folder = await makeFolder(t)
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => void taken.close())
  const { port } = taken.address() as { port: number }
  const wrongPassword = new URL(ready.serviceUrl)
  wrongPassword.password = 'wrong'

  const starts: [env: Record<string, string>, line: RegExp][] = [
    [{ PORT: 'http' }, /PORT is http: set a whole number/],
    [{ DATABASE_URL: empty.url }, /is not migrated: run npx daybatch migrate/],
    [
      { DATABASE_URL: ready.serviceUrl.replace(/[^/]+$/, 'no_such_database') },
      /does not exist: create it, then run npx daybatch migrate/,
    ],
    [{ DATABASE_URL: wrongPassword.href }, /correct the user or password in DATABASE_URL/],
    [{ DATABASE_URL: ready.serviceUrl, SMTP_URL: 'smtp://127.0.0.1' }, /set MAIL_FROM=/],
    [
      { DATABASE_URL: ready.serviceUrl, PORT: String(port) },
      new RegExp(`port ${port} on 127.0.0.1 is taken`),
    ],
    [
      { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/db', STARTUP_TIMEOUT: '1' },
      /127.0.0.1:1\/db did not answer for 1 s \(ECONNREFUSED\)/,
    ],
  ]
  for (const [env, line] of starts) {
    const server = startServer(t, env, folder)
    t.equal(await server.ended, 1, String(line))
    const lines = server
      .output()
      .split('\n')
      .filter(text => text.startsWith('daybatch: '))
    t.equal(lines.length, 1)
    t.match(lines[0], line)
    t.notMatch(server.output(), /secret|at .*\.ts:\d+/)
  }
})

t.test('a database that comes up late is waited for; a signal meanwhile ends the wait', async t => {
  const database = await createTestDatabase(t)
  const folder = await makeFolder(t)
  const { hostname, port } = new URL(database.url)
  // the port is there, and whoever connects is sent away, until the way to the database is open
  let isOpen = false
  const gate = createServer(socket => {
    socket.on('error', () => {})
    if (!isOpen) return void socket.destroy()
    const upstream = connect(Number(port), hostname)
    upstream.on('error', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>(resolve => gate.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => void gate.close())
  const url = new URL(database.serviceUrl)
  url.port = String((gate.address() as { port: number }).port)

  const waiting = startServer(t, { DATABASE_URL: url.href }, folder)
  await waiting.saw(/does not answer .*: trying again/)
  waiting.child.kill('SIGTERM')
  t.equal(await waiting.ended, 0)

  const server = startServer(t, { DATABASE_URL: url.href }, folder)
  await server.saw(/does not answer .*: trying again/)
  isOpen = true
  await server.saw(ADDRESS)
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
})
