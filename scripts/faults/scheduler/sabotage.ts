import type pg from 'pg'
import { migratePgBoss } from '../../../src/db/pgboss.ts'
import { batchQueue } from '../../../src/schedule/queues.ts'
import type { Random } from '../../../test/helper/random.ts'
import type { TriggeredService } from './service.ts'

/** A job of ours that waits, chosen by chance. */
const ONE = `(select id from pgboss.job where name = $1 and state = 'created' order by random() limit 1)`
const change = (assignments: string) => `update pgboss.job set ${assignments} where name = $1 and id = ${ONE}`

/** What befalls pg-boss's table, by name. */
const statements: Record<string, string> = {
  deleted: `delete from pgboss.job where name = $1 and id = ${ONE}`,
  'all deleted': `delete from pgboss.job where name = $1 and state = 'created'`,
  doubled: `
    insert into pgboss.job (id, name, data, start_after, policy, retry_limit, retry_delay, retry_backoff, expire_seconds,
      deletion_seconds, keep_until)
    select gen_random_uuid(), j.name, j.data, j.start_after, j.policy, j.retry_limit, j.retry_delay, j.retry_backoff,
      j.expire_seconds, j.deletion_seconds, j.keep_until
    from pgboss.job as j, generate_series(1, 3) where j.name = $1 and j.id = ${ONE}`,
  early: change(`start_after = now() - interval '1 hour'`),
  late: change(`start_after = start_after + interval '3 seconds'`),
  failed: change(`state = 'failed', completed_on = now()`),
  cancelled: change(`state = 'cancelled', completed_on = now()`),
  // its worker was killed: nobody gives it back before the heartbeat is missed
  stuck: change(`state = 'active', started_on = now(), heartbeat_on = now()`),
  // an answer that is older than the campaign's present
  'of another time': change(`data = data || '{"batch_number": 1, "due_at": "2020-01-01T00:00:00Z"}'`),
}

export interface Saboteur {
  /** Does one thing to the triggers; returns its name. */
  strike(): Promise<string>
}

export function hireSaboteur(
  db: pg.Pool,
  url: string,
  services: TriggeredService[],
  random: Random,
): Saboteur {
  async function runTwice(): Promise<void> {
    const { rows } = await db.query(
      `select id from public.campaigns where status = 'sending' order by random() limit 1`,
    )
    const campaignId: string | undefined = rows[0]?.id
    if (campaignId === undefined) return
    const runs = services.flatMap(service => [service, service])
    await Promise.all(runs.map(({ db }) => db.processCampaigns({ campaignId, source: 'job' })))
  }

  async function dropQueue(): Promise<void> {
    await db.query('select pgboss.delete_queue($1)', [batchQueue])
    // campaigns go on without it, by sweeps alone, until somebody deploys again
    for (const service of services) await service.sweep()
    await migratePgBoss(url)
  }

  const kinds: [name: string, strike: () => Promise<unknown>, weight: number][] = [
    ...Object.entries(statements).map(([name, text]): [string, () => Promise<unknown>, number] => [
      name,
      () => db.query(text, [batchQueue]),
      name === 'all deleted' ? 1 : 4,
    ]),
    ['run twice at once', runTwice, 8],
    ['queue missing', dropQueue, 1],
  ]
  const lots = kinds.flatMap(kind => Array<typeof kind>(kind[2]).fill(kind))
  return {
    async strike() {
      const [name, strike] = random.pick(lots)
      await strike()
      return name
    },
  }
}
