import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import t from 'tap'
import { advance } from '../helper/clock.ts'
import { call, callOne, makeContacts, makeList, type Row, readOne } from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { scenario } from '../helper/scenario.ts'

const answer = async (db: pg.Pool, name: string, ...values: unknown[]) =>
  (await callOne(db, name, ...values))[name]

const copyRows = (db: pg.Pool, id: string, rows: object[]) =>
  db.query(
    `insert into daybatch.import_rows (import_id, line_number, email, first_name, attributes, status, rejection)
     select $1, line_number, email, first_name, attributes, status, rejection from jsonb_populate_recordset(null::daybatch.import_rows, $2)`,
    [id, JSON.stringify(rows)],
  )

const begin = (db: pg.Pool, list: string, { id = null, atomic = true, size = 100, head = 'aa' }: Row = {}) =>
  answer(db, 'begin_import', list, 'a.csv', id, atomic, size, head, 'csv')

const people = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ line_number: from + n, email: `p${from + n}@example.org` }))

const countMembers = async (db: pg.Pool, list: string) =>
  (await db.query('select from public.contact_list_members where list_id = $1', [list])).rowCount

t.test('the opening of a batch takes the same plain look', async t => {
  const look = /length\(\w\.email\) <= 64 and \w\.email collate "C" ~ ('[^']+')/
  const find = async (name: string) =>
    look.exec(await readFile(new URL(`../../sql/functions/${name}.sql`, import.meta.url), 'utf8'))?.[1]
  t.ok(await find('judge_import'))
  t.equal(await find('fill_batch'), await find('judge_import'))
})

scenario('what the plain look takes for an address, is_valid_address takes too', async (t, db) => {
  const local = [
    'a',
    'A.b',
    'a-b+c_d',
    '.a',
    'a.',
    'a..b',
    'ü',
    "o'b",
    'a b',
    '"a"',
    '',
    'x'.repeat(64),
    'x'.repeat(65),
  ]
  const domain = [
    'b.co',
    'b.c',
    'b',
    'b..co',
    '-b.co',
    'b-.co',
    '1.2',
    'b.co.',
    'b_c.co',
    'ü.co',
    '[1.2.3.4]',
    `${'d'.repeat(63)}.co`,
    `${'d'.repeat(64)}.co`,
  ]
  const emails = local
    .flatMap(name => domain.map(host => `${name}@${host}`))
    .concat('a@b@c.co', 'ab.co', 'a@b.co\n')
  const list = await makeList(db, [])
  const id = await begin(db, list)
  await copyRows(
    db,
    id,
    emails.map((email, index) => ({ line_number: index + 2, email })),
  )
  await call(db, 'judge_import', id)
  const { rows } = await db.query(
    `select r.email, r.rejection from daybatch.import_rows as r
     where r.import_id = $1 and daybatch.is_valid_address(r.email) <> (coalesce(r.rejection, '') <> 'no e-mail address that can be mailed')`,
    [id],
  )
  t.same(rows, [])
  t.ok(emails.length > 150)
})

scenario('merged in steps: order, counts, known ones, duplicates across steps', async (t, db) => {
  const [known] = await makeContacts(db, ['P5@example.org'])
  const list = await makeList(db, [])
  const id = await begin(db, list, { atomic: false })
  await copyRows(db, id, [
    ...people(2, 12),
    { line_number: 12, email: 'p2@EXAMPLE.org' },
    { line_number: 13, email: 'p5@example.org' },
  ])
  t.same(await answer(db, 'merge_import', id, 4), { merged: 4, merged_line: 5, is_done: false })
  t.equal(await countMembers(db, list), 4)
  t.match(await answer(db, 'get_import', id), { mode: 'resumable', is_read: true })
  t.same(await answer(db, 'merge_import', id, 100), { merged: 6, merged_line: 13, is_done: false })
  t.same(await answer(db, 'merge_import', id, 100), { merged: 0, merged_line: 13, is_done: true })
  t.match(await answer(db, 'finish_import', id), {
    rows: 12,
    imported: 9,
    existing: 1,
    added_to_list: 10,
    rejected_count: 2,
  })
  t.same(await answer(db, 'merge_import', id, 4), { merged: 0, merged_line: 13, is_done: true })
  t.match(await call(db, 'list_import_rejections', id), [
    { line_number: 12, reason: 'the address stands already in line 2' },
    { line_number: 13, reason: 'the address stands already in line 5' },
  ])
  const { rows } = await db.query(
    `select c.id, c.email from public.contact_list_members as m join public.contacts as c on c.id = m.contact_id where m.list_id = $1 order by m.position`,
    [list],
  )
  t.same(
    rows.map(row => row.email),
    [...people(2, 12).map(row => row.email)].with(3, 'P5@example.org'),
  )
  t.equal(rows[3].id, known)
  t.equal(new Set(rows.map(row => row.id)).size, 10)
  await checkRefusal(t, 'MB017', /limit of at least 1/, () => call(db, 'merge_import', id, 0))
  await checkRefusal(t, 'MB016', /does not exist/, () => call(db, 'merge_import', randomUUID(), 1))
})

scenario('an import goes on after its last line, and only where it may', async (t, db) => {
  const list = await makeList(db, [])
  const id = await begin(db, list, { atomic: false })
  await copyRows(db, id, people(2, 6))
  await call(db, 'record_staged_rows', id, 0, 5)
  await checkRefusal(t, 'MB060', /takes no more rows after line 0/, () =>
    call(db, 'record_staged_rows', id, 0, 5),
  )
  await call(db, 'report_import_progress', id, 'reading', 4, 40)
  await checkRefusal(t, 'MB060', /still under way/, () => begin(db, list, { id, atomic: false }))
  await advance(db, '61 seconds')
  t.match(await answer(db, 'get_import', id), { state: 'interrupted', failure: /went away/, staged_line: 5 })
  await checkRefusal(t, 'MB060', /another file/, () => begin(db, list, { id, head: 'bb' }))
  await checkRefusal(t, 'MB060', /another size/, () => begin(db, list, { id, size: 101 }))
  await checkRefusal(t, 'MB060', /another list/, async () => begin(db, await makeList(db, []), { id }))
  t.equal(await begin(db, list, { id }), id)
  t.match(await answer(db, 'get_import', id), { state: 'reading', mode: 'resumable', staged_line: 5 })
  t.equal(await answer(db, 'interrupt_import', id, 'cut off'), true)
  t.equal(await answer(db, 'interrupt_import', id, 'again'), false)
  await checkRefusal(t, 'MB060', /broke off: cut off/, () => call(db, 'finish_import', id))
  await checkRefusal(t, 'MB060', /takes no more/, () => call(db, 'record_staged_rows', id, 5, 9))
  t.match(await answer(db, 'get_import', id), { state: 'interrupted', failure: 'cut off' })
  await begin(db, list, { id })
  t.match(await answer(db, 'finish_import', id), { rows: 4, imported: 4 })
  t.equal(await begin(db, list, { id, head: 'other' }), id, 'a finished one is answered as it is')
  await checkRefusal(t, 'MB016', /does not exist/, () => call(db, 'get_import', randomUUID()))
})

scenario('progress: rate and seconds left of the phase under way', async (t, db) => {
  const list = await makeList(db, [])
  const id = await begin(db, list, { size: 1000 })
  t.match(await answer(db, 'get_import', id), {
    state: 'reading',
    rows_read: 0,
    rows_per_second: null,
    seconds_left: null,
  })
  await advance(db, '10 seconds')
  await call(db, 'report_import_progress', id, 'reading', 500, 250)
  t.match(await answer(db, 'get_import', id), {
    rows_read: 500,
    bytes_read: 250,
    bytes_expected: 1000,
    rows_per_second: 50,
    seconds_left: 30,
  })
  await advance(db, '10 seconds')
  await call(db, 'report_import_progress', id, 'merging', 2000, 1000, 0)
  await advance(db, '5 seconds')
  await call(db, 'report_import_progress', id, 'merging', 2000, 1000, 500)
  t.match(await answer(db, 'get_import', id), {
    state: 'merging',
    rows_merged: 500,
    rows_per_second: 100,
    seconds_left: 15,
  })
})

scenario('what nobody goes on with is taken away; all or nothing leaves nothing', async (t, db) => {
  const list = await makeList(db, [])
  const [atomic, resumable] = [await begin(db, list), await begin(db, list, { atomic: false })]
  for (const id of [atomic, resumable]) await copyRows(db, id, people(2, 5))
  const staged = async (id: string) =>
    (await db.query('select from daybatch.import_rows where import_id = $1', [id])).rowCount
  await advance(db, '61 minutes')
  t.equal(await answer(db, 'discard_imports'), 1)
  t.same([await staged(atomic), await staged(resumable)], [0, 3])
  t.match(await answer(db, 'get_import', atomic), { state: 'failed', failure: /nobody went on/ })
  await advance(db, '720 hours')
  t.equal(await answer(db, 'discard_imports'), 1)
  t.same(await staged(resumable), 0)
  await checkRefusal(t, 'MB060', /all or nothing/, () => begin(db, list, { id: resumable }))
  const third = await begin(db, list)
  await copyRows(db, third, people(2, 5))
  await call(db, 'interrupt_import', third, '')
  t.equal(await staged(third), 0)
  t.match(await answer(db, 'get_import', third), { state: 'failed', failure: 'it broke off' })
  t.match(
    (await call(db, 'list_imports', null, null, 2)).map(row => row.list_imports.id),
    [third, /./],
  )
})

scenario(
  'who must not be mailed is suppressed, known ones are marked, nobody of them is listed',
  async (t, db) => {
    await makeContacts(db, ['Known@example.org'])
    const list = await makeList(db, [])
    const id = await begin(db, list)
    await copyRows(db, id, [
      { line_number: 2, email: 'known@example.org', status: 'unsubscribed' },
      { line_number: 3, email: 'new@example.org', status: 'bounced' },
      { line_number: 4, email: 'no address', status: 'complained' },
      { line_number: 5, email: 'fine@example.org' },
    ])
    t.match(await answer(db, 'finish_import', id), {
      rows: 4,
      imported: 1,
      existing: 0,
      added_to_list: 1,
      suppressed_count: 2,
      rejected_count: 1,
    })
    const { rows } = await db.query('select reason, source from daybatch.suppressions order by reason')
    t.same(rows, [
      { reason: 'bounced', source: 'import' },
      { reason: 'unsubscribed', source: 'import' },
    ])
    t.ok(
      (await readOne(db, `select unsubscribed_at from public.contacts where email = 'Known@example.org'`))
        .unsubscribed_at,
    )
    t.equal((await db.query('select from public.contacts')).rowCount, 2)
    t.equal((await db.query('select from daybatch.import_rows where import_id = $1', [id])).rowCount, 1)
  },
)
