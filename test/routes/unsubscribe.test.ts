import type { InjectOptions } from 'fastify'
import t from 'tap'
import { begin, claim, makeCampaign, openBatch, type Row, readOne, report } from '../helper/make.ts'
import { openApi } from './api.ts'

const { app, pool } = await openApi(t, { config: { apiKey: 'key', host: '0.0.0.0' } })

/** A sent mail, and whether its contact has unsubscribed. */
async function sendMail() {
  const { id, contacts } = await makeCampaign(pool, { contacts: 1 })
  await openBatch(pool, id)
  const [mail] = (await claim(pool, id)) as [Row]
  await begin(pool, id, [mail])
  await report(pool, id, [mail])
  const isUnsubscribed = async () =>
    (await readOne(pool, 'select unsubscribed_at from contacts where id = $1', [contacts[0]]))
      .unsubscribed_at !== null
  return { path: `/u/${mail.unsubscribe_token}`, email: mail.email as string, isUnsubscribed }
}

const ONE_CLICK = 'List-Unsubscribe=One-Click'

/** As the mailbox providers send it (RFC 8058 3.2, 8.1 and 8.2), and as others might. */
const requests: [name: string, request: Omit<InjectOptions, 'url'>][] = [
  ['urlencoded', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: ONE_CLICK }],
  [
    'urlencoded, with a charset, over a proxy',
    {
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'x-forwarded-proto': 'https',
        host: 'daybatch.example.com',
        'user-agent': 'Mozilla/5.0 (compatible; unsubscribe)',
      },
      payload: ONE_CLICK,
    },
  ],
  [
    'multipart',
    {
      headers: { 'content-type': 'multipart/form-data; boundary=---FormBoundaryjWmhtjORrn' },
      payload:
        '-----FormBoundaryjWmhtjORrn\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n-----FormBoundaryjWmhtjORrn--\r\n',
    },
  ],
  ['no body', {}],
  ['no content type', { payload: ONE_CLICK }],
  ['what is no content type', { headers: { 'content-type': 'x' }, payload: ONE_CLICK }],
  [
    'the button of the page in a browser',
    {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'null',
        'sec-fetch-site': 'same-origin',
      },
      payload: ONE_CLICK,
    },
  ],
]

t.test('POST acts at once, without key, cookie or redirect', async t => {
  for (const [name, request] of requests) {
    const { path, isUnsubscribed } = await sendMail()
    const answer = await app.inject({ ...request, method: 'POST', url: path })
    t.equal(answer.statusCode, 200, name)
    t.match(answer.headers['content-type'], /^text\/html/)
    t.equal(answer.headers['set-cookie'], undefined)
    t.equal(answer.headers.location, undefined)
    t.equal(await isUnsubscribed(), true, name)
    t.equal((await app.inject({ ...request, method: 'POST', url: path })).statusCode, 200, 'again')
  }
})

t.test('GET shows a page with one button and never unsubscribes; the page tells nothing of whom', async t => {
  const { path, email, isUnsubscribed } = await sendMail()
  for (const method of ['GET', 'HEAD', 'GET'] as const) {
    const { statusCode, headers } = await app.inject({ method, url: path })
    t.equal(statusCode, 200)
    t.match(headers, {
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
    })
  }
  const { body } = await app.inject({ url: path })
  t.equal(body.match(/<button/g)?.length, 1)
  t.match(body, '<form method="post">')
  t.notMatch(body, email)
  t.notMatch(body, /<script|https?:/)
  t.equal(await isUnsubscribed(), false)
})

t.test('what is no link of ours is told so, and nothing else', async t => {
  const { path, isUnsubscribed } = await sendMail()
  const wrong = [
    `${path.slice(0, -1)}x`,
    `${path.slice(0, -2)}`,
    '/u/x',
    `/u/${'0'.repeat(500)}`,
    '/u/%00',
    '/u/%0d%0aX:%20y',
    "/u/'--",
    '/u/<script>',
  ]
  for (const url of wrong) {
    for (const method of ['GET', 'POST'] as const) {
      const { statusCode, body } = await app.inject({ method, url })
      // a parameter has at most 100 characters
      t.ok([400, 404, 414].includes(statusCode), `${method} ${url}: ${statusCode}`)
      t.notMatch(body, /<script>|MB0|select/)
    }
  }
  t.equal(await isUnsubscribed(), false)
  for (const method of ['PUT', 'DELETE', 'PATCH'] as const)
    t.match(await app.inject({ method, url: path }), { statusCode: 405, headers: { allow: /GET.*POST/ } })
})

t.test('a body that is too large is not read', async t => {
  const { path, isUnsubscribed } = await sendMail()
  const { statusCode } = await app.inject({ method: 'POST', url: path, payload: 'x'.repeat(100_000) })
  t.equal(statusCode, 413)
  t.equal(await isUnsubscribed(), false)
})

t.test('the link of a test mail works and unsubscribes nobody', async t => {
  const before = await pool.query('select count(*) from daybatch.suppressions')
  t.match((await app.inject({ url: '/u/test' })).body, '<button>')
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/u/test', payload: ONE_CLICK })
  t.equal(statusCode, 200)
  t.match(body, /nobody was unsubscribed/)
  t.same((await pool.query('select count(*) from daybatch.suppressions')).rows, before.rows)
})

t.test('the rest of the service keeps its key', async t => {
  t.equal((await app.inject({ url: '/api/campaigns' })).statusCode, 401)
})
