import { readFile } from 'node:fs/promises'
import t from 'tap'
import { checkCatalog, checkFunctionText, checkTexts } from '../../scripts/sql-rules.ts'
import { describeCatalog } from '../../src/db/catalog.ts'
import { createTestDatabase } from '../helper/database.ts'

const SNAPSHOT = new URL('../../sql/catalog.snapshot.sql', import.meta.url)

t.test('the catalog is the one that was reviewed', async t => {
  const { pool } = await createTestDatabase(t)
  const client = await pool.connect()
  try {
    const { rows } = await client.query('show server_version_num')
    const major = Math.floor(Number(rows[0].server_version_num) / 10_000)
    if (major !== 18)
      return t.comment('compared on PostgreSQL 18 only: other versions print definitions otherwise')
    const snapshot = await readFile(SNAPSHOT, 'utf8')
    const current = await describeCatalog(client)
    t.equal(
      snapshot.slice(snapshot.indexOf('-- roles')),
      current,
      'else: npm run snapshot, and review the difference',
    )
  } finally {
    client.release()
  }
})

t.test('the files and the catalog keep the rules of the SQL', async t => {
  const { pool } = await createTestDatabase(t)
  t.same(await checkTexts(), [])
  t.same(await checkCatalog(pool), [])
})

t.test('a function that breaks a rule is found in the catalog', async t => {
  const { pool } = await createTestDatabase(t)
  await pool.query(`
    create function daybatch.careless() returns integer language sql as 'select 1';
    create function daybatch.careless(p_more integer) returns integer language sql set search_path = '' as 'select 1';
    create table daybatch.bare (number integer default daybatch.careless());
    grant select on daybatch.bare to public;
    create view daybatch.unexplained as select 1 as one;
    alter table public.contacts disable row level security`)
  const breaches = await checkCatalog(pool)
  for (const breach of [
    'careless has more than one signature',
    'careless does not pin its path',
    'careless leaves its plans to the JIT compiler',
    'careless is executable by PUBLIC',
    'careless has no comment with an example',
    'unexplained has no comment with an example',
    'bare has no comment',
    'daybatch.bare is open to PUBLIC',
    /^(public\.)?contacts has no row level security$/,
    /^careless is used by a default/,
    'function careless has no file',
    'view unexplained has no file',
  ]) {
    t.ok(
      breaches.some(found => (breach instanceof RegExp ? breach.test(found) : found === breach)),
      String(breach),
    )
  }
})

t.test('a function file that breaks a rule is found by its text', async t => {
  const careless = `CREATE function daybatch.other() returns void language plpgsql as $$
begin
  raise exception 'no: now() in a text is none';
  perform now() + interval '1 day';
end;
$$;
create or replace function daybatch.second() returns void language sql as '';
${'-- filler\n'.repeat(120)}`
  t.same(checkFunctionText('functions/careless.sql', careless), [
    'sql/functions/careless.sql must create the function daybatch.careless and no other',
    'sql/functions/careless.sql must begin with a comment that says why the function is there',
    `sql/functions/careless.sql must pin its path: set search_path = ''`,
    'sql/functions/careless.sql must keep the JIT compiler out: set jit = off',
    'sql/functions/careless.sql must have comment on function',
    'sql/functions/careless.sql is longer than 120 lines: two functions',
    'sql/functions/careless.sql reads a clock other than daybatch.current_moment()',
    'sql/functions/careless.sql adds days, which follow clock changes: give hours',
    'sql/functions/careless.sql raises an exception without errcode',
  ])
  const careful = await readFile(new URL('../../sql/functions/contract_version.sql', import.meta.url), 'utf8')
  t.same(checkFunctionText('functions/contract_version.sql', careful), [])
})
