import { readdir, readFile, writeFile } from 'node:fs/promises'
import { PgBoss } from 'pg-boss'
import t from 'tap'
import { PUBLIC_TABLES } from '../../src/db/catalog.ts'
import { ROLES } from '../../src/db/contract.ts'
import { createTestDatabase } from '../helper/database.ts'
import { openSession } from '../helper/session.ts'

const GOLDEN = new URL('privileges.golden', import.meta.url)

const { pool, url, serviceUrl } = await createTestDatabase(t)

/** `table: privileges` of a role in the schemas public and daybatch; a right on single columns counts. */
async function rightsOnTables(role: string): Promise<Record<string, string>> {
  const { rows } = await pool.query(
    `select c.oid::regclass::text as name, string_agg(lower(p.name), ' ' order by p.name) as rights
     from pg_class as c
     cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) as p (name)
     where c.relnamespace in ('public'::regnamespace, 'daybatch'::regnamespace) and c.relkind in ('r', 'v', 'm', 'p', 'f')
       and has_any_column_privilege($1, c.oid, p.name)
     group by c.oid
     union all
     select c.oid::regclass::text, string_agg(lower(p.name), ' ' order by p.name)
     from pg_class as c
     cross join unnest(array['DELETE', 'TRUNCATE', 'TRIGGER']) as p (name)
     where c.relnamespace in ('public'::regnamespace, 'daybatch'::regnamespace) and c.relkind in ('r', 'v', 'm', 'p', 'f')
       and has_table_privilege($1, c.oid, p.name)
     group by c.oid`,
    [role],
  )
  const rights: Record<string, string> = {}
  for (const row of rows) {
    const name = row.name.replace(/^public\./, '')
    rights[name] = rights[name] ? `${rights[name]} ${row.rights}` : row.rights
  }
  return rights
}

async function executableBy(role: string): Promise<string[]> {
  const { rows } = await pool.query(
    `select proname as name from pg_proc
     where pronamespace = 'daybatch'::regnamespace and has_function_privilege($1, oid, 'execute') order by proname`,
    [role],
  )
  return rows.map(({ name }) => name)
}

/** The functions that the service's code names. */
async function calledFunctions(): Promise<string[]> {
  const folder = new URL('../../src/db/', import.meta.url)
  const called = new Set<string>()
  for (const file of await readdir(folder)) {
    const text = await readFile(new URL(file, folder), 'utf8')
    for (const [, name] of text.matchAll(/\bdaybatch\.([a-z_]+)\(/g)) called.add(name!)
  }
  return [...called]
}

t.test('no role of ours can log in, and the engine belongs to its owner', async t => {
  const { rows } = await pool.query(
    'select rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = any ($1)',
    [ROLES],
  )
  t.equal(rows.length, ROLES.length)
  for (const { rolname, ...rights } of rows) {
    t.same(rights, { rolcanlogin: false, rolsuper: false, rolcreaterole: false, rolcreatedb: false }, rolname)
  }
  const strangers = await pool.query(`
    select c.oid::regclass::text as name from pg_class as c
    where c.relnamespace = 'daybatch'::regnamespace and c.relowner <> 'daybatch_owner'::regrole
    union all
    select p.oid::regprocedure::text from pg_proc as p
    where p.pronamespace = 'daybatch'::regnamespace and p.proowner <> 'daybatch_owner'::regrole`)
  t.same(strangers.rows, [])
})

t.test('PUBLIC may do nothing', async t => {
  await pool.query('create role daybatch_test_stranger')
  t.teardown(() => pool.query('drop role daybatch_test_stranger').then(() => {}))
  t.same(await rightsOnTables('daybatch_test_stranger'), {})
  t.same(await executableBy('daybatch_test_stranger'), [])
  const { rows } = await pool.query(`
    select has_schema_privilege('daybatch_test_stranger', 'daybatch', 'usage') as daybatch,
      has_schema_privilege('daybatch_test_stranger', 'pgboss', 'usage') as pgboss`)
  t.same(rows, [{ daybatch: false, pgboss: false }])
})

t.test('the service holds no table but the import staging table', async t => {
  t.same(await rightsOnTables('daybatch_service'), {
    'daybatch.import_rows': 'insert',
    'daybatch.migrations': 'select',
  })
})

t.test('the service may execute what its code calls, and nothing else', async t => {
  const executable = await executableBy('daybatch_service')
  const called = await calledFunctions()
  t.same(
    called.filter(name => !executable.includes(name)),
    [],
    'called, but not granted',
  )
  t.same(
    executable.filter(name => !called.includes(name)),
    [],
    'granted, but not called',
  )
})

t.test(
  'nobody but the owner executes the parts of other functions, reads secrets or writes the ledger',
  async t => {
    const roles = ROLES.filter(role => role !== 'daybatch_owner')
    for (const role of roles) {
      const rights = await rightsOnTables(role)
      t.equal(rights['daybatch.secrets'], undefined, `${role}: secrets`)
      for (const table of ['batches', 'deliveries', 'delivery_attempts', 'claims']) {
        t.notMatch(rights[`daybatch.${table}`] ?? '', /insert|update|delete|truncate/, `${role}: ${table}`)
      }
      const executable = await executableBy(role)
      for (const part of [
        'lock_campaign',
        'fill_batch',
        'record_event',
        'settle_deliveries',
        'guard_engine_columns',
      ]) {
        t.notOk(executable.includes(part), `${role}: ${part}`)
      }
    }
  },
)

t.test('a login of the service is refused where it has no business', async t => {
  const service = await openSession(serviceUrl)
  t.teardown(() => service.end())
  t.equal((await service.query('select daybatch.contract_version() as version')).rows[0].version, 1)
  for (const statement of [
    'select from public.campaigns',
    'select from public.contacts',
    'insert into public.contacts (email) values (null)',
    'update public.campaigns set status = null',
    'select from daybatch.deliveries',
    'select from daybatch.import_rows',
    'delete from daybatch.import_rows',
    'select from daybatch.secrets',
    'select daybatch.lock_campaign(null)',
    'create table daybatch.mine (id integer)',
    'create table pgboss.mine (id integer)',
    'truncate pgboss.job',
    'set role daybatch_owner',
  ]) {
    await t.rejects(service.query(statement), { code: '42501' }, statement)
  }
})

t.test('the service runs pg-boss: it sends, fetches and completes', async t => {
  const boss = new PgBoss({ connectionString: serviceUrl, migrate: false, createSchema: false })
  await boss.start()
  t.teardown(() => boss.stop({ graceful: false }))
  const id = await boss.send('daybatch.sweep', {})
  const [job] = await boss.fetch('daybatch.sweep')
  t.equal(job?.id, id)
  await boss.complete('daybatch.sweep', job!.id)
  t.match(await boss.findJobs('daybatch.sweep', { id: job!.id }), [{ state: 'completed' }])
})

t.test('the application inserts a campaign by plain SQL', async t => {
  await pool.query(`create role daybatch_test_application login password 'x' in role daybatch_app`)
  const address = new URL(url)
  address.username = 'daybatch_test_application'
  address.password = 'x'
  const application = await openSession(address.href)
  t.teardown(async () => {
    await application.end()
    await pool.query('drop role daybatch_test_application')
  })
  const list = await application.query(`insert into contact_lists (name) values ('all') returning id`)
  const { rows } = await application.query(
    `insert into campaigns (name, daily_send_limit, contact_list_ids, status) values ('Hello', 5, array[$1]::uuid[], 'sending') returning id`,
    [list.rows[0].id],
  )
  t.same((await application.query('select id, name from campaigns')).rows, [
    { id: rows[0].id, name: 'Hello' },
  ])
  t.equal(
    (await pool.query('select count(*)::integer as count from pgboss.job')).rows[0].count > 0,
    true,
    'and the job is there',
  )
  await t.rejects(application.query('select from daybatch.deliveries'), { code: '42501' })
})

t.test('role by object: every right is the one that was reviewed', async t => {
  const current = await describeRights()
  if (process.env.DAYBATCH_GOLDEN === 'write') await writeFile(GOLDEN, current)
  const reviewed = await readFile(GOLDEN, 'utf8')
  const [before, after] = [reviewed.split('\n'), current.split('\n')]
  t.same(
    [
      ...before.filter(line => !after.includes(line)).map(line => `- ${line}`),
      ...after.filter(line => !before.includes(line)).map(line => `+ ${line}`),
    ],
    [],
    'else: DAYBATCH_GOLDEN=write node test/sql/privileges.test.ts, and review the difference',
  )
})

/** One line per object of daybatch, pgboss and our tables in public: who owns it and who else has which right. */
async function describeRights(): Promise<string> {
  const { rows } = await pool.query(
    `with objects as (
       select 'schema' as kind, n.oid::regnamespace::text as name, n.nspowner as owner, n.nspacl as acl
       from pg_namespace as n where n.nspname in ('daybatch', 'pgboss')
       union all
       select case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, c.oid::regclass::text, c.relowner, c.relacl
       from pg_class as c
       where c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relname !~ '_[0-9]{8}$' -- a day's partition of pg-boss
         and (c.relnamespace in ('daybatch'::regnamespace, 'pgboss'::regnamespace)
           or c.relnamespace = 'public'::regnamespace and c.relname = any ($1))
       union all
       select 'column', c.oid::regclass || '.' || a.attname, c.relowner, a.attacl
       from pg_attribute as a join pg_class as c on c.oid = a.attrelid
       where a.attacl is not null and c.relnamespace in ('daybatch'::regnamespace, 'public'::regnamespace)
       union all
       select 'function', p.oid::regprocedure::text, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
       from pg_proc as p where p.pronamespace in ('daybatch'::regnamespace, 'pgboss'::regnamespace)
     )
     select concat_ws('; ', format('%s %s: of %s', o.kind, o.name,
       case when o.owner = (select r.oid from pg_roles as r where r.rolname = current_user) then 'who migrated' else o.owner::regrole::text end), (
         select string_agg(format('%s %s', g.grantee, g.rights), '; ' order by g.grantee)
         from (
           select case x.grantee when 0 then 'public' else x.grantee::regrole::text end as grantee,
             string_agg(lower(x.privilege_type), ' ' order by x.privilege_type) as rights
           from aclexplode(o.acl) as x
           where x.grantee <> o.owner
           group by x.grantee
         ) as g)) as line
     from objects as o`,
    [PUBLIC_TABLES],
  )
  return `${rows
    .map(({ line }) => line)
    .sort()
    .join('\n')}\n`
}
