// The mission's campaign insert: its four columns, as SQL and as a Supabase client sends it.
import type pg from 'pg'
import type { Test } from 'tap'
import { createPool } from '../../src/db/pool.ts'
import {
  call,
  callOne,
  makeContacts,
  makeList,
  processCampaign,
  type Row,
  readCampaign,
  readJobs,
  runBatch,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY, START, scenario } from '../helper/scenario.ts'
import { openLogin } from './login.ts'

/** The statements that PostgREST makes of an insert; the columns are those of the JSON, in its order of names. */
const POSTGREST: Record<string, (columns: string) => string> = {
  json_populate_record: columns => `
    with payload as (select $1::json as json_data)
    insert into public.campaigns (${columns})
    select ${columns} from json_populate_record(null::public.campaigns, (select json_data from payload)) as _
    returning campaigns.*`,
  json_populate_recordset: columns => `
    with payload as (select $1::json as json_data),
    body as (select case when json_typeof(json_data) = 'array' then json_data else json_build_array(json_data) end as val from payload)
    insert into public.campaigns (${columns})
    select ${columns} from json_populate_recordset(null::public.campaigns, (select val from body)) as _
    returning campaigns.*`,
  json_to_recordset: columns => `
    with payload as (select $1::json as json_data),
    body as (select case when json_typeof(json_data) = 'array' then json_data else json_build_array(json_data) end as val from payload)
    insert into public.campaigns (${columns})
    select ${columns} from json_to_recordset((select val from body)) as _ (
      "contact_list_ids" uuid[], "daily_send_limit" integer, "name" text, "status" text)
    returning campaigns.*`,
}

/** What the mission's snippet needs of a Supabase client: from(table).insert(row), through PostgREST's statement. */
function createClient(db: pg.Pool, form: string, lists: string[]) {
  return {
    from: (table: string) => ({
      async insert(row: Row) {
        const columns = Object.keys(row)
          .sort()
          .map(name => `"${name}"`)
        const statement = POSTGREST[form]!(columns.join(', ')).replaceAll('campaigns', table)
        const { rows } = await db.query(statement, [withLists(JSON.stringify(row), lists)])
        return { data: rows, error: null }
      },
    }),
  }
}

const withLists = (text: string, lists: string[]) =>
  lists.reduce((filled, list, index) => filled.replace(`list-uuid-${index + 1}`, list), text)

/** Two lists of three contacts each; the second shares one contact with the first. */
async function makeLists(db: pg.Pool) {
  const contacts = await makeContacts(db, 5)
  const lists = [await makeList(db, contacts.slice(0, 3)), await makeList(db, contacts.slice(2))]
  return { contacts, lists }
}

/** The campaign that the four columns make: everything else has its default, and its first job is in pg-boss. */
async function checkCampaign(t: Test, db: pg.Pool, id: string, lists: string[]): Promise<void> {
  const row = await readCampaign(db, id)
  t.match(row, {
    name: 'My Bulk Campaign',
    daily_send_limit: 5,
    contact_list_ids: lists,
    status: 'sending',
    contacts_remaining: [],
    contacts_processed: [],
    contacts_failed: [],
    batch_history: [],
    current_batch_number: 1,
    first_batch_sent_at: null,
    next_batch_send_time: null,
    total_contacts: null,
    tracking_initialised_at: null,
    in_doubt_policy: 'never',
    subject: null,
    sender: null,
  })
  const [job, ...others] = await readJobs(db, id)
  t.same(others, [])
  t.match(job, { name: 'daybatch.batch', state: 'created', data: { campaign_id: id, batch_number: 1 } })
  t.same(job?.start_after, new Date(START), 'due at once')
}

/** The mission's row gets a message and goes out: both lists, the shared contact once. */
async function checkFirstBatch(t: Test, db: pg.Pool, id: string, contacts: string[]): Promise<void> {
  t.match(await processCampaign(db, id), { action: 'paused', error_code: 'MB010', reason: /no message/ })
  const paused = await readCampaign(db, id)
  t.match(paused, { status: 'paused', pause_reason: /no message/, total_contacts: 5 })
  t.same(paused.contacts_remaining, contacts, 'initialised all the same')
  await db.query(`update campaigns set text_body = 'Good morning' where id = $1`, [id])
  t.match(await callOne(db, 'resume_campaign', id), { resume_campaign: 'sending' })
  t.match(await runBatch(db, id), { sent_count: 5, completed: true })
  t.match(await callOne(db, 'get_message', id, 1), { subject: 'My Bulk Campaign', sender: null })
}

const INSERT = `insert into campaigns (name, daily_send_limit, contact_list_ids, status)
values ('My Bulk Campaign', 5, array['list-uuid-1', 'list-uuid-2']::uuid[], 'sending')
returning id`

scenario('plain SQL, as the owner of the database and as the application', async (t, db, database) => {
  const { contacts, lists } = await makeLists(db)
  const application = await openLogin(t, database, 'daybatch_app')
  for (const login of [db, application]) {
    const { rows } = await login.query(withLists(INSERT, lists))
    await checkCampaign(t, db, rows[0].id, lists)
    await checkFirstBatch(t, db, rows[0].id, contacts)
    const asText = await login.query(
      withLists(INSERT.replace(/array\[.*\]::uuid\[\]/, `'{list-uuid-1,list-uuid-2}'`), lists),
    )
    await checkCampaign(t, db, asText.rows[0].id, lists)
    const asParameters = await login.query(
      'insert into campaigns (name, daily_send_limit, contact_list_ids, status) values ($1, $2, $3, $4) returning id',
      ['My Bulk Campaign', 5, lists, 'sending'],
    )
    await checkCampaign(t, db, asParameters.rows[0].id, lists)
  }
})

for (const form of Object.keys(POSTGREST)) {
  scenario(`a Supabase client, by ${form}`, async (t, db, database) => {
    const { contacts, lists } = await makeLists(db)
    const application = await openLogin(t, database, 'daybatch_app')
    for (const login of [db, application]) {
      const supabase = createClient(login, form, lists)

      // biome-ignore format: the mission's snippet, verbatim
      // Create campaign with daily limit
      const campaign = await supabase
        .from('campaigns')
        .insert({
          name: 'My Bulk Campaign',
          daily_send_limit: 5,
          contact_list_ids: ['list-uuid-1', 'list-uuid-2'],
          status: 'sending'
        })

      const [row] = campaign.data
      t.match(row, { name: 'My Bulk Campaign', contact_list_ids: lists, status: 'sending' })
      await checkCampaign(t, db, row.id, lists)
      await checkFirstBatch(t, db, row.id, contacts)
    }
  })
}

scenario('several campaigns in one insert are several jobs', async (t, db, database) => {
  const { lists } = await makeLists(db)
  const application = await openLogin(t, database, 'daybatch_app')
  const rows = [1, 2, 3].map(n => ({
    name: `Campaign ${n}`,
    daily_send_limit: n,
    contact_list_ids: lists,
    status: n === 3 ? 'draft' : 'sending',
  }))
  const columns = '"contact_list_ids", "daily_send_limit", "name", "status"'
  const { rows: inserted } = await application.query(POSTGREST.json_populate_recordset!(columns), [
    JSON.stringify(rows),
  ])
  const jobs = []
  for (const { id } of inserted) jobs.push((await readJobs(db, id)).length)
  t.same(jobs, [1, 1, 0], 'a draft has none')
})

scenario('the limit defaults to 5', async (t, db) => {
  const { lists } = await makeLists(db)
  const { rows } = await db.query(
    `insert into campaigns (name, contact_list_ids, status, text_body) values ('No limit named', $1, 'sending', 'Hello')
     returning id, daily_send_limit`,
    [lists],
  )
  t.equal(rows[0].daily_send_limit, 5)
  await makeMembers(db, lists[0]!, 3)
  t.match(await processCampaign(db, rows[0].id), { action: 'opened', delivery_count: 5 }, 'of eight')
  const asNull = await db.query(
    `insert into campaigns (name, contact_list_ids, status, text_body, daily_send_limit) values ('Limit null', $1, 'sending', 'Hello', null)
     returning id`,
    [lists],
  )
  t.match(await processCampaign(db, asNull.rows[0].id), { action: 'opened', delivery_count: 5 })
  t.equal((await readCampaign(db, asNull.rows[0].id)).daily_send_limit, 5)
})

async function makeMembers(db: pg.Pool, list: string, count: number): Promise<void> {
  await db.query(
    'insert into contact_list_members (list_id, contact_id) select $1, c.id from unnest($2::uuid[]) as c (id)',
    [list, await makeContacts(db, count)],
  )
}

scenario('a transaction that is rolled back leaves no campaign and no job', async (t, db) => {
  const { lists } = await makeLists(db)
  const client = await db.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query(withLists(INSERT, lists))
    t.equal((await client.query(JOBS, [rows[0].id])).rowCount, 1)
    await client.query('rollback')
    t.equal((await db.query(JOBS, [rows[0].id])).rowCount, 0)
    t.same(await call(db, 'list_due_campaigns'), [])
  } finally {
    client.release()
  }
})

const JOBS = `select from pgboss.job where data ->> 'campaign_id' = $1`

scenario('an update of the status starts a campaign just as well', async (t, db, database) => {
  const { lists } = await makeLists(db)
  const application = await openLogin(t, database, 'daybatch_app')
  const { rows } = await application.query(withLists(INSERT, lists).replace(`'sending'`, `'draft'`))
  const { id } = rows[0]
  t.same(await readJobs(db, id), [])
  await application.query(`update campaigns set status = 'scheduled', scheduled_at = $2 where id = $1`, [
    id,
    after(DAY),
  ])
  t.same(
    (await readJobs(db, id)).map(job => job.start_after),
    [after(DAY)],
  )
  await application.query(`update campaigns set status = 'sending' where id = $1`, [id])
  t.same(
    (await readJobs(db, id)).map(job => job.start_after),
    [new Date(START), after(DAY)],
  )
})

scenario('the service’s own login inserts no campaign by hand', async (t, db, { serviceUrl }) => {
  const { lists } = await makeLists(db)
  const service = createPool(serviceUrl, { applicationName: 'mission test' })
  await checkRefusal(
    t,
    '42501',
    /permission denied/,
    () => service.query(withLists(INSERT, lists)),
    () => readNames(db),
  )
  await service.end()
})

const readNames = async (db: pg.Pool) => (await db.query('select name from campaigns order by id')).rows
