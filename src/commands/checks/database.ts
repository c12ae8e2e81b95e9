import pg from 'pg'
import type { Config } from '../../config.ts'
import { describeAddress } from '../../db/address.ts'
import { checkMigrated, PGBOSS_SCHEMA_VERSION } from '../../db/contract.ts'
import { Daybatch } from '../../db/daybatch.ts'
import {
  canListen,
  countAuditRows,
  type InstallationInspection,
  inspectInstallation,
  inspectServer,
  type ServerInspection,
} from '../../db/inspection.ts'
import { refuseTransactionPooler } from '../../db/pooler.ts'
import { awaitDatabase } from '../../db/startup.ts'
import { explain } from '../../errors.ts'
import { Installation, installationFile } from '../../installation.ts'
import { findDatabaseUrl } from '../connection.ts'
import { describeFailure } from '../failure.ts'
import { type Finding, fail, note, ok } from './finding.ts'
import { checkOperations } from './operation.ts'

const OLDEST_VERSION = 14
const LISTEN_TIMEOUT_MS = 3_000
/** Logs and mails would show different times; the rule itself knows the database's clock only. */
const CLOCK_TOLERANCE_S = 5
/** current_moment() is called some microseconds after the server's clock is read. */
const SHIFT_TOLERANCE_S = 1

/** Looks at the database without changing anything. */
export async function* checkDatabase(config: Config): AsyncGenerator<Finding> {
  const client = await connect(config).catch(error => fail('database', describeFailure(error)))
  if (!(client instanceof pg.Client)) return yield client
  try {
    const before = Date.now()
    const server = await inspectServer(client)
    const middle = (before + Date.now()) / 2
    yield describeServer(server, client)
    const { plpgsql_version: plpgsql } = server
    if (plpgsql === null)
      return yield fail(
        'extension',
        'plpgsql was dropped, and with it most functions, pg-boss’s too: restore a backup',
      )
    yield ok('extension', `plpgsql ${plpgsql}; no other is needed`)
    const migrated = await checkMigrated(client).catch(error => fail('schema', explain(error)))
    if (migrated) return yield migrated
    yield ok('schema', 'migrated to this version')
    const installation = await inspectInstallation(client)
    yield* checkInstallation(server, installation)
    yield describeClock((server.now.getTime() - middle) / 1000, installation.clock_shift)
    yield await checkPooler(config)
    yield describeListening(await canListen(client, LISTEN_TIMEOUT_MS))
    yield await compareInstallation(client, config)
    yield await checkAudit(client)
    yield* checkOperations(client)
    yield installation.has_service
      ? ok('service', 'one is connected and delivers')
      : note('service', 'none delivers from this database now: npx daybatch serve')
  } catch (error) {
    yield fail('database', describeFailure(error))
  } finally {
    await client.end().catch(() => {})
  }
}

async function connect(config: Config): Promise<pg.Client> {
  const url = await findDatabaseUrl(config)
  const client = new pg.Client({
    connectionString: url,
    application_name: 'daybatch doctor',
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
  })
  client.on('error', () => {})
  await client.connect().catch(async error => {
    // says in words what a refused login or a missing database means
    await awaitDatabase({ url, timeoutMs: 0, say: () => {}, signal: new AbortController().signal })
    throw error
  })
  return client
}

function describeServer(server: ServerInspection, { host, port }: pg.Client): Finding {
  const where = `${describeAddress(`postgres://${host}:${port}/${server.database}`)} as ${server.login}`
  const text = `PostgreSQL ${server.version.split(' ')[0]} at ${where}`
  if (server.is_replica)
    return fail('database', `${text} is a read-only replica: point DATABASE_URL at the primary`)
  if (server.version_number < OLDEST_VERSION * 10_000) {
    return fail('database', `${text}: version ${OLDEST_VERSION} or newer is needed`)
  }
  return ok('database', text)
}

function* checkInstallation(
  { login, is_superuser }: ServerInspection,
  installation: InstallationInspection,
): Generator<Finding> {
  const { missing_roles: lacking } = installation
  const script = `${lacking.join(', ')}: let an administrator run sql/roles.sql, then npx daybatch migrate`
  yield lacking.length === 0 ? ok('roles', 'all are there') : note('roles', `there is no ${script}`)
  if (lacking.length > 0 && installation.is_owner) {
    yield ok('rights', `${login} owns the engine`)
  } else if (!installation.has_service_rights) {
    yield fail('rights', `${login} lacks the service's rights: grant daybatch_service to ${login}`)
  } else if (is_superuser) {
    yield note(
      'rights',
      `${login} is a superuser: better a login that is in daybatch_service and nothing else`,
    )
  } else yield ok('rights', `${login} is in daybatch_service`)

  const { pgboss_version: version, missing_queues: missing, may_use_pgboss: mayUse } = installation
  if (!mayUse) yield fail('pg-boss', `${login} may not use schema pgboss: npx daybatch migrate`)
  else if (version !== PGBOSS_SCHEMA_VERSION) {
    yield fail('pg-boss', `its schema is ${version}, not ${PGBOSS_SCHEMA_VERSION}: npx daybatch migrate`)
  } else if (missing.length > 0) {
    yield fail('pg-boss', `no queue ${missing.join(' and ')}: npx daybatch migrate`)
  } else yield ok('pg-boss', `schema ${version}, both queues are there`)

  yield installation.is_awake
    ? ok('engine', 'awake')
    : fail(
        'engine',
        'asleep beside an older application, nothing is sent: switch its sender off, then select daybatch.take_over(true);',
      )
}

function describeClock(difference: number, shift: number): Finding {
  if (Math.abs(shift) > SHIFT_TOLERANCE_S) {
    return fail(
      'clock',
      `daybatch.current_moment() is ${seconds(shift)} off the server's clock, as tests leave it: npx daybatch migrate`,
    )
  }
  const text = `the database's is ${seconds(difference)} from this machine's`
  return Math.abs(difference) > CLOCK_TOLERANCE_S
    ? note('clock', `${text}; only the database's counts: synchronise both`)
    : ok('clock', text)
}

/** A single connection may look like a session of its own behind a pooler in transaction mode. */
async function checkPooler(config: Config): Promise<Finding> {
  try {
    await refuseTransactionPooler(await findDatabaseUrl(config))
    return ok('pooler', 'none, or one in session mode')
  } catch (error) {
    return fail('pooler', describeFailure(error))
  }
}

const describeListening = (works: boolean) =>
  works
    ? ok('notices', 'notifications arrive')
    : fail(
        'notices',
        'notifications do not arrive, as behind a pooler in transaction mode: use a direct connection',
      )

async function compareInstallation(client: pg.Client, config: Config): Promise<Finding> {
  const { state, explanation } = await new Installation({
    db: new Daybatch(client),
    file: installationFile(config),
    expected: config.installationId,
    log: { warn: () => {} },
  }).compare()
  if (state === 'same') return ok('identity', explanation)
  if (state === 'unknown') return ok('identity', 'a database that this service has not run on yet')
  return fail('identity', `${explanation}: see "Restored, copied, failed over" in sql/README.md`)
}

async function checkAudit(client: pg.Client): Promise<Finding> {
  const look = 'select * from daybatch.audit; says where'
  const count = await countAuditRows(client)
  if (count !== undefined) {
    return count === 0
      ? ok('audit', 'arrays and ledger agree')
      : fail('audit', `${count} disagreements: ${look}`)
  }
  const states = await new Daybatch(client).listBatchingStates()
  const disagreements = states.flatMap(state => state.disagreements)
  const where =
    states.length === 0
      ? 'no campaign is active'
      : `arrays and ledger agree in ${states.length} active campaigns`
  return disagreements.length === 0
    ? ok('audit', where)
    : fail('audit', `${disagreements.length} disagreements: ${look}`)
}

const seconds = (value: number) => `${Math.abs(value).toFixed(Math.abs(value) < 10 ? 2 : 0)} s`
