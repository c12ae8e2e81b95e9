import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { problemFrom } from '../../src/errors.ts'
import { JSON_TYPE, openApi, UNKNOWN_ID } from './api.ts'

const { inject, send, db } = await openApi(t)
const url = '/api/lists'

t.test('bodies that cannot be read', async t => {
  const post = (payload: string | Buffer, type: string) =>
    inject({ method: 'POST', url, payload, headers: { 'content-type': type } })
  t.match(await post('{"name": ', 'application/json'), {
    status: 400,
    body: { type: '/problems/malformed-json' },
  })
  t.match(await post('{"__proto__": {}, "name": "x"}', 'application/json'), { status: 400 })
  t.match(await post('name=x', 'application/x-www-form-urlencoded'), {
    status: 415,
    body: { type: '/problems/unsupported-media-type', detail: /application\/json/ },
  })
  t.match(await post('{"name": "x"}', 'text/plain'), { status: 415 })
  t.match(await post('{"name": "x"}', 'application/json\t; charset=utf-8'), { status: /^(201|415|400)$/ })
  t.match(await post(JSON.stringify({ name: 'x'.repeat(1_100_000) }), 'application/json'), {
    status: 413,
    body: { type: '/problems/body-too-large' },
  })
  t.match(await post('', 'application/json'), { status: 400, body: { detail: /object/ } })
  t.match(await inject({ method: 'POST', url }), { status: 400 })
  t.match(await send('GET', '/api/campaigns?status=running'), {
    status: 400,
    body: { detail: /status must be one of draft, scheduled, sending/ },
  })
  t.match(await post('null', 'application/json'), { status: 400 })
  t.match(await post(Buffer.from('{"name": "Gr\xfc\xdfe"}', 'latin1'), 'application/json'), {
    status: 400,
    body: { type: '/problems/not-utf-8', detail: /UTF-8/ },
  })
  t.match(await post('{"name": "Grüße"}', 'application/json'), { status: 201, body: { name: 'Grüße' } })
  t.match(await post('{"name": "a\\u0000b"}', 'application/json'), {
    status: 400,
    body: { detail: /U\+0000/ },
  })
  t.match(await send('GET', '/api/forecast?contacts=10&limit=5&interval=soon'), {
    status: 400,
    body: { detail: /24 hours/ },
  })
  for (const type of ['application/json', 'text/csv']) {
    const answer = await inject({
      method: 'POST',
      url: type === 'text/csv' ? `/api/lists/${UNKNOWN_ID}/imports` : url,
      payload: gzipSync('{"name": "x"}'),
      headers: { 'content-type': type, 'content-encoding': 'gzip' },
    })
    t.match(answer, { status: 415, body: { type: '/problems/compressed-body', detail: /Content-Encoding/ } })
    t.equal(answer.headers['accept-encoding'], 'identity')
  }
})

t.test('routes that are not there', async t => {
  t.match(await send('GET', '/api/nothing?key=secret'), {
    status: 404,
    body: { type: '/problems/unknown-route', title: 'Nothing answers GET /api/nothing', detail: /openapi/ },
  })
})

t.test('methods that a route does not have', async t => {
  const cases: [method: string, url: string, allow: string][] = [
    ['DELETE', url, 'GET, HEAD, POST'],
    ['PUT', `/api/campaigns/${UNKNOWN_ID}`, 'GET, HEAD, PATCH'],
    ['POST', '/health/ready?key=secret', 'GET, HEAD'],
    ['PUT', '/dashboard/page.js', 'GET, HEAD'],
  ]
  for (const [method, url, allow] of cases) {
    const answer = await inject({ method: method as 'PUT', url })
    const path = url.split('?')[0]
    t.match(
      answer,
      {
        status: 405,
        body: { type: '/problems/unknown-method', title: `${path} does not answer ${method}` },
      },
      path!,
    )
    t.equal(answer.headers.allow, allow, path!)
    t.match(answer.body.detail, allow, path!)
  }
  t.match(await inject({ method: 'DELETE', url: `${url}/a/b/c` }), { status: 404 })
})

t.test('an error that nobody expected shows neither SQL nor a stack', async t => {
  db.createContactList = async () => {
    throw Object.assign(new Error('relation "secret" does not exist'), {
      code: '42P01',
      query: 'select secret',
    })
  }
  const answer = await inject({ method: 'POST', url, payload: '{"name": "x"}', headers: JSON_TYPE })
  t.match(answer, { status: 500, body: { type: '/problems/internal-error', instance: /^urn:uuid:/ } })
  t.notMatch(JSON.stringify(answer.body), /secret|at /)
})

t.test('every SQLSTATE that our SQL raises has a status of its own', async t => {
  const folder = new URL('../../sql/functions/', import.meta.url)
  const codes = new Set<string>()
  for (const name of await readdir(folder)) {
    const source = await readFile(new URL(name, folder), 'utf8')
    // MB999 never leaves test_batch_campaign: it rolls the simulation back
    for (const [, code] of source.matchAll(/errcode = '(MB0\d\d)'/g)) codes.add(code as string)
  }
  t.ok(codes.size >= 15)
  for (const code of codes) {
    const problem = problemFrom(Object.assign(new Error('what'), { code, hint: 'do this' }))
    t.match(problem, { title: 'what', detail: 'do this', code, status: Number }, code)
    t.notMatch(problem.type, code.toLowerCase(), `${code} has a name`)
  }
})

t.test('what is worth trying again says so', async t => {
  for (const code of ['40001', '40P01', '55P03', '57014']) {
    t.match(problemFrom(Object.assign(new Error(), { code })), { status: 503, type: '/problems/busy' }, code)
  }
  for (const code of ['57P01', '57P03', '08006', '53300', 'ECONNREFUSED', 'ECONNRESET']) {
    t.match(
      problemFrom(Object.assign(new Error(), { code })),
      { status: 503, type: '/problems/database-away' },
      code,
    )
  }
  t.match(problemFrom(new Error('Connection terminated unexpectedly')), { status: 503 })
})

t.test('addresses that cannot be read', async t => {
  for (const [url, status] of [
    ['/api/campaigns/%', 400],
    [`/api/campaigns/${'x'.repeat(500)}`, 414],
    ['/%zz', 400],
  ] as const) {
    const answer = await send('GET', url)
    t.match(answer, {
      status,
      body: { type: '/problems/invalid-request', title: 'The address cannot be read' },
    })
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    t.equal(answer.body.instance, `urn:uuid:${answer.headers['x-request-id']}`)
  }
})
