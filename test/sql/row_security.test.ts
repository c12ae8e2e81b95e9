// Row level security that hides rows from the engine would make an audience look empty and a campaign complete: refused by
// migrate, the doctor, the report and each initialisation, on a server where nobody but the superuser may bypass it.
import t from 'tap'
import { migrate } from '../../src/db/migrate.ts'
import { createPool } from '../../src/db/pool.ts'
import { explain } from '../../src/errors.ts'
import { makeShell } from '../commands/command.ts'
import { call, callOne, makeCampaign, readState } from '../helper/make.ts'
import { catchRefusal, checkRefusal } from '../helper/refusal.ts'
import { startServer } from '../helper/server.ts'

t.setTimeout(120_000)
const server = await startServer(t)

const TABLES = `create table public.campaigns (id uuid primary key default gen_random_uuid(), name text, status text, contact_list_ids uuid[]);
  create table public.contact_lists (id uuid primary key default gen_random_uuid(), name text);
  create table public.contacts (id uuid primary key default gen_random_uuid(), email text);
  create table public.contact_list_members (list_id uuid, contact_id uuid);`

async function makeApplication(
  t: { teardown(work: () => Promise<void>): unknown },
  login: string,
  attributes = '',
) {
  const url = await server.makeOwner(login, attributes)
  const db = createPool(url, { applicationName: 'daybatch test', max: 2 })
  t.teardown(() => db.end())
  await db.query(TABLES)
  return { url, db }
}

t.test('forced upon the engine itself: migrate refuses, and says what to do', async t => {
  const { url, db } = await makeApplication(t, 'plain')
  await db.query('alter table public.contacts enable row level security, force row level security')
  const refusal = await catchRefusal(t, () => migrate({ url }))
  t.match(
    explain(refusal),
    /row level security of (public\.)?contacts hides rows from the engine \(role plain\).*alter role plain bypassrls; or let it own the table without/,
  )
  await db.query('alter table public.contacts no force row level security')
  await migrate({ url })
  await call(db, 'take_over', true)

  const campaign = await makeCampaign(db, { contacts: 2 })
  await db.query('alter table public.contacts force row level security')
  t.equal((await db.query('select from public.contacts')).rowCount, 0, 'it looks empty')
  await checkRefusal(
    t,
    'MB019',
    /contacts hides rows/,
    () => call(db, 'initialize_contact_tracking', campaign.id),
    () => readState(db, campaign.id),
  )
  await checkRefusal(t, 'MB019', /contacts hides rows/, () => call(db, 'adopt_report'))
  const shell = await makeShell(t, { DATABASE_URL: url })
  const { code, stdout } = await shell.run(['doctor'])
  t.match(stdout, /FAIL +hidden +row level security of (public\.)?contacts hides rows/)
  t.match(stdout, /note +roles +there is no daybatch_owner, .*sql\/roles\.sql, then npx daybatch migrate/)
  t.match(stdout, /ok +rights +plain owns the engine/)
  t.equal(code, 1)

  await server.admin.query('alter role plain bypassrls')
  t.match(await callOne(db, 'initialize_contact_tracking', campaign.id), { remaining_count: 2 })
})

t.test(
  'who may create roles, but none that bypasses it: everything belongs to the owner of the tables',
  async t => {
    const { url, db } = await makeApplication(t, 'creator', 'createrole')
    await db.query('alter table public.contact_list_members enable row level security')
    const lines: string[] = []
    await migrate({ url, log: line => lines.push(line) })
    t.match(
      lines.join('\n'),
      /WARNING: daybatch: everything belongs to creator: row level security of (public\.)?contact_list_members hides rows/,
    )
    await call(db, 'take_over', true)
    const campaign = await makeCampaign(db, { contacts: 2 })
    t.match(await callOne(db, 'initialize_contact_tracking', campaign.id), { remaining_count: 2 })
  },
)
