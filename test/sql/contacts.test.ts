import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { advance } from '../helper/clock.ts'
import { call, callOne, insertRow, makeContacts, makeList, type Row, readOne } from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, MINUTE, scenario } from '../helper/scenario.ts'

const answer = async (db: pg.Pool, name: string, ...values: unknown[]) =>
  (await callOne(db, name, ...values.map(value => (isJson(value) ? JSON.stringify(value) : value))))[name]
const isJson = (value: unknown) => typeof value === 'object' && value !== null && !(value instanceof Date)

/** All contacts and memberships, for a comparison before and after. */
const readAll = async (db: pg.Pool) => [
  (await db.query('select * from public.contacts order by id')).rows,
  (await db.query('select * from public.contact_lists order by id')).rows,
  (await db.query('select * from public.contact_list_members order by list_id, position')).rows,
]

const members = async (db: pg.Pool, list: string) =>
  (
    await db.query(
      `select c.email from public.contact_list_members as m join public.contacts as c on c.id = m.contact_id
       where m.list_id = $1 order by m.position`,
      [list],
    )
  ).rows.map(row => row.email)

// is_valid_address

scenario('addresses that can be mailed, and those that cannot', async (t, db) => {
  const valid = [
    'a@b.co',
    'ada.lovelace+tag@mail.example.org',
    "o'brien@example.org",
    '!#$%&*+-/=?^_`{|}~@example.org',
    `${'l'.repeat(64)}@example.org`,
    `a@${'d'.repeat(63)}.org`,
    'a@1.2.example',
    'ünï@exämple.org',
    '用户@例子.广告',
    `a@${`${'d'.repeat(61)}.`.repeat(4)}org`.slice(0, 254),
  ]
  const invalid = [
    null,
    '',
    ' ',
    'a',
    'a@',
    '@b.co',
    'a@b',
    'a@b.',
    'a@.b.co',
    'a@b..co',
    'a@-b.co',
    'a@b-.co',
    '.a@b.co',
    'a.@b.co',
    'a..b@c.co',
    'a b@c.co',
    'a@b c.co',
    ' a@b.co',
    'a@b.co ',
    'a@b.co\n',
    'a\t@b.co',
    'a@b@c.co',
    '"a b"@c.co',
    'a(c)@b.co',
    'a@[127.0.0.1]',
    '<a@b.co>',
    'Ada <a@b.co>',
    'a@b.co,c@d.co',
    'a@b.co;c@d.co',
    'a\\b@c.co',
    'a@b_c.co',
    'a\u200b@b.co',
    'a\u202e@b.co',
    'a\u0000x@b.co'.replace('\u0000', '\u0001'),
    'a\u0085@b.co',
    'a\u00a0@b.co',
    'a@b\u3000c.co',
    'a@b\u3002co',
    'a@b.c\uff0eco',
    `${'l'.repeat(65)}@example.org`,
    `a@${'d'.repeat(64)}.org`,
    `a@${'dd.'.repeat(90)}org`,
    `${'ü'.repeat(33)}@example.org`,
    'a@b.co\r\nRCPT TO:<c@d.co>',
  ]
  for (const address of valid) t.equal(await answer(db, 'is_valid_address', address), true, String(address))
  for (const address of invalid)
    t.equal(await answer(db, 'is_valid_address', address), false, JSON.stringify(address))
})

// create_contact, get_contact, list_contacts

scenario('a contact: made once per address, answered unchanged the second time', async (t, db) => {
  const made = await answer(db, 'create_contact', {
    email: ' Ada@Example.org ',
    first_name: 'Ada',
    last_name: null,
    attributes: { city: 'Bern' },
  })
  t.match(made, {
    email: 'Ada@Example.org',
    first_name: 'Ada',
    last_name: null,
    attributes: { city: 'Bern' },
    unsubscribed_at: null,
  })
  t.same(await answer(db, 'create_contact', { email: 'ADA@example.ORG', first_name: 'Other' }), made)
  t.same(await answer(db, 'get_contact', made.id), made)
  t.equal((await db.query('select from public.contacts')).rowCount, 1)
  t.match(await answer(db, 'create_contact', { email: 'bo@example.org' }), {
    attributes: {},
    first_name: null,
  })
})

scenario('contacts: refusals', async (t, db) => {
  const refused = (code: string, message: RegExp, contact: unknown) =>
    checkRefusal(
      t,
      code,
      message,
      () => call(db, 'create_contact', JSON.stringify(contact)),
      () => readAll(db),
    )
  for (const email of [undefined, null, '', 'nobody', 5, ['a@b.co'], 'x'.repeat(300)]) {
    await refused('MB015', /is no e-mail address/, { email })
  }
  for (const contact of [null, [], 'a@b.co', 5]) await refused('MB015', /is no e-mail address/, contact)
  await refused('MB017', /colour is no field/, { email: 'a@b.co', colour: 'red' })
  for (const attributes of [[], 'x', 5, true]) {
    await refused('MB017', /attributes that are not an object/, { email: 'a@b.co', attributes })
  }
  t.match(await answer(db, 'create_contact', { email: 'nil@b.co', attributes: null }), { attributes: {} })
  await checkRefusal(t, 'MB018', /does not exist/, () => call(db, 'get_contact', randomUUID()))
  await checkRefusal(t, 'MB018', /contact null does not exist/, () => call(db, 'get_contact', null))
  const { message } = await refused('MB015', /is no e-mail/, { email: 'x'.repeat(300) })
  t.ok(message.length < 200, 'the bad value is cut')
})

scenario('contacts page by page, each once', async (t, db) => {
  const ids = (await makeContacts(db, 5)).sort()
  const found: string[] = []
  for (let last: string | null = null; ; ) {
    const page: Row[] = (await call(db, 'list_contacts', last, 2)).map(row => row.list_contacts)
    if (page.length === 0) break
    found.push(...page.map(row => row.id))
    last = page.at(-1)!.id
  }
  t.same(found, ids)
  t.equal((await call(db, 'list_contacts', null, -1)).length, 1)
})

// create_contact_list, list_contact_lists

scenario('lists: made, counted, newest first', async (t, db) => {
  const first = await answer(db, 'create_contact_list', 'First')
  t.match(first, { name: 'First', id: /^[0-9a-f-]{36}$/ })
  await insertRow(db, 'public.contact_lists', {
    name: 'Second',
    created_at: after(1000 * 365 * 24 * 60 * MINUTE),
  })
  await answer(db, 'add_list_contacts', first.id, [{ email: 'a@b.co' }, { email: 'c@d.co' }])
  const lists = async (...values: unknown[]) =>
    (await call(db, 'list_contact_lists', ...values)).map(row => row.list_contact_lists)
  const [newest, oldest] = await lists()
  t.match(
    [newest, oldest],
    [
      { name: 'Second', contact_count: 0 },
      { name: 'First', contact_count: 2 },
    ],
  )
  t.match(await lists(newest.created_at, newest.id), [{ name: 'First' }])
  t.same(
    (await lists(null, null, 50, false)).map(list => Object.keys(list).sort()),
    [newest, oldest].map(() => ['created_at', 'id', 'name']),
    'names alone, uncounted',
  )
  t.same(await lists(oldest.created_at, oldest.id), [])
  for (const name of [null, '', '  ', 'a\nb', 'a\u0000b'.replace('\u0000', '\u0007')]) {
    await checkRefusal(
      t,
      'MB017',
      /needs a name/,
      () => call(db, 'create_contact_list', name),
      () => readAll(db),
    )
  }
})

// add_list_contacts

scenario(
  'contacts go on a list in their order; the bad ones are named, the good ones stay',
  async (t, db) => {
    const list = await makeList(db, [])
    const [known] = await makeContacts(db, ['known@example.org'])
    const result = await answer(db, 'add_list_contacts', list, [
      { email: 'b@example.org', first_name: 'B' },
      { email: 'not an address' },
      known,
      randomUUID(),
      'no-uuid',
      { email: 'B@EXAMPLE.ORG' },
      { email: 'KNOWN@example.org' },
      { email: 'x@example.org', colour: 'red' },
      5,
      null,
      { email: 'bad@example.org', attributes: [] },
      { email: 'a@example.org' },
    ])
    t.match(result, { added: 3, existing: 2 })
    t.same(await members(db, list), ['b@example.org', 'known@example.org', 'a@example.org'])
    t.same(
      result.rejected.map((row: { line_number: number; email: string | null }) => [
        row.line_number,
        row.email,
      ]),
      [
        [2, 'not an address'],
        [4, null],
        [5, null],
        [8, 'x@example.org'],
        [9, null],
        [10, null],
        [11, 'bad@example.org'],
      ],
    )
    for (const row of result.rejected) t.ok(row.reason.length > 10, row.reason)
    t.equal((await db.query('select from public.contacts')).rowCount, 3, 'a rejected row leaves nothing')
    t.same(await answer(db, 'add_list_contacts', list, [known]), { added: 0, existing: 1, rejected: [] })
    t.same(await answer(db, 'add_list_contacts', list, []), { added: 0, existing: 0, rejected: [] })
    await checkRefusal(t, 'MB005', /does not exist/, () => answer(db, 'add_list_contacts', randomUUID(), []))
    await checkRefusal(t, 'MB005', /list null/, () => answer(db, 'add_list_contacts', null, []))
    for (const contacts of [{}, 'x', 5, null]) {
      await checkRefusal(t, 'MB017', /JSON array/, () =>
        call(db, 'add_list_contacts', list, JSON.stringify(contacts)),
      )
    }
  },
)

// imports

async function importRows(db: pg.Pool, list: string, rows: object[]) {
  const id = await answer(db, 'begin_import', list, 'contacts.csv')
  await db.query(
    `insert into daybatch.import_rows (import_id, line_number, email, first_name, last_name, attributes, rejection)
     select $1, line_number, email, first_name, last_name, attributes, rejection
     from jsonb_populate_recordset(null::daybatch.import_rows, $2)`,
    [id, JSON.stringify(rows)],
  )
  return id
}

scenario(
  'an import: new and known contacts on the list in file order, the rest named by line',
  async (t, db) => {
    const list = await makeList(db, [])
    const [known, listed] = await makeContacts(db, ['known@example.org', 'listed@example.org'])
    await answer(db, 'add_list_contacts', list, [listed])
    const id = await importRows(db, list, [
      { line_number: 2, email: 'Zoe@example.org', first_name: 'Zoe', attributes: { city: 'Bern' } },
      { line_number: 3, email: 'nobody' },
      { line_number: 4, email: 'KNOWN@example.org', first_name: 'Changed' },
      { line_number: 5, email: null, rejection: 'has too few fields' },
      { line_number: 6, email: 'zoe@EXAMPLE.org', first_name: 'Second' },
      { line_number: 7, email: 'listed@example.org' },
      { line_number: 8, email: null },
      { line_number: 9, email: 'adam@example.org', attributes: null },
      { line_number: 10, email: 'eve@example.org', attributes: ['no', 'object'] },
      { line_number: 11, email: '' },
      { line_number: 12, email: 'eve@example.org' },
    ])
    await advance(db, '1 minute')
    const counts = await answer(db, 'finish_import', id)
    t.same(counts, {
      import_id: id,
      list_id: list,
      rows: 11,
      imported: 3,
      existing: 2,
      added_to_list: 4,
      suppressed_count: 0,
      rejected_count: 6,
    })
    t.same(await members(db, list), [
      'listed@example.org',
      'Zoe@example.org',
      'known@example.org',
      'adam@example.org',
      'eve@example.org',
    ])
    t.match(await readOne(db, `select * from public.contacts where email = 'Zoe@example.org'`), {
      first_name: 'Zoe',
      attributes: { city: 'Bern' },
    })
    t.equal((await answer(db, 'get_contact', known)).first_name, null, 'a known contact is not changed')
    t.same(await call(db, 'list_import_rejections', id), [
      { line_number: 3, email: 'nobody', reason: 'no e-mail address that can be mailed' },
      { line_number: 5, email: null, reason: 'has too few fields' },
      { line_number: 6, email: 'zoe@EXAMPLE.org', reason: 'the address stands already in line 2' },
      { line_number: 8, email: null, reason: 'no e-mail address that can be mailed' },
      { line_number: 10, email: 'eve@example.org', reason: 'the attributes are not an object' },
      { line_number: 11, email: '', reason: 'no e-mail address that can be mailed' },
    ])
    t.match(
      await call(db, 'list_import_rejections', id, 5, 2),
      [{ line_number: 6 }, { line_number: 8 }],
      'a page',
    )
    t.equal(
      (await db.query('select from daybatch.import_rows where import_id = $1', [id])).rowCount,
      6,
      'only these stay',
    )
    const before = await readAll(db)
    t.same(await answer(db, 'finish_import', id), counts, 'finished answers its counts')
    t.same(await readAll(db), before)
  },
)

scenario('an import twice adds nobody twice', async (t, db) => {
  const list = await makeList(db, [])
  const rows = Array.from({ length: 50 }, (_, n) => ({ line_number: n + 2, email: `c${n}@example.org` }))
  t.match(await answer(db, 'finish_import', await importRows(db, list, rows)), {
    imported: 50,
    added_to_list: 50,
  })
  t.match(await answer(db, 'finish_import', await importRows(db, list, rows)), {
    imported: 0,
    existing: 50,
    added_to_list: 0,
    rejected_count: 0,
  })
  t.same(
    await members(db, list),
    rows.map(row => row.email),
  )
})

scenario('two imports side by side do not mix; an empty one is fine', async (t, db) => {
  const [one, two] = [await makeList(db, []), await makeList(db, [])]
  const first = await importRows(db, one, [{ line_number: 2, email: 'a@example.org' }])
  const second = await importRows(db, two, [{ line_number: 2, email: 'A@example.org' }])
  const empty = await importRows(db, two, [])
  t.match(await answer(db, 'finish_import', first), { rows: 1, imported: 1 })
  t.match(await answer(db, 'finish_import', second), { rows: 1, imported: 0, existing: 1, added_to_list: 1 })
  t.match(await answer(db, 'finish_import', empty), { rows: 0, imported: 0, rejected_count: 0 })
})

scenario('imports: refusals', async (t, db) => {
  await checkRefusal(t, 'MB005', /does not exist/, () => call(db, 'begin_import', randomUUID()))
  await checkRefusal(t, 'MB016', /does not exist/, () => call(db, 'finish_import', randomUUID()))
  await checkRefusal(t, 'MB016', /import null/, () => call(db, 'finish_import', null))
  await checkRefusal(t, 'MB016', /does not exist/, () => call(db, 'list_import_rejections', randomUUID()))
  const list = await makeList(db, [])
  const id = await answer(db, 'begin_import', list, 'x'.repeat(1000))
  t.equal(
    (await readOne(db, 'select file_name from daybatch.imports where import_id = $1', [id])).file_name.length,
    255,
  )
})

// suppressions and unsubscribes

scenario('an address is suppressed once, in any spelling, for all or for one list', async (t, db) => {
  const list = await makeList(db, [])
  t.equal(await answer(db, 'suppress_address', ' Ada@Example.org'), true)
  t.equal(await answer(db, 'suppress_address', 'ada@example.org'), false)
  t.equal(await answer(db, 'suppress_address', 'ada@example.org', 'bounced', list), true)
  const { rows } = await db.query('select * from daybatch.suppressions order by suppression_id')
  t.match(rows, [
    { list_id: null, reason: 'manual' },
    { list_id: list, reason: 'bounced' },
  ])
  t.notMatch(JSON.stringify(rows), /ada/i, 'the address is not kept')
  const readRows = async () => (await db.query('select * from daybatch.suppressions')).rows
  for (const [code, message, ...values] of [
    ['MB015', /needs an address/, null],
    ['MB015', /needs an address/, '  '],
    ['MB017', /no reason/, 'a@b.co', 'whim'],
    ['MB017', /no reason/, 'a@b.co', null],
    ['MB005', /does not exist/, 'a@b.co', 'manual', randomUUID()],
  ] as [string, RegExp, ...unknown[]][]) {
    await checkRefusal(t, code, message, () => call(db, 'suppress_address', ...values), readRows)
  }
})

scenario('who unsubscribes is marked and suppressed, once', async (t, db) => {
  const [ada] = await makeContacts(db, ['ada@example.org'])
  t.equal(await answer(db, 'unsubscribe_contact', ada), true)
  t.same((await readOne(db, 'select unsubscribed_at from public.contacts')).unsubscribed_at, after(0))
  await advance(db, '1 hour')
  t.equal(await answer(db, 'unsubscribe_contact', ada), false)
  t.same((await readOne(db, 'select unsubscribed_at from public.contacts')).unsubscribed_at, after(0))
  t.match(await readOne(db, 'select * from daybatch.suppressions'), { reason: 'unsubscribed', list_id: null })
  await checkRefusal(t, 'MB018', /does not exist/, () => call(db, 'unsubscribe_contact', randomUUID()))
})
