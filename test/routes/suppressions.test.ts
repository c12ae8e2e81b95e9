import t from 'tap'
import { JSON_TYPE, openApi } from './api.ts'

const { inject, send, pool, makeList } = await openApi(t)

const importCsv = (payload: string, type = 'text/csv') =>
  inject({ method: 'POST', url: '/api/suppressions/imports', payload, headers: { 'content-type': type } })
const lift = (payload: object) =>
  inject({ method: 'DELETE', url: '/api/suppressions', payload, headers: JSON_TYPE })
t.beforeEach(() => pool.query('truncate daybatch.suppressions').then(() => {}))

t.test('an address is suppressed, found and lifted', async t => {
  t.match(await send('POST', '/api/suppressions', { email: 'ada@example.org', reason: 'complained' }), {
    status: 201,
    body: { suppressed: true, is_new: true },
  })
  t.match(await send('POST', '/api/suppressions', { email: 'ADA@example.org' }), { status: 200 })
  const found = await send('GET', `/api/suppressions?email=${encodeURIComponent('Ada@example.org')}`)
  t.match(found, {
    status: 200,
    body: { items: [{ reason: 'complained', source: 'api', list_id: null }], next_cursor: null },
  })
  t.notMatch(JSON.stringify(found.body), /ada@/i)
  t.match(await lift({ email: 'ada@example.org' }), {
    status: 409,
    body: { code: 'MB036', type: '/problems/consent-needed' },
  })
  t.match(await lift({ email: 'ada@example.org', confirmed: true }), { status: 200, body: { lifted: true } })
  t.match(await lift({ email: 'ada@example.org' }), { status: 200, body: { lifted: false } })
  t.match(await send('GET', '/api/suppressions?email=ada@example.org'), { body: { items: [] } })
})

t.test('pages', async t => {
  await importCsv(`email\n${['a', 'b', 'c'].map(name => `${name}@example.org`).join('\n')}\n`)
  const first = await send('GET', '/api/suppressions?limit=2')
  t.equal(first.body.items.length, 2)
  const second = await send('GET', `/api/suppressions?limit=2&cursor=${first.body.next_cursor}`)
  t.equal(second.body.items.length, 1)
  t.equal(second.body.next_cursor, null)
  t.match(await send('GET', '/api/suppressions?cursor=x'), { status: 400 })
})

t.test('CSV: the good rows are kept, the others told with their line', async t => {
  const listId = await makeList()
  const answer = await importCsv(
    `E-Mail;reason;list_id\r\nada@example.org;complained;\r\nno address;;\r\nbob@example.org;;${listId}\r\n"cyd@example.org;;\r\ndan@example.org;spam;\r\n`,
  )
  t.match(answer, { status: 201, body: { row_count: 5, added: 2, existing: 0, rejected_count: 3 } })
  t.same(
    answer.body.rejected.map((row: { line_number: number }) => row.line_number),
    [3, 5, 6],
  )
  t.match(await importCsv('email\nada@example.org\n'), { body: { added: 0, existing: 1 } })
  t.match(await importCsv('name\nAda\n'), { status: 422, body: { type: '/problems/no-email-column' } })
  t.match(await importCsv(''), { status: 422 })
  t.match(await importCsv('{}', 'application/json'), { status: 415 })
})

t.test('what was exported is imported again, streamed in thousands', async t => {
  const rows = Array.from({ length: 12_000 }, (_, n) => `reader-${n}@example.org`)
  const other = await openApi(t)
  const sent = await other.inject({
    method: 'POST',
    url: '/api/suppressions/imports',
    payload: `email,reason\n${rows.map(email => `${email},unsubscribed`).join('\n')}\n`,
    headers: { 'content-type': 'text/csv' },
  })
  t.match(sent, { status: 201, body: { row_count: 12_000, added: 12_000 } })
  await other.send('POST', '/api/contacts', { email: 'reader-7@example.org' })
  const response = await other.app.inject({ method: 'GET', url: '/api/suppressions/export' })
  t.match(response.headers, { 'content-type': 'text/csv; charset=utf-8' })
  const lines = response.body.trimEnd().split('\n')
  t.equal(lines[0], 'email,address_key,reason,list_id,source,created_at')
  t.equal(lines.length, 12_001)
  t.equal(lines.filter(line => line.startsWith('reader-7@example.org,')).length, 1)
  t.equal(lines.filter(line => line.startsWith(',')).length, 11_999, 'only keys are known of the others')
  await other.pool.query('truncate daybatch.suppressions')
  const again = await other.inject({
    method: 'POST',
    url: '/api/suppressions/imports',
    payload: response.body,
    headers: { 'content-type': 'text/csv' },
  })
  t.match(again, { status: 201, body: { added: 12_000, rejected_count: 0 } })
})
