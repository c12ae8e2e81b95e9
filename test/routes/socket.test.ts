// What only a real connection shows: senders that stop, uploads that break off or never end, and the end of the service.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { until } from '../helper/until.ts'
import { openApi } from './api.ts'

t.setTimeout(300_000)

/** Much longer than a busy machine lets a sender of a few letters wait. */
const IDLE_MS = 2000

const api = await openApi(t, { bodyIdleMs: IDLE_MS })
const { app, pool, makeList } = api
const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))

async function open(): Promise<{ socket: Socket; text: () => string; ended: Promise<unknown> }> {
  const socket = connect(Number(address.port), address.hostname)
  let text = ''
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return { socket, text: () => text, ended: new Promise(resolve => socket.once('close', resolve)) }
}

const head = (path: string, type: string, length: number | 'chunked') =>
  `POST ${path} HTTP/1.1\r\nhost: ${address.host}\r\ncontent-type: ${type}\r\n` +
  `${length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`}\r\n\r\n`

t.test('a sender that stops in the middle of its body is cut off, and nothing is made', async t => {
  const list = await makeList()
  for (const [path, type] of [
    ['/api/lists', 'application/json'],
    [`/api/lists/${list}/imports`, 'text/csv'],
  ] as const) {
    const { socket, ended } = await open()
    socket.write(`${head(path, type, 1000)}email\n`)
    await ended
    t.pass(`${path}: the connection ended`)
  }
  t.equal((await pool.query('select from public.contacts')).rowCount, 0)
  t.equal((await pool.query('select from public.contact_lists')).rowCount, 1)
})

t.test('a slow sender that goes on is served', async t => {
  const { socket, text } = await open()
  const body = JSON.stringify({ name: 'Slowly' })
  socket.write(head('/api/lists', 'application/json', body.length))
  const begun = performance.now()
  for (const letter of body) {
    socket.write(letter)
    await wait(IDLE_MS / 10)
  }
  t.ok(performance.now() - begun > IDLE_MS, 'for longer than a sender may say nothing')
  await until(async () => text().includes('201 Created'))
  socket.destroy()
  t.equal((await pool.query(`select from public.contact_lists where name = 'Slowly'`)).rowCount, 1)
})

t.test('an upload that breaks off when a part of it is staged leaves nothing', async t => {
  const list = await makeList()
  const importId = randomUUID()
  const { socket } = await open()
  socket.write(`${head(`/api/lists/${list}/imports?import_id=${importId}`, 'text/csv', 1e9)}email\n`)
  let line = 0
  const staged = 'select from daybatch.import_rows where import_id = $1'
  await until(async () => {
    for (const end = line + 1000; line < end; line++) socket.write(`broken-${line}@example.org\n`)
    return Number((await pool.query(staged, [importId])).rowCount) > 0
  })
  socket.destroy()
  const ended = 'select from daybatch.imports where import_id = $1 and failed_at is not null'
  await until(async () => (await pool.query(ended, [importId])).rowCount === 1)
  t.equal((await pool.query(staged, [importId])).rowCount, 0)
  t.equal((await pool.query(`select from public.contacts where email like 'broken%'`)).rowCount, 0)
})

t.test('a body of 2 GB where JSON is taken is refused at once, or when it has grown too large', async t => {
  const told = await open()
  told.socket.write(head('/api/lists', 'application/json', 2 ** 31))
  await until(async () => told.text().includes('413'))
  t.match(told.text(), /problems\/body-too-large/)
  told.socket.destroy()

  const { socket, text } = await open()
  socket.write(head('/api/lists', 'application/json', 'chunked'))
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
  let sent = 0
  while (!text().includes('413') && !socket.destroyed && sent < 2 ** 31) {
    sent += 0x10000
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), wait(100)])
  }
  t.ok(sent < 64 * 2 ** 20, `refused after ${sent} bytes`)
  socket.destroy()
})

t.test('while it stops, what is under way is finished, and what comes is told to go elsewhere', async t => {
  // as a browser opens it ahead of its next request
  const silent = await open()
  const kept = await open()
  kept.socket.write(`GET /health/live HTTP/1.1\r\nhost: ${address.host}\r\n\r\n`)
  await until(async () => kept.text().includes('"live"'))
  const under = await open()
  const body = JSON.stringify({ name: 'Finished' })
  const isBegun = once(app.server, 'request')
  under.socket.write(head('/api/lists', 'application/json', body.length) + body.slice(0, -2))
  await isBegun
  const asked = performance.now()
  const closing = app.close()
  await wait(50)
  under.socket.write(body.slice(-2))
  await until(async () => under.text().includes('201 Created'))
  t.match(under.text(), /connection: close/i)
  await closing
  t.ok(performance.now() - asked < 10_000, 'no kept connection delays the end, and no silent one')
  await until(async () => silent.socket.destroyed)
  t.equal(silent.text(), '')
  t.equal((await pool.query(`select from public.contact_lists where name = 'Finished'`)).rowCount, 1)
})
