import { randomUUID } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { until } from '../helper/until.ts'
import { openApi, UNKNOWN_ID } from './api.ts'

const { inject, send, sendCsv, makeList, pool, app } = await openApi(t)

const HEADER = 'email,first_name\n'

async function readList(listId: string) {
  const { rows } = await pool.query(
    `select c.email, c.first_name, c.last_name, c.attributes
     from contact_list_members as m join contacts as c on c.id = m.contact_id where m.list_id = $1 order by m.position`,
    [listId],
  )
  return rows
}

t.test(
  'a spreadsheet file: byte order mark, CRLF, semicolons, quotes, empty lines, odd header names',
  async t => {
    const listId = await makeList()
    const file = [
      '\ufeffE-Mail Address;First Name;SURNAME;Order Total',
      'ann@example.test;"Ann; the first";Lee;12,50',
      '',
      '"bob@example.test";Bob;"O""Hara";',
      ';;;',
      'cy@example.test;"Cy\r\nRus";;3',
      '',
    ].join('\r\n')
    const answer = await sendCsv(listId, file)
    t.match(answer, {
      status: 201,
      body: {
        list_id: listId,
        rows: 3,
        imported: 3,
        existing: 0,
        added_to_list: 3,
        rejected_count: 0,
        rejected: [],
      },
    })
    t.same(await readList(listId), [
      {
        email: 'ann@example.test',
        first_name: 'Ann; the first',
        last_name: 'Lee',
        attributes: { order_total: '12,50' },
      },
      { email: 'bob@example.test', first_name: 'Bob', last_name: 'O"Hara', attributes: {} },
      {
        email: 'cy@example.test',
        first_name: 'Cy\r\nRus',
        last_name: null,
        attributes: { order_total: '3' },
      },
    ])
  },
)

t.test('bad rows are rejected with their line and reason, the others are imported', async t => {
  const listId = await makeList('known@example.test')
  const file = Buffer.concat([
    Buffer.from(`${HEADER}good1@example.test,Ann\n`),
    Buffer.from('no address,Bob\n,Cy\nGOOD1@example.test,Twice\n'),
    Buffer.from('one,two,three\nfour\nfive@example.test,5" pipe\n"six@example.test,Sue\n'),
    Buffer.from([0x73, 0x65, 0x76, 0x40, 0x78, 0x2e, 0x74, 0x2c, 0xfc, 0x0a]),
    Buffer.from(
      'nul@example.test,N\0L\nknown@example.test,K\ngood2@example.test,"Two\nLines"\ngood3@example.test,Zoe',
    ),
  ])
  const { status, headers, body } = await sendCsv(listId, file)
  t.equal(headers.location, `/api/imports/${body.import_id}`)
  t.match(
    { status, body },
    { status: 201, body: { imported: 3, existing: 1, added_to_list: 3, rejected_count: 9 } },
  )
  t.equal(body.rows, 13)
  t.match(
    body.rejected.map(
      ({ line_number, reason }: { line_number: number; reason: string }) => `${line_number} ${reason}`,
    ),
    [
      /^3 no e-mail address/,
      /^4 no e-mail address/,
      /^5 .*line 2/,
      /^6 has 3 columns, the header has 2/,
      /^7 has 1 columns/,
      /^8 has a quotation mark inside/,
      /^9 has a quotation mark that is opened and never closed|^9 has text after a closing/,
      /^10 is not valid UTF-8/,
      /^11 contains a NUL/,
    ],
  )
  t.same(
    (await readList(listId)).map(({ email }) => email),
    ['known@example.test', 'good1@example.test', 'good2@example.test', 'good3@example.test'],
  )

  const first = await send('GET', `${body.rejections}?limit=5`)
  t.equal(first.body.items.length, 5)
  const second = await send('GET', `${body.rejections}?limit=5&after_line=${first.body.next_after_line}`)
  t.same([...first.body.items, ...second.body.items], body.rejected)
  t.equal(second.body.next_after_line, null)
})

t.test('a file that cannot be used imports nothing and says why', async t => {
  const listId = await makeList()
  const files: [file: string | Buffer, status: number, body: object][] = [
    ['phone,name\n1,Ann\n', 422, { type: '/problems/no-email-column', detail: /phone, name/ }],
    [
      'ann@example.test,Ann\nbob@example.test,Bob\n',
      422,
      { type: '/problems/no-email-column', detail: /first line must name the columns/ },
    ],
    ['\n\r\n', 422, { type: '/problems/empty-file' }],
    ['"email,name\n1,2\n', 422, { type: '/problems/broken-header' }],
    [Buffer.from('\ufeffemail\nann@example.test\n', 'utf16le'), 422, { type: '/problems/not-utf-8' }],
  ]
  for (const [file, status, body] of files) t.match(await sendCsv(listId, file), { status, body })
  t.match(await inject({ method: 'POST', url: `/api/lists/${listId}/imports` }), {
    status: 400,
    body: { type: '/problems/no-file' },
  })
  t.same(await readList(listId), [])
  t.equal((await pool.query('select from daybatch.imports where list_id = $1', [listId])).rowCount, 0)
})

t.test('unknown lists and imports, other content types', async t => {
  t.match(await sendCsv(UNKNOWN_ID, `${HEADER}ann@example.test,Ann\n`), {
    status: 404,
    body: { code: 'MB005' },
  })
  t.match(await send('GET', `/api/imports/${UNKNOWN_ID}/rejections`), {
    status: 404,
    body: { code: 'MB016' },
  })
  const listId = await makeList()
  for (const type of [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json',
  ]) {
    const url = `/api/lists/${listId}/imports`
    const answer = await inject({
      method: 'POST',
      url,
      payload: 'email\n',
      headers: { 'content-type': type },
    })
    t.match(answer, { status: 415, body: { detail: /text\/csv/ } }, type)
  }
  t.equal((await pool.query('select from daybatch.imports where list_id = $1', [listId])).rowCount, 0)
})

t.test('a file larger than any JSON is streamed', async t => {
  const listId = await makeList()
  const count = 3000
  const note = 'a note, with commas'.repeat(30)
  function* lines() {
    yield 'email,first_name,note\n'
    for (let n = 0; n < count; n++) yield `reader${n}@example.test,Reader ${n},"${note}"\n`
  }
  const answer = await app.inject({
    method: 'POST',
    url: `/api/lists/${listId}/imports?file_name=large.csv`,
    payload: Readable.from(lines()),
    headers: { 'content-type': 'text/csv; charset=utf-8' },
  })
  t.match(answer.json(), { imported: count, added_to_list: count, rejected_count: 0 })
  const { rows } = await pool.query('select file_name from daybatch.imports where list_id = $1', [listId])
  t.same(rows, [{ file_name: 'large.csv' }])
  const staged = await pool.query('select from daybatch.import_rows where import_id = $1', [
    answer.json().import_id,
  ])
  t.equal(staged.rowCount, 0)
})

t.test('an upload that breaks off leaves nothing but its story, and keeps no connection', async t => {
  const listId = await makeList()
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const importId = randomUUID()
  const stream = new PassThrough()
  stream.write(`${HEADER}${'cut@example.test,Cut\n'.repeat(20_000)}`)
  const cut = new AbortController()
  const upload = fetch(`${address}/api/lists/${listId}/imports?import_id=${importId}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: stream,
    duplex: 'half',
    signal: cut.signal,
  })
  const countStaged = async () =>
    (await pool.query('select from daybatch.import_rows where import_id = $1', [importId])).rowCount
  await until(async () => ((await countStaged()) ?? 0) > 0)
  const busy = `select from pg_stat_activity where datname = current_database() and application_name = 'daybatch test service' and state <> 'idle'`
  await until(async () => (await pool.query(busy)).rowCount === 0)
  t.pass('a sender that is silent keeps no transaction open')
  cut.abort()
  await t.rejects(upload)
  await until(async () => (await send('GET', `/api/imports/${importId}`)).body.state === 'failed')
  t.match((await send('GET', `/api/imports/${importId}`)).body, { failure: /cut off/, mode: 'atomic' })
  t.equal(await countStaged(), 0)
  await until(async () => (await pool.query(busy)).rowCount === 0)
  t.same(await readList(listId), [])
  t.equal((await pool.query(`select from contacts where email = 'cut@example.test'`)).rowCount, 0)
})
