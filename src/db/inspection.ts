import type pg from 'pg'
import { batchQueue, sweepQueue } from '../schedule/queues.ts'
import { ROLES } from './contract.ts'
import type { MetricRow } from './rows.ts'

/** What a server says of itself and of the login, whatever is installed there. */
export interface ServerInspection {
  version: string
  version_number: number
  database: string
  login: string
  is_superuser: boolean
  is_replica: boolean
  /** null: somebody dropped it, and our functions with it */
  plpgsql_version: string | null
  now: Date
}

/** What a migrated database says of daybatch's installation, as the login sees it. */
export interface InstallationInspection {
  /** Whether the login has the rights of daybatch_service without SET ROLE. */
  has_service_rights: boolean
  /** Whether the login has the rights of whoever owns schema daybatch. */
  is_owner: boolean
  missing_roles: string[]
  may_use_pgboss: boolean
  /** null: the schema is not there, or hidden from the login */
  pgboss_version: number | null
  missing_queues: string[]
  is_awake: boolean
  /** How far daybatch.current_moment() is from the server's clock, in seconds. */
  clock_shift: number
  /** Whether a service delivers from this database now. */
  has_service: boolean
}

export async function inspectServer(db: pg.Pool | pg.ClientBase): Promise<ServerInspection> {
  const { rows } = await db.query(`
    select current_setting('server_version') as version, current_setting('server_version_num')::integer as version_number,
      current_database() as database, current_user as login,
      (select r.rolsuper from pg_roles as r where r.rolname = current_user) as is_superuser,
      pg_is_in_recovery() as is_replica,
      (select e.extversion from pg_extension as e where e.extname = 'plpgsql') as plpgsql_version, clock_timestamp() as now`)
  return rows[0]
}

export async function inspectInstallation(db: pg.Pool | pg.ClientBase): Promise<InstallationInspection> {
  const { rows } = await db.query(
    `
    select coalesce((select pg_has_role(r.oid, 'usage') from pg_roles as r where r.rolname = 'daybatch_service'), false) as has_service_rights,
      (select pg_has_role(n.nspowner, 'usage') from pg_namespace as n where n.nspname = 'daybatch') as is_owner,
      array(select r.name from unnest($1::text[]) as r (name) where to_regrole(r.name) is null) as missing_roles,
      coalesce(has_schema_privilege(to_regnamespace('pgboss'), 'usage'), false) as may_use_pgboss,
      daybatch.is_awake() as is_awake,
      extract(epoch from daybatch.current_moment() - clock_timestamp())::float8 as clock_shift,
      exists (select from pg_stat_activity as a
        where a.datname = current_database() and a.application_name = 'daybatch delivery') as has_service`,
    [ROLES],
  )
  const installation = rows[0]
  return { ...installation, ...(await inspectPgBoss(db, installation.may_use_pgboss)) }
}

async function inspectPgBoss(db: pg.Pool | pg.ClientBase, mayUse: boolean) {
  const queues = [batchQueue, sweepQueue]
  const { rows } = await db.query(`select to_regclass('pgboss.version') is not null as is_there`)
  if (!mayUse || !rows[0].is_there) return { pgboss_version: null, missing_queues: queues }
  const answer = await db.query(
    `select (select v.version from pgboss.version as v) as pgboss_version,
       array(select n.name from unnest($1::text[]) as n (name)
             where not exists (select from pgboss.queue as q where q.name = n.name)) as missing_queues`,
    [queues],
  )
  return answer.rows[0]
}

/** Rows of daybatch.audit; undefined for a login that may not read it, as the service's. */
export async function countAuditRows(db: pg.Pool | pg.ClientBase): Promise<number | undefined> {
  const { rows } = await db.query(`select has_table_privilege('daybatch.audit', 'select') as may_read`)
  if (!rows[0].may_read) return undefined
  return (await db.query('select count(*)::integer as count from daybatch.audit')).rows[0].count
}

/** One look of daybatch.check_operation(): what was looked at, how it is, and what to do. */
export interface OperationRow {
  name: string
  state: 'ok' | 'note' | 'fail'
  finding: string
}

export async function checkOperation(db: pg.Pool | pg.ClientBase): Promise<OperationRow[]> {
  return (await db.query('select name, state, finding from daybatch.check_operation()')).rows
}

export async function readMetrics(db: pg.Pool | pg.ClientBase): Promise<MetricRow[]> {
  return (await db.query('select metric, label, value from daybatch.read_metrics()')).rows
}

/** Whether a notification comes back to the session that listens: not through a pooler in transaction mode. */
export async function canListen(client: pg.ClientBase, timeoutMs: number): Promise<boolean> {
  const heard = new Promise<boolean>(resolve => {
    client.once('notification', () => resolve(true))
    setTimeout(resolve, timeoutMs, false).unref()
  })
  await client.query('listen daybatch_doctor')
  await client.query(`select pg_notify('daybatch_doctor', '')`)
  return heard
}
