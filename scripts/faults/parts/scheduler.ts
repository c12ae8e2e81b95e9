import type pg from 'pg'
import { createPool } from '../../../src/db/pool.ts'
import { SERVICE_LOGIN } from '../../../test/helper/cluster.ts'
import { makeCampaign } from '../../../test/helper/make.ts'
import { startDatabases } from '../databases.ts'
import type { Part, PartContext } from '../part.ts'
import { hireSaboteur } from '../scheduler/sabotage.ts'
import { TriggeredService } from '../scheduler/service.ts'

const SERVICES = 2
const CAMPAIGNS = 10
const BATCHES = 4
const LIMIT = 3
const INTERVAL_MS = 2000
const SWEEP_MS = 1000
/** A chain that has not ended after this many times its own length never will. */
const PATIENCE = 8

export const part: Part = {
  name: 'scheduler',
  about: `pg-boss's jobs deleted, doubled, early, late, failed, stuck, run at once, their queue missing; ${SERVICES} services`,
  runs: { short: 60, long: 1000 },
  async run(context) {
    const databases = await startDatabases(context)
    const url = await databases.create()
    const db = createPool(url, { applicationName: 'daybatch faults' })
    context.teardown(() => db.end())
    const services = await startServices(url, context)
    const saboteur = hireSaboteur(db, url, services, context.random)
    const strikes: Record<string, number> = {}
    const failures: string[] = []
    let count = 0
    let sweptAt = 0
    let end = 0
    while (failures.length === 0 && (count < context.runs || (await countRunning(db)) > 0)) {
      if ((await countRunning(db)) === 0) {
        await startCampaigns(db)
        end = performance.now() + PATIENCE * BATCHES * INTERVAL_MS
        context.log(`${count} of ${context.runs} strikes`)
      }
      const name = await saboteur.strike()
      strikes[name] = (strikes[name] ?? 0) + 1
      count += 1
      if (performance.now() > sweptAt + SWEEP_MS) {
        sweptAt = performance.now()
        await services[count % SERVICES]!.sweep()
      }
      await breathe(db)
      if (performance.now() > end) failures.push(`${await countRunning(db)} campaigns do not complete`)
    }
    return judge(db, failures, { strikes: count, ...strikes })
  },
}

async function startServices(url: string, context: PartContext): Promise<TriggeredService[]> {
  const serviceUrl = new URL(url)
  serviceUrl.username = SERVICE_LOGIN
  const services = Array.from({ length: SERVICES }, () => new TriggeredService(serviceUrl.href))
  for (const service of services) {
    await service.start()
    context.teardown(() => service.stop())
  }
  return services
}

async function startCampaigns(db: pg.Pool): Promise<void> {
  for (let index = 0; index < CAMPAIGNS; index++) {
    await makeCampaign(db, {
      contacts: BATCHES * LIMIT,
      limit: LIMIT,
      batch_interval: `${INTERVAL_MS} milliseconds`,
    })
  }
}

async function countRunning(db: pg.Pool): Promise<number> {
  const { rows } = await db.query(
    `select count(*)::integer as n from public.campaigns where status <> 'completed'`,
  )
  return rows[0].n
}

/** Lets the services have their turn: the pace of the strikes, not a wait for anything. */
async function breathe(db: pg.Pool): Promise<void> {
  await db.query('select pg_sleep(0.05)')
}

const ANOMALIES = `
  select 'duplicates' as kind, count(*)::integer as n from (
    select from daybatch.delivery_attempts as a where a.outcome in ('sent', 'in_doubt') group by a.delivery_id having count(*) > 1) as d
  union all
  select 'lost', count(*)::integer from public.campaigns as c where jsonb_array_length(c.contacts_processed) <> c.total_contacts
  union all
  select 'over_limit', count(*)::integer from daybatch.batches as b
  where b.sent_count > b.send_limit or b.counted_at - b.previous_spaced_from < b.previous_interval
    or b.opened_at - b.previous_spaced_from < b.previous_interval
  union all
  select 'by ' || b.source, count(*)::integer from daybatch.batches as b group by b.source`

async function judge(db: pg.Pool, failures: string[], details: Record<string, number>) {
  const { rows } = await db.query(ANOMALIES)
  const { duplicates, lost, over_limit, ...sources } = Object.fromEntries(
    rows.map(({ kind, n }) => [kind, n]),
  )
  const audit = await db.query(`select rule || ': ' || disagreement as line from daybatch.audit limit 5`)
  failures.push(...audit.rows.map(({ line }) => line))
  const isMet = sources['by job'] > 0 && sources['by sweep'] > 0
  return {
    duplicates,
    lost,
    in_doubt: 0,
    over_limit,
    failures,
    ...(!isMet && { void: 'not both jobs and sweeps opened batches' }),
    details: { ...details, ...sources },
  }
}
