import type pg from 'pg'
import { call, callOne, claim, makeCampaign, openBatch, type Row, readDelivery } from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { START, scenario } from '../helper/scenario.ts'

const importRows = async (db: pg.Pool, rows: unknown, source?: string): Promise<Row> =>
  (await callOne(db, 'import_suppressions', JSON.stringify(rows), ...(source ? [source] : [])))
    .import_suppressions

/** By reason: imported rows are inserted in the order of their keys. */
const exported = async (db: pg.Pool): Promise<Row[]> =>
  (await call(db, 'export_suppressions')).sort((a, b) => (a.reason < b.reason ? -1 : 1))

scenario(
  'a suppression of a list holds for campaigns that name the list, at opening and claim',
  async (t, db) => {
    const one = await makeCampaign(db, { contacts: ['ada@example.org', 'bob@example.org'] })
    const other = await makeCampaign(db, { contacts: ['cyd@example.org', 'ADA@example.org'] })
    await importRows(db, [{ email: 'ada@example.org', list_id: one.lists[0] }])
    t.match(await openBatch(db, one.id), { delivery_count: 1, skipped_count: 1 })
    t.match(await readDelivery(db, one.id, one.contacts[0]!), { status: 'skipped', reason: 'suppressed' })
    t.match(await openBatch(db, other.id), { delivery_count: 2, skipped_count: 0 })
    await importRows(db, [{ email: 'cyd@example.org', list_id: one.lists[0] }, { email: 'bob@example.org' }])
    t.equal((await claim(db, other.id)).length, 2, 'the other list does not know it')
    t.same(await claim(db, one.id), [], 'suppressed everywhere after the opening')
  },
)

scenario('an import keeps the good rows and tells the others with place and reason', async (t, db) => {
  const { lists } = await makeCampaign(db, { status: 'draft' })
  const key = 'ab'.repeat(32)
  const summary = await importRows(
    db,
    [
      { email: ' Ada@Example.org ', reason: 'complained' },
      { email: 'no address' },
      { email: 'ada@example.org', reason: 'manual' },
      {},
      'text',
      { address_key: key.toUpperCase(), reason: 'unsubscribed', created_at: '2026-01-31T09:00:00Z' },
      { address_key: 'abc' },
      { email: 'bob@example.org', reason: 'spam' },
      { email: 'bob@example.org', list_id: lists[0], created_at: '2999-01-01' },
      { email: 'bob@example.org', list_id: '00000000-0000-4000-8000-000000000000' },
      { email: 'bob@example.org', list_id: 'readers' },
      { email: 'bob@example.org', created_at: 'yesterday' },
      { email: 'bob@example.org', created_at: '2026-02-31T09:00:00Z' },
      { email: '"quoted local"@example.org' },
      { email: `${'x'.repeat(300)}@example.org` },
    ],
    'old program',
  )
  t.match(summary, { added: 3, existing: 1 })
  t.same(summary.rejected, [
    { place: 2, rejection: 'not an address that can be mailed' },
    { place: 4, rejection: 'neither email nor address_key' },
    { place: 5, rejection: 'neither email nor address_key' },
    { place: 7, rejection: 'address_key is not 64 hexadecimal digits' },
    { place: 8, rejection: 'unknown reason: one of unsubscribed, bounced, complained, erased, manual' },
    { place: 10, rejection: 'unknown list' },
    { place: 11, rejection: 'unknown list' },
    { place: 12, rejection: 'created_at is not a time' },
    { place: 13, rejection: 'created_at is not a time' },
    { place: 14, rejection: 'not an address that can be mailed' },
    { place: 15, rejection: 'not an address that can be mailed' },
  ])
  const { rows } = await db.query(
    'select reason, source, created_at, list_id from daybatch.suppressions order by 1',
  )
  t.match(rows, [
    { reason: 'complained', source: 'old program', created_at: new Date(START), list_id: null },
    { reason: 'manual', created_at: new Date(START), list_id: lists[0] },
    { reason: 'unsubscribed', created_at: new Date('2026-01-31T09:00:00Z') },
  ])
  await checkRefusal(t, 'MB017', /array/, () => importRows(db, {}))
  t.match(await importRows(db, []), { added: 0, existing: 0, rejected: [] })
})

scenario(
  'what was exported is imported again: by address, or by key where no contact has it',
  async (t, db) => {
    const { contacts } = await makeCampaign(db, {
      contacts: ['Ada@example.org', 'bob@example.org'],
      status: 'draft',
    })
    await importRows(db, [{ email: 'ada@example.org', reason: 'complained' }, { email: 'gone@example.org' }])
    await call(db, 'unsubscribe_contact', contacts[1])
    const before = await exported(db)
    t.match(
      before.map(row => row.email),
      ['ada@example.org', null, 'bob@example.org'], // complained, manual, unsubscribed
    )
    t.ok(before.every(row => /^[0-9a-f]{64}$/.test(row.address_key)))
    await db.query('delete from daybatch.suppressions')
    t.match(await importRows(db, before), { added: 3, existing: 0, rejected: [] })
    t.match(await importRows(db, before), { added: 0, existing: 3 })
    const strip = (rows: Row[]) => rows.map(({ source: _, ...row }) => row)
    t.same(strip(await exported(db)), strip(before))
  },
)

scenario('suppressions are listed by page and by address', async (t, db) => {
  const emails = ['ada@example.org', 'bob@example.org', 'cyd@example.org']
  await importRows(
    db,
    emails.map(email => ({ email })),
  )
  const first = (await call(db, 'list_suppressions', 0, 2)).map(row => row.list_suppressions)
  t.equal(first.length, 2)
  const second = (await call(db, 'list_suppressions', first[1].id, 2)).map(row => row.list_suppressions)
  t.equal(second.length, 1)
  const key = (await callOne(db, 'calculate_address_key', 'bob@example.org')).calculate_address_key.toString(
    'hex',
  )
  t.same(Object.keys(second[0]).sort(), ['address_key', 'created_at', 'id', 'list_id', 'reason', 'source'])
  t.same(
    (await call(db, 'list_suppressions', 0, 50, ' BOB@example.org')).map(row => row.list_suppressions),
    [...first, ...second].filter(row => row.address_key === key),
  )
  await checkRefusal(t, 'MB017', /1 to 200/, () => call(db, 'list_suppressions', 0, 201))
})

scenario('what was our decision is lifted, what the person asked for needs a word', async (t, db) => {
  await importRows(db, [
    { email: 'ada@example.org', reason: 'bounced' },
    { email: 'bob@example.org', reason: 'complained' },
  ])
  const lift = (email: string, isConfirmed = false) =>
    callOne(db, 'lift_suppression', email, null, isConfirmed)
  t.same(await lift('ADA@example.org'), { lift_suppression: true })
  t.same(await lift('ada@example.org'), { lift_suppression: false })
  const read = async () => (await db.query('select * from daybatch.suppressions')).rows
  await checkRefusal(t, 'MB036', /complained/, () => lift('bob@example.org'), read)
  t.same(await lift('bob@example.org', true), { lift_suppression: true })
  t.same(await read(), [])
  const { rows } = await db.query(`select detail from daybatch.events where event = 'suppression_lifted'`)
  t.equal(rows.length, 2)
  t.notMatch(JSON.stringify(rows), /@/, 'the history holds no address')
  await checkRefusal(t, 'MB015', /address/, () => lift(' '))
})

scenario(
  'what its owner asked for takes the place of our own decision, never the other way',
  async (t, db) => {
    const read = async () =>
      (await db.query('select reason, source from daybatch.suppressions')).rows.map(
        row => `${row.reason} ${row.source}`,
      )
    const suppress = (reason: string, source: string) =>
      callOne(db, 'suppress_address', 'ada@example.org', reason, null, source).then(
        row => row.suppress_address,
      )
    t.equal(await suppress('bounced', 'ses'), true)
    t.equal(await suppress('manual', 'api'), false)
    t.same(await read(), ['bounced ses'])
    t.equal(await suppress('unsubscribed', 'link'), false, 'not new')
    t.same(await read(), ['unsubscribed link'])
    t.equal(await suppress('bounced', 'ses'), false)
    await importRows(db, [
      { email: 'ada@example.org', reason: 'manual' },
      { email: 'bob@example.org' },
      { email: 'BOB@example.org', reason: 'complained' },
    ])
    t.same((await read()).sort(), ['complained import', 'unsubscribed link'])
    await checkRefusal(t, 'MB036', /only its owner/, () => callOne(db, 'lift_suppression', 'ada@example.org'))
  },
)
