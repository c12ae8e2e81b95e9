// preview_audience finds the contacts of a list by its pages, by key or by a join, and judges addresses all at once or one by
// one. Its answer is that of one plain query, whichever it takes.
import type pg from 'pg'
import type { Test } from 'tap'
import { byHand, call, callOne, makeContacts, makeList, type Row } from '../helper/make.ts'
import { after, scenario } from '../helper/scenario.ts'

/** The same as preview_audience, contact by contact. */
const PLAIN = `
  with judged as (
    select m.contact_id, lower(p.email) as address, case
      when p.id is null then 'deleted'
      when p.unsubscribed_at is not null then 'unsubscribed'
      when not daybatch.is_valid_address(p.email) then 'invalid_address'
      when exists (select from daybatch.suppressions as s where s.address_key = daybatch.calculate_address_key(p.email)
        and (s.list_id is null or s.list_id = any ($1))) then 'suppressed' end as reason
    from (select distinct contact_id from daybatch.list_members where list_id = any ($1)) as m
    left join public.contacts as p on p.id = m.contact_id
  ), told as (
    select contact_id, coalesce(reason, case when row_number() over (partition by address, reason order by contact_id) > 1 then 'duplicate_address' end) as reason
    from judged
  )
  select count(*)::integer as contacts, (count(*) filter (where reason is null))::integer as eligible,
    (select coalesce(jsonb_object_agg(r.reason, r.n), '{}')
     from (select reason, count(*) as n from told where reason is not null group by reason) as r) as reasons
  from told`

async function compare(t: Test, db: pg.Pool, lists: string[], what: string): Promise<Row> {
  const { rows } = await db.query(PLAIN, [lists])
  t.same(await callOne(db, 'preview_audience', lists), rows[0], what)
  return rows[0]
}

const addresses = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${name}-${n}@example.org`)

scenario(
  'preview_audience counts imports, scattered contacts and both as a plain query does',
  async (t, db) => {
    // each import on pages of its own
    const first = await makeContacts(db, addresses('first', 400))
    const strangers = await makeContacts(db, addresses('stranger', 2_000))
    const second = await makeContacts(db, [
      ...addresses('second', 300),
      ...addresses('FIRST', 20),
      'no address',
      `${'long'.repeat(15)}@example.org`,
      'grüße@example.org',
      { email: 'left@example.org', unsubscribed_at: after(0).toISOString() },
    ])
    const lists = [
      await makeList(db, first),
      await makeList(db, second),
      await makeList(db, [...second, ...strangers.filter((_, n) => n % 100 === 0)]),
      await makeList(
        db,
        [...first, ...strangers, ...second].filter((_, n) => n % 7 === 0),
      ),
      await makeList(db, first.slice(0, 3)),
      await makeList(db, []),
    ]
    const compareAll = async (what: string) => {
      for (const list of lists) await compare(t, db, [list], `${what}: one list`)
      for (const list of lists.slice(1)) await compare(t, db, [lists[0]!, list], `${what}: two lists`)
      return compare(t, db, lists, `${what}: all lists`)
    }
    await compareAll('nobody is suppressed')
    await call(db, 'suppress_address', 'first-7@example.org')
    await call(db, 'suppress_address', 'second-7@example.org', 'manual', lists[1])
    await compareAll('some are suppressed')
    // written anew: they stand elsewhere; and contacts that the lists still name are gone
    await db.query(`update public.contacts set first_name = 'Ada' where email like '%5@example.org'`)
    await byHand(
      db,
      `delete from public.contacts where email in ('first-11@example.org', 'stranger-700@example.org')`,
    )
    const { reasons } = await compareAll('some are gone')
    t.same(Object.keys(reasons).sort(), [
      'deleted',
      'duplicate_address',
      'invalid_address',
      'suppressed',
      'unsubscribed',
    ])
  },
)

scenario('preview_audience counts lists of more than 50,000 as a plain query does', async (t, db) => {
  await db.query(
    `insert into public.contacts (email, unsubscribed_at)
     select case when n % 1000 = 0 then 'no address ' || n when n % 900 = 0 then 'READER-' || n - 1 || '@example.org' else 'reader-' || n || '@example.org' end,
       case when n % 800 = 0 then daybatch.current_moment() end from generate_series(1, 60000) as n`,
  )
  const { rows } = await db.query('select id from public.contacts')
  const ids: string[] = rows.map(({ id }) => id)
  const lists = [await makeList(db, ids.slice(0, 55_000)), await makeList(db, ids.slice(20_000))]
  await call(db, 'suppress_address', 'reader-7@example.org')
  await byHand(
    db,
    `delete from public.contacts where email in ('reader-11@example.org', 'reader-30011@example.org')`,
  )
  await db.query('analyze')
  await compare(t, db, lists.slice(0, 1), 'one list')
  const { contacts } = await compare(t, db, lists, 'two lists that share contacts')
  t.equal(contacts, 60_000)
})

scenario('an address among plain ones is judged as it would be alone', async (t, db) => {
  await db.query('alter table public.contacts drop constraint email_has_no_control_characters')
  const parts = ['a', '+', '.', '-', '_', '@', "o'b", 'ü', ' ', '"', '\\', '/', '\n', 'x.de', 'm@x.de', '1']
  const odd = new Set([
    ...parts.flatMap(one =>
      parts.flatMap(two => [`${one}${two}`, `${one}${two}@x.de`, `a@${one}${two}.de`, `a@x.${one}${two}`]),
    ),
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(64)}.org`,
    'm@x.de\nm@x.de',
    `${'a'.repeat(60)}@example.org`,
  ])
  const plain = await makeContacts(db, addresses('plain', 24))
  const list = await makeList(db, plain)
  let valid = 0
  for (const [n, email] of [...odd].entries()) {
    // else those that are gone fill the page of the plain ones, and it is looked up by key
    if (n % 20 === 0) await db.query('vacuum public.contacts')
    const { rows } = await db.query(
      `with added as (insert into public.contacts (email) values ($2) returning id, daybatch.is_valid_address(email) as valid, (ctid::text::point)[0] as page),
         listed as (insert into public.contact_list_members (list_id, contact_id) select $1, id from added)
       select id, valid, page from added`,
      [list, email],
    )
    const { eligible } = await callOne(db, 'preview_audience', [list])
    if (eligible !== (rows[0].valid ? 25 : 24) || rows[0].page !== 0)
      t.fail(JSON.stringify({ email, eligible, ...rows[0] }))
    if (rows[0].valid) valid++
    await db.query('delete from public.contacts where id = $1', [rows[0].id])
  }
  t.ok(valid > 100 && odd.size - valid > 100, `${valid} of ${odd.size} are addresses`)
})
