// Keys of the API: what each may do, until when; never kept, never told again, never in a log.
import { Writable } from 'node:stream'
import pino from 'pino'
import t from 'tap'
import { REMEMBERED_MS } from '../../src/routes/keys.ts'
import { advance, setClock } from '../helper/clock.ts'
import { openApi } from './api.ts'

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const ADMIN = 'key-of-the-environment'

t.test('a key may do what its scope says', async t => {
  const { inject, pool } = await openApi(t, { config: { apiKey: ADMIN } })
  const make = async (scope: string) => {
    const answer = await inject({
      method: 'POST',
      url: '/api/keys',
      payload: { name: `a ${scope} key`, scope },
      headers: bearer(ADMIN),
    })
    t.equal(answer.status, 201)
    t.match(answer.body, { key_id: /^[0-9a-f]{8}$/, api_key: /^dbk_[0-9a-f]{8}_[0-9a-f]{64}$/ })
    return answer.body as { key_id: string; api_key: string }
  }
  const [read, write, admin] = [await make('read'), await make('write'), await make('admin')]
  const status = async (method: 'GET' | 'POST' | 'DELETE', url: string, key: string, payload?: object) =>
    (await inject({ method, url, headers: bearer(key), ...(payload && { payload }) })).status
  const rows: [
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    payload: object | undefined,
    done: number[],
  ][] = [
    ['GET', '/api/campaigns', undefined, [200, 200, 200]],
    ['GET', '/api/smtp-servers', undefined, [200, 200, 200]],
    ['POST', '/api/lists', { name: 'x' }, [403, 201, 201]],
    ['GET', '/api/cron/process-campaigns', undefined, [403, 200, 200]],
    ['GET', '/api/keys', undefined, [403, 403, 200]],
    ['POST', '/api/keys', { name: 'x' }, [403, 403, 201]],
    ['POST', '/api/take-over', {}, [403, 403, 200]],
    ['POST', '/api/rotate-token-key', {}, [403, 403, 200]],
    ['DELETE', '/api/suppressions', { email: 'x@example.org' }, [403, 403, 200]],
  ]
  for (const [method, url, payload, expected] of rows) {
    const got = []
    for (const { api_key } of [read, write, admin]) got.push(await status(method, url, api_key, payload))
    t.same(got, expected, `${method} ${url}`)
  }
  const refused = await inject({
    method: 'POST',
    url: '/api/lists',
    payload: {},
    headers: bearer(read.api_key),
  })
  t.match(refused.body, { type: '/problems/scope-too-small', title: /may read only, and this needs write/ })

  const kept = JSON.stringify((await pool.query('select * from daybatch.api_keys')).rows)
  const secret = read.api_key.split('_')[2]!
  t.notMatch(kept, new RegExp(secret), 'the database has only the hash')
  const listed = await inject({ url: '/api/keys', headers: bearer(ADMIN) })
  t.notMatch(JSON.stringify(listed.body), /hash|dbk_/)
  t.match(
    listed.body.items.find(({ key_id }: { key_id: string }) => key_id === read.key_id),
    { name: 'a read key', scope: 'read', is_usable: true, last_used_at: /Z$/ },
  )
  t.equal(await status('DELETE', `/api/keys/${write.key_id}`, ADMIN), 204)
  t.equal(await status('DELETE', `/api/keys/${write.key_id}`, ADMIN), 204, 'repeating is harmless')
  t.equal(await status('DELETE', '/api/keys/00000000', ADMIN), 404)
})

t.test('wrong, expired and revoked keys open nothing', async t => {
  const { inject, pool, app } = await openApi(t, { config: { apiKey: ADMIN } })
  await setClock(pool, '2026-03-01T09:00:00Z')
  const { rows } = await pool.query(
    `select * from daybatch.create_api_key('brief', 'read', daybatch.current_moment() + interval '1 hour')`,
  )
  const key: string = rows[0].api_key
  const status = async (given: string) =>
    (await inject({ url: '/api/campaigns', headers: bearer(given) })).status
  t.equal(await status(key), 200)
  t.equal((await inject({ url: '/api/campaigns', headers: { 'x-api-key': key } })).status, 200)
  const last = key.at(-1) === '0' ? '1' : '0'
  for (const wrong of [
    `${key.slice(0, -1)}${last}`,
    key.slice(0, -1),
    `${key}0`,
    key.toUpperCase(),
    `dbk_00000000_${'0'.repeat(64)}`,
    'dbk_',
    '',
  ]) {
    t.equal(await status(wrong), 401, wrong)
  }
  t.equal(
    (await inject({ url: `/api/campaigns?api_key=${key}&key=${key}` })).status,
    401,
    'not in the address',
  )
  await advance(pool, '2 hours')
  app.keyRing.forget()
  t.equal(await status(key), 401, 'expired')
  t.same((await pool.query('select is_usable from daybatch.list_api_keys()')).rows, [{ is_usable: false }])

  const { rows: others } = await pool.query(`select * from daybatch.create_api_key('lasting')`)
  t.equal(await status(others[0].api_key), 200)
  await pool.query('select daybatch.revoke_api_key($1)', [others[0].key_id])
  t.equal(await status(others[0].api_key), 200, 'remembered for a moment')
  t.ok(REMEMBERED_MS <= 10_000)
  app.keyRing.forget()
  t.equal(await status(others[0].api_key), 401, 'revoked')
})

t.test('the last use is written once a minute', async t => {
  const { pool, db } = await openApi(t)
  await setClock(pool, '2026-03-01T09:00:00Z')
  const { rows } = await pool.query(`select * from daybatch.create_api_key('busy')`)
  const { createHash } = await import('node:crypto')
  const check = () =>
    db.checkApiKey({
      keyId: rows[0].key_id,
      keyHash: createHash('sha256').update(rows[0].api_key).digest(),
    })
  const version = async () =>
    (await pool.query('select xmin::text, last_used_at from daybatch.api_keys')).rows[0]
  t.match(await check(), { name: 'busy', scope: 'read' })
  const first = await version()
  await advance(pool, '59 seconds')
  await check()
  t.same(await version(), first)
  await advance(pool, '1 second')
  await check()
  t.equal((await version()).last_used_at.toISOString(), '2026-03-01T09:01:00.000Z')
})

t.test('a service that is open to this machine takes keys too, with their scope', async t => {
  const { inject, pool } = await openApi(t)
  const { rows } = await pool.query(`select * from daybatch.create_api_key('looks')`)
  const post = (headers: Record<string, string>) =>
    inject({ method: 'POST', url: '/api/lists', payload: { name: 'x' }, headers })
  t.equal((await post({})).status, 201)
  t.equal((await post(bearer(rows[0].api_key))).status, 403)
  t.equal((await post(bearer(`dbk_00000000_${'0'.repeat(64)}`))).status, 401)
  t.equal((await post(bearer('whatever was in API_KEY once'))).status, 201)
})

t.test('no key stands in the log', async t => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = pino({ level: 'trace' }, stream)
  const { inject } = await openApi(t, { config: { apiKey: ADMIN }, log })
  const made = await inject({
    method: 'POST',
    url: '/api/keys',
    payload: { name: 'x' },
    headers: bearer(ADMIN),
  })
  for (const key of [ADMIN, made.body.api_key, `dbk_00000000_${'1'.repeat(64)}`]) {
    await inject({ url: '/api/campaigns', headers: bearer(key) })
    await inject({ url: '/api/campaigns/nonsense', headers: { 'x-api-key': key } })
    await inject({ method: 'POST', url: '/api/lists', payload: '{', headers: bearer(key) })
  }
  t.ok(lines.length > 10)
  t.notMatch(lines.join(''), new RegExp(ADMIN))
  t.notMatch(lines.join(''), /dbk_[0-9a-f]{8}_/)
})

t.test('each caller has so many requests a minute', async t => {
  const { inject, pool } = await openApi(t, { config: { apiKey: ADMIN, rateLimit: 3 } })
  const { rows } = await pool.query(`select * from daybatch.create_api_key('eager')`)
  const look = (headers: Record<string, string>) => inject({ url: '/api/campaigns', headers })
  for (let n = 0; n < 3; n++) t.equal((await look(bearer(ADMIN))).status, 200)
  const refused = await look(bearer(ADMIN))
  t.match(refused, { status: 429, body: { type: '/problems/too-many-requests' } })
  t.ok(Number(refused.headers['retry-after']) > 0)
  // the first use of a key counts for the address, then for the key
  for (let n = 0; n < 4; n++) t.equal((await look(bearer(rows[0].api_key))).status, 200)
  t.equal((await look(bearer(rows[0].api_key))).status, 429)
  const wrong = []
  for (let n = 0; n < 4; n++) wrong.push((await look(bearer('guess'))).status)
  t.same(wrong, [401, 401, 429, 429], 'who guesses is slowed down')
  t.equal((await inject({ url: '/health/live' })).status, 200)
  const open = await openApi(t, { config: { rateLimit: 1 } })
  for (let n = 0; n < 3; n++)
    t.equal((await open.send('GET', '/api/lists')).status, 200, 'this machine has no limit')
})
