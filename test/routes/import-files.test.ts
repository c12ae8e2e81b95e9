import { Readable } from 'node:stream'
import t from 'tap'
import { openApi } from './api.ts'

const { inject, sendCsv, makeList, pool, app } = await openApi(t)

const post = (listId: string, payload: string | Buffer | Readable, query = '', type = 'text/csv') =>
  inject({
    method: 'POST',
    url: `/api/lists/${listId}/imports?${query}`,
    payload,
    headers: { 'content-type': type },
  })
const preview = (payload: string | Buffer, query = '', type = 'text/csv') =>
  inject({
    method: 'POST',
    url: `/api/imports/preview?${query}`,
    payload,
    headers: { 'content-type': type },
  })
const NDJSON = 'application/x-ndjson'
const map = (mapping: object) => `map=${encodeURIComponent(JSON.stringify(mapping))}`

const readContacts = async (listId: string) =>
  (
    await pool.query(
      `select c.email, c.first_name, c.last_name, c.attributes from contact_list_members as m join contacts as c on c.id = m.contact_id
       where m.list_id = $1 order by m.position`,
      [listId],
    )
  ).rows

t.test('NDJSON: one object a line; a line that cannot be used costs itself', async t => {
  const listId = await makeList()
  const deep = `{"email": "deep@example.test", "x": ${'['.repeat(5000)}${']'.repeat(5000)}}`
  const lines = [
    '\ufeff{"email": "ada@example.test", "firstName": "Ada", "city": "London", "orders": 3, "tags": ["a", "b"]}',
    '',
    '{"E-Mail": "bob@example.test", "attributes": {"Town": "Bern"}, "note": null}',
    '["bob@example.test"]',
    '{"email": ',
    deep,
    '{"email": "nul@example.test", "note": "a\\u0000b"}',
    '{"email": "half@example.test", "note": "\\ud83d"}',
    `{"email": "long@example.test", "note": "${'x'.repeat(200_000)}"}`,
    '{"email": {"address": "obj@example.test"}}',
    '{"email": "ADA@example.test"}',
    '{"email": "slash@example.test", "note": "\\\\u0000 is text \\ud83d\\ude00"}',
  ]
  const { status, body } = await post(listId, lines.join('\n'), '', NDJSON)
  t.match({ status, body }, { status: 201, body: { rows: 11, imported: 3, rejected_count: 8 } })
  t.same(
    body.rejected.map((row: { line_number: number }) => row.line_number),
    [4, 5, 6, 7, 8, 9, 10, 11],
  )
  t.match(
    body.rejected.map((row: { reason: string }) => row.reason),
    [/JSON object/, /JSON object/, /nested deeper/, /NUL/, /half/, /longer than/, /not a text/, /line 1/],
  )
  t.same(await readContacts(listId), [
    {
      email: 'ada@example.test',
      first_name: 'Ada',
      last_name: null,
      attributes: { city: 'London', orders: 3, tags: ['a', 'b'] },
    },
    { email: 'bob@example.test', first_name: null, last_name: null, attributes: { town: 'Bern' } },
    {
      email: 'slash@example.test',
      first_name: null,
      last_name: null,
      attributes: { note: '\\u0000 is text \u{1f600}' },
    },
  ])
  for (const file of [
    '[{"email": "a@example.test"}]',
    'email\na@example.test\n',
    'x'.repeat(300_000),
    '',
    '\n\n',
  ]) {
    const refused = await post(listId, file, '', NDJSON)
    t.match(refused, { status: 422, body: { type: /not-ndjson|empty-file/ } }, file.slice(0, 20))
  }
})

t.test('columns are mapped to fields, attributes, or nothing', async t => {
  const listId = await makeList()
  const file = 'Contact;Vorname;Ort;Notiz\nann@map.test;Ann;Bern;secret\n'
  const query = map({ Contact: 'email', Vorname: 'first_name', ort: 'Home Town', Notiz: '' })
  t.match(await post(listId, file, query), { status: 201, body: { imported: 1 } })
  t.same(await readContacts(listId), [
    { email: 'ann@map.test', first_name: 'Ann', last_name: null, attributes: { home_town: 'Bern' } },
  ])
  const refused: [query: string, status: number, type: string, detail?: RegExp][] = [
    [map({ Nobody: 'email' }), 422, '/problems/unknown-column', /Contact, Vorname, Ort, Notiz/],
    [map({ Contact: 'email', Ort: 'email' }), 422, '/problems/invalid-mapping'],
    [map({ Contact: '***' }), 422, '/problems/invalid-mapping'],
    [map({ Contact: 5 }), 400, '/problems/invalid-mapping'],
    ['map=%7B', 400, '/problems/invalid-mapping'],
    ['', 422, '/problems/no-email-column'],
  ]
  for (const [query, status, type, detail] of refused) {
    t.match(await post(listId, file, query), { status, body: { type, ...(detail && { detail }) } }, query)
  }
  t.equal((await readContacts(listId)).length, 1)
})

t.test('a preview: delimiter, columns, first rows, from 64 KiB; nothing is written', async t => {
  const file = `E-Mail;Vorname;Town;uuid\n${'ann@example.test;Ann;Bern;1\n'.repeat(10_000)}`
  const { status, body } = await preview(file, map({ Vorname: 'first_name', uuid: '' }))
  t.match({ status, body }, { status: 200, body: { format: 'csv', delimiter: ';' } })
  t.same(body.columns, [
    { name: 'E-Mail', becomes: 'email' },
    { name: 'Vorname', becomes: 'first_name' },
    { name: 'Town', becomes: 'town' },
    { name: 'uuid', becomes: null },
  ])
  t.equal(body.rows.length, 20)
  t.match(body.rows[0], {
    line: 2,
    email: 'ann@example.test',
    first_name: 'Ann',
    attributes: { town: 'Bern' },
    rejection: null,
  })
  t.match(await preview('{"email": "a@example.test", "x": 1}\n', '', NDJSON), {
    body: {
      format: 'ndjson',
      delimiter: null,
      columns: [
        { name: 'email', becomes: 'email' },
        { name: 'x', becomes: 'x' },
      ],
      rows: [{ email: 'a@example.test', attributes: { x: 1 } }],
    },
  })
  t.match(
    await preview(
      '{"mail_to": "a@example.test", "x": 1, "y": 2}\n',
      map({ mail_to: 'email', x: 'attributes.My X', y: '' }),
      NDJSON,
    ),
    {
      body: {
        columns: [
          { name: 'mail_to', becomes: 'email' },
          { name: 'x', becomes: 'my_x' },
          { name: 'y', becomes: null },
        ],
        rows: [{ email: 'a@example.test', attributes: { my_x: 1 } }],
      },
    },
  )
  t.match(
    await preview('name,at\nx,x@example.test\n'),
    {
      status: 200,
      body: {
        columns: [{ name: 'name', becomes: 'name' }, { becomes: 'at' }],
        rows: [{ email: '', attributes: { at: 'x@example.test' } }],
      },
    },
    'a file without a column of addresses is shown, so that somebody can name it',
  )
  t.match(await preview('email'.repeat(100_000)), { status: 422, body: { type: '/problems/no-lines' } })
  t.match(await preview('{}', '', 'application/json'), { status: 415 })
})

t.test('exports of Mailchimp: the unsubscribed and cleaned ones are suppressed, never mailable', async t => {
  const listId = await makeList('was-here@example.test')
  const columns =
    '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_IP,LEID,EUID,TAGS'
  const subscribed = `${columns}\nann@chimp.test,Ann,Lee,2,"2020-01-01 10:00:00",192.0.2.1,1,abc,"""vip"""\n`
  t.match(await post(listId, subscribed, 'file_name=subscribed_members_export_1.csv'), {
    body: { imported: 1 },
  })
  t.match((await readContacts(listId)).at(-1), {
    email: 'ann@chimp.test',
    first_name: 'Ann',
    attributes: { tags: '"vip"' },
  })
  const gone = `${columns},UNSUB_TIME,UNSUB_REASON\nwas-here@example.test,,,2,,,2,d,,"2021-01-01",other\nbob@chimp.test,,,2,,,2,d,,"2021-01-01",other\n`
  const answer = await post(listId, gone)
  t.match(answer.body, {
    rows: 2,
    imported: 0,
    existing: 0,
    added_to_list: 0,
    suppressed_count: 2,
    rejected_count: 0,
  })
  const cleaned = `${columns},CLEAN_TIME\ncyd@chimp.test,,,2,,,2,d,,"2021-01-01"\n`
  t.match((await post(listId, cleaned)).body, { imported: 0, suppressed_count: 1 })
  t.match(await post(listId, subscribed, 'file_name=nonsubscribed_members_export_1.csv'), {
    status: 422,
    body: { type: '/problems/not-subscribed' },
  })
  const { rows } = await pool.query(
    `select e.email, s.reason, s.source from (values ('was-here@example.test'), ('bob@chimp.test'), ('cyd@chimp.test')) as e (email)
     left join daybatch.suppressions as s on s.address_key = daybatch.calculate_address_key(e.email) order by 1`,
  )
  t.same(rows, [
    { email: 'bob@chimp.test', reason: 'unsubscribed', source: 'import' },
    { email: 'cyd@chimp.test', reason: 'bounced', source: 'import' },
    { email: 'was-here@example.test', reason: 'unsubscribed', source: 'import' },
  ])
  const marked = await pool.query(
    `select email, unsubscribed_at is not null as is_marked from contacts where email in ('was-here@example.test', 'bob@chimp.test')`,
  )
  t.same(marked.rows, [{ email: 'was-here@example.test', is_marked: true }])
})

t.test('exports of listmonk and Mautic, and columns that say who must not be mailed', async t => {
  const listId = await makeList()
  const listmonk =
    'uuid,email,name,attributes,status,created_at,updated_at\n' +
    '1,ann@monk.test,Ann Lee,"{""City"": ""Bern"", ""orders"": {""last"": 3}}",enabled,2020,2021\n' +
    '2,bob@monk.test,Bob,{},blocklisted,2020,2021\n3,cyd@monk.test,Cyd,{},disabled,2020,2021\n4,dan@monk.test,Dan,not json,enabled,2020,2021\n'
  t.match((await post(listId, listmonk)).body, {
    imported: 2,
    suppressed_count: 1,
    rejected_count: 1,
    rejected: [{ line_number: 4, email: 'cyd@monk.test', reason: 'is disabled there' }],
  })
  t.same(await readContacts(listId), [
    {
      email: 'ann@monk.test',
      first_name: null,
      last_name: null,
      attributes: { name: 'Ann Lee', city: 'Bern', orders: { last: 3 } },
    },
    {
      email: 'dan@monk.test',
      first_name: null,
      last_name: null,
      attributes: { name: 'Dan', attributes: 'not json' },
    },
  ])
  const mautic =
    'id,title,firstname,lastname,email,points,doNotEmail,city\n1,,Ann,Lee,ann@mautic.test,5,0,Bern\n2,,Bob,,bob@mautic.test,5,1,Bern\n'
  const second = await makeList()
  t.match((await post(second, mautic)).body, { imported: 1, suppressed_count: 1 })
  t.match(await readContacts(second), [
    { email: 'ann@mautic.test', first_name: 'Ann', attributes: { city: 'Bern' } },
  ])
  const third = await makeList()
  const plain = 'email,status\na@plain.test,Gold\nb@plain.test,Unsubscribed\nc@plain.test,complained\n'
  t.match((await post(third, plain)).body, { imported: 1, suppressed_count: 2 })
  t.same(
    (await readContacts(third)).map(({ attributes }) => attributes),
    [{ status: 'Gold' }],
  )
})

t.test('bombs: a million columns, one endless line, a quote never closed, no UTF-8', async t => {
  const listId = await makeList()
  t.match(await sendCsv(listId, `email${',a'.repeat(20_000)}\n`), {
    status: 422,
    body: { type: '/problems/too-many-columns' },
  })
  t.match(await sendCsv(listId, `email${',a'.repeat(1_000_000)}\n`), {
    status: 422,
    body: { type: '/problems/broken-header' },
  })
  function* endless() {
    yield 'email,note\nann@bomb.test,"'
    for (let n = 0; n < 800; n++) yield 'x'.repeat(64 * 1024)
    yield '\nbob@bomb.test,B\n'
  }
  const answer = await app.inject({
    method: 'POST',
    url: `/api/lists/${listId}/imports`,
    payload: Readable.from(endless()),
    headers: { 'content-type': 'text/csv' },
  })
  t.match(answer.json(), {
    imported: 1,
    rejected_count: 1,
    rejected: [{ line_number: 2, reason: /longer than/ }],
  })
  t.match(await sendCsv(listId, `email,note\n${'"'.repeat(100_001)}\ncyd@bomb.test,C\n`), { status: 201 })
  t.match(await sendCsv(listId, `email,note\n${`a@bomb.test${','.repeat(60_000)}\n`.repeat(3)}`), {
    status: 201,
    body: { rejected_count: 2 },
  })
  for (const encoding of ['utf16le', 'latin1'] as const) {
    t.match(
      await sendCsv(listId, Buffer.from('email\nann@example.test\n', 'utf16le')),
      {
        status: 422,
        body: { type: '/problems/not-utf-8' },
      },
      encoding,
    )
  }
  t.match(await sendCsv(listId, Buffer.alloc(200_000)), { status: 422 })
})

t.test('rejected rows as CSV, by name or by Accept; no formula in it', async t => {
  const listId = await makeList()
  const { body } = await sendCsv(listId, `email\n"=HYPERLINK(""x"")"\n${'+no address\n'.repeat(250)}`)
  const url = `/api/imports/${body.import_id}/rejections`
  for (const request of [{ url: `${url}.csv` }, { url, headers: { accept: 'text/csv' } }]) {
    const answer = await app.inject({ method: 'GET', ...request })
    t.equal(answer.headers['content-type'], 'text/csv; charset=utf-8')
    const lines = answer.body.trimEnd().split('\n')
    t.equal(lines.length, 252)
    t.same(lines.slice(0, 3), [
      'line,email,reason',
      `2,"'=HYPERLINK(""x"")","no e-mail address that can be mailed"`,
      `3,"'+no address","no e-mail address that can be mailed"`,
    ])
  }
})

t.test(
  'who still sends a file that is refused hears why, and a preview of a large one is answered',
  async t => {
    const listId = await makeList()
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    const send = (path: string, start: string) =>
      fetch(`${address}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: Readable.from([start, ...Array.from({ length: 64 }, () => 'x,y\n'.repeat(16_384))]),
        duplex: 'half',
      })
    const refused = await send(`/api/lists/${listId}/imports`, 'phone,name\n')
    t.equal(refused.status, 422)
    t.match(await refused.json(), { type: '/problems/no-email-column' })
    const shown = await send('/api/imports/preview', 'email,name\n')
    t.equal(shown.status, 200)
    t.match(await shown.json(), { columns: [{ becomes: 'email' }, { becomes: 'name' }] })
  },
)
