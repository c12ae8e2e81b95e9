import type pg from 'pg'
import t from 'tap'
import { checkMigrated } from '../../src/db/contract.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createPool } from '../../src/db/pool.ts'
import { makeCampaign, readAudit, runBatch } from '../helper/make.ts'
import { startServer } from '../helper/server.ts'
import { openSession } from '../helper/session.ts'

const server = await startServer(t)

/** Every owner of anything of ours. */
async function readOwners(url: string): Promise<string[]> {
  const session = await openSession(url)
  const { rows } = await session.query(
    `select distinct owner::regrole::text as owner from (
       select nspowner as owner from pg_namespace where nspname = 'daybatch'
       union all select relowner from pg_class where relnamespace = 'daybatch'::regnamespace
       union all select proowner from pg_proc where pronamespace = 'daybatch'::regnamespace
       union all select relowner from pg_class
         where oid in ('public.campaigns'::regclass, 'public.contacts'::regclass, 'public.contact_lists'::regclass, 'public.contact_list_members'::regclass)
     ) as o order by 1`,
  )
  await session.end()
  return rows.map(({ owner }) => owner)
}

async function migrateAndListen(url: string): Promise<string[]> {
  const lines: string[] = []
  await migrate({ url, log: line => lines.push(line) })
  return lines
}

/** A whole batch as this login, through the functions. */
async function sendOne(url: string): Promise<void> {
  const pool: pg.Pool = createPool(url, { applicationName: 'daybatch test', max: 2 })
  try {
    const campaign = await makeCampaign(pool, { contacts: 2, limit: 2 })
    const closed = await runBatch(pool, campaign.id)
    if (!closed.completed) throw new Error(JSON.stringify(closed))
    const disagreements = await readAudit(pool)
    if (disagreements.length > 0) throw new Error(disagreements.join('\n'))
  } finally {
    await pool.end()
  }
}

t.test('without the right to create roles everything belongs to whoever migrates, and works', async t => {
  const url = await server.makeOwner('plain')
  const lines = (await migrateAndListen(url)).join('\n')
  t.match(lines, /role daybatch_service is missing.*sql\/roles\.sql.*npx daybatch migrate again/)
  t.match(lines, /WARNING: daybatch: everything belongs to plain: role daybatch_owner is missing/)
  t.same(await readOwners(url), ['plain'])
  const session = await openSession(url)
  await checkMigrated(session.client)
  await session.end()
  await sendOne(url)
})

t.test('who may create roles gets them, and gives everything to daybatch_owner', async t => {
  const url = await server.makeOwner('creator', 'createrole')
  t.same(await migrateAndListen(url), [])
  t.same(await readOwners(url), ['daybatch_owner'])
  const { rows } = await server.admin.query(
    `select rolname from pg_roles where rolname like 'daybatch%' and (rolcanlogin or rolsuper or rolcreaterole or rolbypassrls)`,
  )
  t.same(rows, [])
  const session = await openSession(url)
  const right = await session.query(
    `select has_schema_privilege('daybatch_owner', 'public', 'create') as may_create`,
  )
  t.same(right.rows, [{ may_create: false }], 'the right to take the tables over was for that moment')
  await session.end()
  await sendOne(url)
})

t.test('roles that come later take over at the next migration', async t => {
  const url = server.urlFor('plain', 'plain_db')
  t.match((await migrateAndListen(url)).join('\n'), /plain is not in daybatch_owner/)
  t.same(await readOwners(url), ['plain'])
  await server.admin.query('grant daybatch_owner to plain')
  t.same(await migrateAndListen(url), [])
  t.same(await readOwners(url), ['daybatch_owner'])
  t.same(await migrateAndListen(url), [])
  await sendOne(url)
})

t.test('sql/roles.sql by an administrator first, then the migration by an ordinary user', async t => {
  const url = await server.makeOwner('member')
  await server.admin.query('grant daybatch_owner to member')
  t.same(await migrateAndListen(url), [])
  t.same(await readOwners(url), ['daybatch_owner'])
})
