import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { Scheduler } from '../../src/schedule/scheduler.ts'
import { SecretBox } from '../../src/secret-box.ts'
import { deliverWebhook } from '../../src/webhooks/deliver.ts'
import type { Testing } from '../helper/database.ts'
import { begin, claim, greylisted, makeCampaign, openBatch, report, runBatch } from '../helper/make.ts'
import { openSession } from '../helper/session.ts'
import { until } from '../helper/until.ts'
import { openApi } from '../routes/api.ts'

t.setTimeout(280_000)

/** What other test files have under way in the same server may take its time. */
const LONG_MS = 200_000

const secrets = SecretBox.read(`test:${randomBytes(32).toString('base64')}`)

interface Got {
  headers: IncomingMessage['headers']
  body: string
}

type Answer = (response: ServerResponse, got: Got, count: number) => void

/** A receiver on loopback; by default it takes everything. */
async function startReceiver(t: Testing, answer: Answer = response => response.writeHead(204).end()) {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', piece => {
      body += piece
    })
    request.on('end', () => {
      const message = { headers: request.headers, body }
      got.push(message)
      answer(response, message, got.length)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  })
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` }
}

const types = (got: Got[]) => got.map(({ body }) => JSON.parse(body).type)

/** The API, and a service whose jobs run once `start` is called; each has the same keys. */
async function openWebhooks(t: Testing) {
  const api = await openApi(t, { config: { encryptionKeys: secrets, webhookPrivateAddresses: true } })
  const pool = createPool(api.serviceUrl, { applicationName: 'daybatch test jobs' })
  const db = new Daybatch(pool)
  t.teardown(() => pool.end())
  const start = async () => {
    const scheduler = new Scheduler({
      url: api.serviceUrl,
      db,
      wake: () => {},
      log: pino({ level: 'silent' }),
      post: job => deliverWebhook(job, { db, secrets, allowPrivate: true }),
    })
    let isRunning = true
    const stop = async () => {
      if (isRunning) await scheduler.stop()
      isRunning = false
    }
    t.teardown(stop)
    await scheduler.start()
    return stop
  }
  const make = async (url: string, ...event_types: string[]) =>
    (await api.send('POST', '/api/webhooks', { url, event_types })).body
  const messages = async (id: string, query = '') =>
    (await api.send('GET', `/api/webhooks/${id}/deliveries${query}`)).body.items
  const record = (event: string) => api.pool.query('select daybatch.record_event(null, $1)', [event])
  /** What is due later is due now, and runs at once. */
  const hurry = () =>
    api.pool.query(`
      with due as (update daybatch.webhook_messages set due_at = daybatch.current_moment() where status = 'waiting' returning *)
      select daybatch.enqueue_webhook_job(message_id, webhook_id, due_at) from due`)
  return { ...api, start, make, messages, record, hurry }
}

t.test('a webhook gets the events it wants, signed; another library verifies them', async t => {
  const { start, make, messages, pool, send } = await openWebhooks(t)
  const receiver = await startReceiver(t)
  const webhook = await make(receiver.url, 'batch_opened', 'batch_closed', 'completed')
  t.match(webhook, {
    id: String,
    secret: /^whsec_/,
    is_enabled: true,
    event_types: ['batch_opened', 'batch_closed', 'completed'],
  })
  await start()
  const { id } = await makeCampaign(pool, { contacts: 2, status: 'draft' })
  await pool.query(`update campaigns set status = 'sending' where id = $1`, [id])
  await until(async () => (await pool.query('select from daybatch.batches')).rowCount === 1)
  await until(async () => types(receiver.got).includes('batch_opened'))
  const [{ headers, body }] = receiver.got as [Got]
  t.match(new Webhook(webhook.secret).verify(body, headers as Record<string, string>), {
    type: 'batch_opened',
    data: { campaign_id: id, event: 'batch_opened', detail: { batch_number: 1, delivery_count: 2 } },
  })
  t.throws(() => new Webhook(webhook.secret).verify(`${body} `, headers as Record<string, string>))
  const [message] = await until(async () => {
    const found = await messages(webhook.id, '?status=delivered')
    return found.length > 0 && found
  })
  t.equal(headers['webhook-id'], message.webhook_message_id)
  t.match(message, { status: 'delivered', attempt_count: 1, last_status_code: 204 })

  const listed = await send('GET', '/api/webhooks')
  t.notMatch(JSON.stringify(listed.body), /whsec_|sealed/, 'the secret is shown once')
  const stored = await pool.query('select sealed_secret from daybatch.webhooks')
  t.match(stored.rows[0].sealed_secret, /^v1\.test\./)

  const rotated = (await send('POST', `/api/webhooks/${webhook.id}/rotate`)).body
  await send('POST', `/api/webhooks/${webhook.id}/test`)
  await until(async () => types(receiver.got).includes('webhook_test'))
  const last = receiver.got.at(-1)!
  for (const secret of [webhook.secret, rotated.secret])
    t.ok(new Webhook(secret).verify(last.body, last.headers as Record<string, string>))
})

t.test(
  'what fails, redirects or gives no end is tried again with the same id and body, and dies visibly',
  async t => {
    const { start, make, messages, record, hurry, pool, send } = await openWebhooks(t)
    const target = await startReceiver(t)
    const redirecting = await startReceiver(t, response =>
      response.writeHead(302, { location: target.url }).end(),
    )
    const failing = await startReceiver(t, (response, _, count) =>
      response
        .writeHead(count < 3 ? 503 : 200, count === 1 ? { 'retry-after': '100' } : {})
        .end('no\u0007t now'),
    )
    const endless = await startReceiver(t, response => {
      response.writeHead(200)
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', write)
      write()
    })
    const gone = await startReceiver(t, response => response.writeHead(410).end())
    const [a, b, c, d] = [
      await make(redirecting.url, 'changed'),
      await make(failing.url, 'changed'),
      await make(endless.url, 'changed'),
      await make(gone.url, 'changed'),
    ]
    await pool.query('truncate daybatch.webhook_messages cascade')
    await start()
    await record('changed')
    await until(async () => [redirecting, failing, endless, gone].every(({ got }) => got.length >= 1))
    await until(async () => (await messages(b.id))[0].attempt_count === 1)
    const [waiting] = await messages(b.id)
    t.match(waiting, { status: 'waiting', last_status_code: 503, last_answer: 'no t now' })
    t.ok(Date.parse(waiting.due_at) - Date.now() > 80_000, 'later, as the receiver asked')
    await until(async () =>
      (await messages(c.id)).some(({ status }: { status: string }) => status === 'delivered'),
    )
    t.ok((await messages(c.id)).at(-1).last_answer.length <= 500)
    await until(async () => (await send('GET', `/api/webhooks/${d.id}`)).body.is_enabled === false)
    t.match((await send('GET', `/api/webhooks/${d.id}`)).body.disabled_reason, /410 Gone/)

    for (let i = 2; i <= 3; i++) {
      await hurry()
      await until(async () => failing.got.length >= i)
      // what is not written down yet would not be hurried
      await until(async () => (await messages(b.id)).at(-1).attempt_count >= i)
    }
    await until(async () => (await messages(b.id)).at(-1).status === 'delivered')
    const first = failing.got[0]!
    const same = failing.got.filter(({ headers }) => headers['webhook-id'] === first.headers['webhook-id'])
    t.equal(same.length, 3)
    t.ok(same.every(({ body }) => body === first.body))
    for (let i = 0; i < 30 && (await messages(a.id, '?status=dead')).length === 0; i++) {
      const count = redirecting.got.length
      await hurry()
      await until(
        async () => redirecting.got.length > count || (await messages(a.id, '?status=dead')).length > 0,
      )
      await until(
        async () =>
          (await pool.query(`select from daybatch.webhook_log where webhook_id = $1`, [a.id])).rowCount! >=
          redirecting.got.length,
      )
    }
    t.match((await messages(a.id, '?status=dead'))[0], { attempt_count: 11, last_status_code: 302 })
    t.equal(target.got.length, 0, 'no redirect was followed')
    const { rows } = await pool.query(
      'select dead_count from daybatch.webhook_status where webhook_id = $1',
      [a.id],
    )
    t.ok(rows[0].dead_count >= 1)
  },
)

t.test('no service runs: the message waits, and is sent by the next one; replay keeps its id', async t => {
  const { start, make, messages, record, send } = await openWebhooks(t)
  const receiver = await startReceiver(t)
  const webhook = await make(receiver.url, '*')
  await record('while nobody was there')
  const stop = await start()
  await until(async () => types(receiver.got).includes('while nobody was there'))
  await until(async () => (await messages(webhook.id, '?status=waiting')).length === 0)
  const before = receiver.got.find(({ body }) => body.includes('while nobody'))!
  const replay = (body: object) => send('POST', `/api/webhooks/${webhook.id}/replay`, body)
  t.match(await replay({ message_id: before.headers['webhook-id']!.slice(4) as string }), {
    status: 202,
    body: { replayed: 1 },
  })
  const copies = () =>
    receiver.got.filter(({ headers }) => headers['webhook-id'] === before.headers['webhook-id'])
  await until(async () => copies().length === 2)

  await send('POST', `/api/webhooks/${webhook.id}/disable`)
  await record('while it was off')
  t.notOk(
    (await messages(webhook.id)).some(
      ({ event_type }: { event_type: string }) => event_type === 'while it was off',
    ),
  )
  await send('POST', `/api/webhooks/${webhook.id}/enable`)
  const { event_id } = JSON.parse(before.body).data
  t.ok((await replay({ since_event_id: event_id })).body.replayed >= 2)
  await until(async () => types(receiver.got).includes('while it was off'))
  await until(async () => copies().length === 3)
  t.match(await replay({ since_event_id: 1, since: '2026-01-01T00:00:00Z' }), { status: 400 })
  await stop()
  t.equal((await send('POST', `/api/webhooks/${webhook.id}/test`)).status, 202)
  t.equal((await messages(webhook.id, '?status=waiting'))[0].event_type, 'webhook_test', 'its job survives')
  await start()
  await until(async () => types(receiver.got).includes('webhook_test'))
})

t.test('delivery outcomes: a try whose transaction has the higher id but took its place first', async t => {
  const { make, pool, url } = await openWebhooks(t)
  await make('https://receiver.example.org/', 'delivery_outcomes')
  const works = await Promise.all(
    ['low', 'high'].map(async () => {
      const { id } = await makeCampaign(pool, { contacts: 1, limit: 1 })
      await openBatch(pool, id)
      const claimed = await claim(pool, id, 1)
      await begin(pool, id, claimed)
      return { id, claimed, session: await openSession(url) }
    }),
  )
  const [low, high] = works as [(typeof works)[0], (typeof works)[0]]
  for (const { session } of works) await session.query('begin; select pg_current_xact_id()')
  await report(high.session.client, high.id, high.claimed)
  await report(low.session.client, low.id, low.claimed)
  await low.session.query('commit')
  const collect = () => pool.query('select daybatch.collect_outcomes()')
  await collect()
  await collect()
  t.equal((await pool.query('select from daybatch.webhook_messages')).rowCount, 0, 'one may still come')
  await high.session.query('commit')
  // not before the transactions of that time have ended, also those of other databases of the server
  const told = await until(async () => {
    await collect()
    const { rows } = await pool.query(
      `select count(*)::integer as tries from daybatch.webhook_messages as m
       join daybatch.delivery_attempts as a on a.attempt_id > m.outcomes_after and a.attempt_id <= m.outcomes_until`,
    )
    return rows[0].tries
  }, LONG_MS)
  t.equal(told, 2)
  await Promise.all(works.map(({ session }) => session.end()))
})

t.test(
  'delivery outcomes: every try once, grouped, and nothing without a webhook that wants them',
  async t => {
    const { start, make, pool } = await openWebhooks(t)
    const receiver = await startReceiver(t)
    const quiet = await makeCampaign(pool, { contacts: 3, limit: 3 })
    await runBatch(pool, quiet.id)
    const webhook = await make(receiver.url, 'delivery_outcomes')
    const one = await makeCampaign(pool, { contacts: 620, limit: 620 })
    for (let i = 0; i < 2; i++) {
      if (i === 0) await pool.query(`select daybatch.open_batch($1)`, [one.id])
      for (;;) {
        const { rows } = await pool.query('select * from daybatch.claim_deliveries($1, $2, 100)', [
          one.id,
          'w',
        ])
        if (rows.length === 0) break
        await pool.query('select daybatch.begin_sending($1, $2, $3)', [
          one.id,
          rows.map(row => row.claim_token),
          rows.map(row => row.delivery_id),
        ])
        const reports = rows.map(({ delivery_id, claim_token, slot }) => ({
          delivery_id,
          claim_token,
          ...(slot === 7 ? greylisted : { stage: 'message', reply_code: 250 }),
        }))
        await pool.query('select daybatch.report_outcomes($1, $2)', [one.id, JSON.stringify(reports)])
      }
    }
    t.equal((await pool.query('select from daybatch.webhook_messages')).rowCount, 0, 'sending writes nothing')
    // the first look sees them, the second one tells them
    await pool.query('select daybatch.collect_outcomes()')
    const slow = await pool.connect()
    await slow.query('begin; select pg_current_xact_id()')
    await pool.query('select daybatch.collect_outcomes()')
    await slow.query('commit')
    slow.release()
    await pool.query('select daybatch.collect_outcomes()')
    await pool.query('select daybatch.collect_outcomes()')
    await start()
    const outcomes = () => receiver.got.flatMap(({ body }) => JSON.parse(body).data.outcomes)
    await until(async () => outcomes().length >= 620, LONG_MS)
    const tries = await pool.query(
      'select attempt_id::integer as id from daybatch.delivery_attempts where campaign_id = $1 order by attempt_id',
      [one.id],
    )
    const ids = outcomes().map(({ attempt_id }) => attempt_id)
    t.same(
      ids.sort((x, y) => x - y),
      tries.rows.map(({ id }) => id),
    )
    t.equal(receiver.got.length, 2, 'up to 500 in a message')
    t.match(
      outcomes().find(({ outcome }) => outcome === 'deferred'),
      { contact_id: String, reply_code: 450 },
    )
    t.notMatch(JSON.stringify(outcomes()), /@/)
    t.ok(webhook.id)
  },
)

t.test('bad input is refused with its reason', async t => {
  const { send } = await openApi(t, { config: { encryptionKeys: secrets } })
  const make = (url: string, event_types = ['*']) => send('POST', '/api/webhooks', { url, event_types })
  for (const url of [
    'http://127.0.0.1/x',
    'http://localhost/x',
    'https://[::1]/',
    'http://10.0.0.8/',
    'http://169.254.169.254/',
  ])
    t.match(await make(url), { status: 422, body: { type: '/problems/private-address' } }, url)
  for (const url of ['ftp://example.com/', 'https://user:secret@example.com/', 'nonsense'])
    t.match(await make(url), { status: 422 }, url)
  t.match(await make('https://example.com/', ['batch_close']), {
    status: 422,
    body: { title: /batch_close/, code: 'MB017' },
  })
  for (const path of ['test', 'enable', 'rotate'])
    t.match(
      await send('POST', `/api/webhooks/00000000-0000-4000-8000-000000000001/${path}`),
      { status: 404 },
      path,
    )
  const { send: other } = await openApi(t)
  t.match(await other('POST', '/api/webhooks', { url: 'https://example.com/', event_types: ['*'] }), {
    status: 409,
    body: { type: '/problems/encryption-keys-missing' },
  })
})
