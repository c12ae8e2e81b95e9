import { setTimeout as delay } from 'node:timers/promises'
import { getConstructionPlans, PgBoss, type Queue } from 'pg-boss'
import { queues } from '../schedule/queues.ts'
import { PGBOSS_SCHEMA_VERSION } from './contract.ts'

const INDEX_BUILD_LIMIT_MS = 10 * 60_000

/**
 * Installs or upgrades pg-boss's own schema and our queues, and refuses one that differs from what this
 * version of pg-boss expects. Uses connections of its own, which see pg-boss's schema the usual way.
 */
export async function migratePgBoss(url: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'daybatch migrate',
    max: 2,
    schedule: false,
    supervise: false,
    registerInstance: false,
  })
  let problem: Error | undefined
  boss.on('error', error => {
    problem ??= error
  })
  await boss.start()
  try {
    await buildIndexes(boss)
    await defineQueues(boss)
    await checkSchema(boss)
  } finally {
    await boss.stop({ graceful: false })
  }
  if (problem) throw problem
}

/** Services run with `migrate: false` and build no indexes, so those of an upgrade are finished here. */
async function buildIndexes(boss: PgBoss): Promise<void> {
  const end = Date.now() + INDEX_BUILD_LIMIT_MS
  for (;;) {
    const states = await boss.getBamStatus()
    if (states.some(({ status, count }) => status === 'failed' && count > 0)) {
      throw new Error(
        'pg-boss could not build an index: see select * from pgboss.bam; then npx daybatch migrate again',
      )
    }
    if (!states.some(({ status, count }) => status !== 'completed' && count > 0)) return
    if (Date.now() > end)
      throw new Error('pg-boss is still building indexes: run npx daybatch migrate again later')
    await delay(250)
  }
}

async function defineQueues(boss: PgBoss): Promise<void> {
  for (const { name, ...options } of queues) {
    const { policy, ...changeable } = options
    const existing = await boss.getQueue(name)
    if (!existing) await boss.createQueue(name, options)
    else if (existing.policy !== policy) {
      throw new Error(
        `queue ${name} has policy ${existing.policy}, not ${policy}: a policy cannot be changed, delete the queue first`,
      )
    } else if (
      Object.entries(changeable).some(([key, value]) => existing[key as keyof typeof existing] !== value)
    ) {
      await boss.updateQueue(name, changeable)
    }
  }
}

async function checkSchema(boss: PgBoss): Promise<void> {
  const version = await boss.schemaVersion()
  if (version !== PGBOSS_SCHEMA_VERSION) {
    throw new Error(
      `schema pgboss has version ${version}, this program was written for ${PGBOSS_SCHEMA_VERSION}`,
    )
  }
  const { ok, ...drift } = await boss.detectSchemaDrift()
  if (!ok)
    throw new Error(
      `schema pgboss differs from what pg-boss expects (npx pg-boss doctor): ${JSON.stringify(drift)}`,
    )
}

/** pg-boss's options of a queue and its columns in pgboss.queue. */
const QUEUE_COLUMNS: [option: keyof Queue, column: string][] = [
  ['notify', 'notify'],
  ['retryLimit', 'retry_limit'],
  ['retryDelay', 'retry_delay'],
  ['retryBackoff', 'retry_backoff'],
  ['retryDelayMax', 'retry_delay_max'],
  ['expireInSeconds', 'expire_seconds'],
  ['heartbeatSeconds', 'heartbeat_seconds'],
  ['retentionSeconds', 'retention_seconds'],
]

/** What migratePgBoss does to a database without pg-boss, or with this version of it, as a script for psql. */
export function describePgBoss(): string {
  return `select to_regclass('pgboss.version') is null as pgboss_is_missing \\gset
\\if :pgboss_is_missing
${getConstructionPlans('pgboss').trim()}
\\endif
do $$
begin
  if (select v.version from pgboss.version as v) <> ${PGBOSS_SCHEMA_VERSION} then
    raise exception 'schema pgboss has version %, this program was written for ${PGBOSS_SCHEMA_VERSION}', (select v.version from pgboss.version as v)
      using hint = 'npx pg-boss plans migrate prints the SQL of its upgrade; run that first.';
  end if;
end;
$$;
${queues.map(describeQueue).join('\n')}`
}

function describeQueue({ name, ...options }: Queue): string {
  const set = QUEUE_COLUMNS.filter(([option]) => option in options).map(
    ([option, column]) => `${column} = ${options[option as keyof typeof options]}`,
  )
  return `select pgboss.create_queue('${name}', '${JSON.stringify(options)}');
update pgboss.queue set ${set.join(', ')} where name = '${name}';`
}
