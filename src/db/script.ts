import { SQL_FOLDER } from './contract.ts'
import { SESSION_SETTINGS, TRY_LOCK } from './migrate.ts'
import { CREATE_LEDGER, loadMigrations, NOTE_APPLICATION } from './migrations.ts'
import { describePgBoss } from './pgboss.ts'
import { listRoutines, ROUTINE_SETTINGS, readSql } from './routines.ts'

/**
 * Everything that migrate() does, as one script for psql: for DBAs who read before they run. It brings an empty
 * database, an older application's, or one of an earlier version to the state of this code, and may be repeated.
 */
export async function describeMigration(sqlFolder = SQL_FOLDER): Promise<string> {
  return `${[
    await describeStart(sqlFolder),
    section('pg-boss and our queues', `reset search_path;\n${describePgBoss()}\n${SESSION_SETTINGS};`),
    ...(await describeMigrations(sqlFolder)),
    ...(await describeRoutines(sqlFolder)),
    `\\echo 'the database is up to date'`,
  ].join('\n\n')}\n`
}

async function describeStart(sqlFolder: string): Promise<string> {
  const migrations = await loadMigrations(sqlFolder)
  return `-- Everything that npx daybatch migrate does to a database, printed by npx daybatch migrate --print. Run it with
--   psql --no-psqlrc --quiet --file=daybatch.sql "$MIGRATE_DATABASE_URL" > /dev/null
-- as a role that owns the application's tables and may create schemas. It stops at the first error; what is committed
-- by then stays, and it may be run again.

\\set ON_ERROR_STOP on
${SESSION_SETTINGS};
-- whoever comes while we wait for a table waits behind us: run it again when a table is locked
set lock_timeout = '2s';
do $$
begin
  if not ${TRY_LOCK} then
    raise exception 'another migration of this database is running' using hint = 'Wait for it, then run this again.';
  end if;
end;
$$;

${section(
  'roles (where this fails for want of rights, let an administrator run sql/roles.sql: everything belongs to you until then)',
  `\\set ON_ERROR_STOP off\n${await readSql(sqlFolder, 'roles.sql')}\\set ON_ERROR_STOP on`,
)}

${section('the ledger of migrations', CREATE_LEDGER)}
do $$
begin
  if (select max(id) from daybatch.migrations) > ${migrations.at(-1)?.id} then
    raise exception 'database % is newer than this script', current_database() using hint = 'Print it with the newer program.';
  end if;
end;
$$;
${NOTE_APPLICATION};`
}

async function describeMigrations(sqlFolder: string): Promise<string[]> {
  return (await loadMigrations(sqlFolder)).map(({ id, name, hash, sql }) =>
    section(
      `migration ${id}: ${name}`,
      `do $$
begin
  if exists (select from daybatch.migrations as m where m.id = ${id} and m.hash <> '${hash}') then
    raise exception 'migration ${id} (${name}) was another one when it was applied here';
  end if;
end;
$$;
select not exists (select from daybatch.migrations where id = ${id}) as is_pending \\gset
\\if :is_pending
begin;
${sql.trim()}
insert into daybatch.migrations (id, name, hash) values (${id}, '${name}', '${hash}');
commit;
\\endif`,
    ),
  )
}

async function describeRoutines(sqlFolder: string): Promise<string[]> {
  const sections = ['begin;', `${ROUTINE_SETTINGS};`]
  for (const file of await listRoutines(sqlFolder)) {
    sections.push(section(`sql/${file}`, (await readSql(sqlFolder, file)).trim()))
  }
  return [...sections, 'commit;']
}

const section = (title: string, text: string) => `-- ${'='.repeat(8)} ${title}\n${text}`
