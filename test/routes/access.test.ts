import t from 'tap'
import { openApi } from './api.ts'

const CRON = '/api/cron/process-campaigns'
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

t.test('with API_KEY set, every route of /api needs it', async t => {
  const { inject, pool } = await openApi(t, {
    config: { apiKey: 'key-of-the-api', cronSecret: 'secret-of-the-cron' },
  })
  const routes: ['GET' | 'POST', string][] = [
    ['GET', '/api/campaigns'],
    ['POST', '/api/campaigns'],
    ['GET', '/api/contacts'],
    ['GET', '/api/lists'],
    ['POST', '/api/lists/x/imports'],
    ['GET', '/api/debug/test-batch-campaign'],
    ['POST', CRON],
    ['GET', CRON],
  ]
  for (const [method, url] of routes) {
    const answer = await inject({ method, url })
    t.match(
      answer,
      { status: 401, body: { type: '/problems/unauthorized', title: 'No key was sent' } },
      `${method} ${url}`,
    )
    t.equal(answer.headers['www-authenticate'], 'Bearer')
    t.match(await inject({ method, url, headers: bearer('another') }), { status: 401 }, `${method} ${url}`)
  }
  t.equal((await pool.query('select from daybatch.sweeps')).rowCount, 0, 'nothing was processed')

  for (const headers of [
    bearer('key-of-the-api'),
    { authorization: 'bearer  key-of-the-api' },
    { 'x-api-key': 'key-of-the-api' },
  ]) {
    t.equal((await inject({ url: '/api/campaigns', headers })).status, 200)
    t.equal((await inject({ url: CRON, headers })).status, 200)
  }
  t.equal((await inject({ url: CRON, headers: bearer('secret-of-the-cron') })).status, 200)
  t.equal(
    (await inject({ url: '/api/campaigns', headers: bearer('secret-of-the-cron') })).status,
    401,
    'the cron secret opens nothing else',
  )
  t.equal(
    (await inject({ url: '/api/campaigns', headers: { authorization: 'Basic key-of-the-api' } })).status,
    401,
  )
  t.equal((await inject({ url: '/health/live' })).status, 200)
})

t.test('a key makes the host name and the site of the caller irrelevant', async t => {
  const { inject } = await openApi(t, { config: { apiKey: 'k' } })
  const headers = {
    ...bearer('k'),
    host: 'mail.example.com',
    origin: 'https://app.example.com',
    'sec-fetch-site': 'cross-site',
  }
  t.equal((await inject({ url: '/api/campaigns', headers })).status, 200)
})

t.test('with CRON_SECRET alone, the cron needs it and the rest is open', async t => {
  const { inject } = await openApi(t, { config: { cronSecret: 'secret' } })
  t.equal((await inject({ url: CRON })).status, 401)
  t.equal(
    (await inject({ url: CRON, headers: { ...bearer('secret'), host: 'daybatch.example.com' } })).status,
    200,
  )
  t.equal((await inject({ url: '/api/campaigns' })).status, 200)
})

t.test('without a key, only this machine is answered, and no page of another site', async t => {
  const { inject } = await openApi(t)
  const open: Record<string, string>[] = [
    {},
    { host: '127.0.0.1:3000' },
    { host: '[::1]:3000' },
    { host: 'daybatch.localhost' },
    { host: 'localhost:3000', origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ]
  for (const headers of open) {
    t.equal((await inject({ method: 'POST', url: CRON, headers })).status, 200, JSON.stringify(headers))
  }
  const refused: [headers: Record<string, string>, type: string][] = [
    [{ host: 'rebound.example.com' }, 'unknown-host'],
    [{ host: '127.0.0.1.example.com' }, 'unknown-host'],
    [{ host: '10.0.0.7' }, 'unknown-host'],
    [{ 'sec-fetch-site': 'cross-site' }, 'cross-site'],
    [{ 'sec-fetch-site': 'same-site' }, 'cross-site'],
    [{ origin: 'https://evil.example.com' }, 'cross-site'],
    [{ host: 'localhost:3000', origin: 'http://localhost:8080' }, 'cross-site'],
    [{ origin: 'null' }, 'cross-site'],
  ]
  for (const [headers, type] of refused) {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await inject({ method, url: CRON, headers })
      t.match(
        answer,
        { status: 403, body: { type: `/problems/${type}` } },
        `${method} ${JSON.stringify(headers)}`,
      )
    }
  }
})
