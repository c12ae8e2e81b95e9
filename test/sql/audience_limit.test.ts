import { call, insertRow, makeList, readState } from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { scenario } from '../helper/scenario.ts'

scenario('an audience above 5,000,000 is refused and says how to split it', async (t, db) => {
  await db.query(`create or replace view daybatch.list_members as
    select l.id as list_id, md5(n::text)::uuid as contact_id, n::numeric as position
    from public.contact_lists as l, generate_series(1, 5000001) as n`)
  const { id } = await insertRow(db, 'public.campaigns', {
    name: 'Huge',
    contact_list_ids: [await makeList(db, [])],
  })
  const client = await db.connect()
  await client.query('set statement_timeout = 0')
  const refusal = await checkRefusal(
    t,
    'MB008',
    /audience of 5000001 contacts, more than 5,000,000/,
    () => call(client, 'initialize_contact_tracking', id),
    () => readState(db, id),
  )
  client.release()
  t.match(refusal.hint, /Split it/)
})
