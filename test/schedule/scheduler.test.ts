import pino from 'pino'
import t from 'tap'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { batchQueue, sweepQueue, sweepSchedule } from '../../src/schedule/queues.ts'
import { Scheduler, type SchedulerOptions } from '../../src/schedule/scheduler.ts'
import { createTestDatabase, type TestDatabase, type Testing } from '../helper/database.ts'
import { makeCampaign } from '../helper/make.ts'
import { until } from '../helper/until.ts'

/** A scheduler on a database of its own, with the service's rights. */
async function openScheduler(t: Testing, change: (db: Daybatch) => SchedulerOptions['db'] = db => db) {
  const database = await createTestDatabase(t)
  const pool = createPool(database.serviceUrl, { applicationName: 'daybatch test service' })
  const calls = { wake: 0 }
  const scheduler = new Scheduler({
    url: database.serviceUrl,
    db: change(new Daybatch(pool)),
    wake: () => {
      calls.wake += 1
    },
    log: pino({ level: 'silent' }),
  })
  t.teardown(async () => {
    await scheduler.stop()
    await pool.end()
  })
  return { ...database, scheduler, calls }
}

const insertCampaign = async ({ pool }: TestDatabase, batch_interval = '24 hours'): Promise<string> =>
  (await makeCampaign(pool, { contacts: 3, limit: 2, batch_interval })).id

/** How long after it was due a batch was opened (ms). */
async function readDelay(
  { pool }: TestDatabase,
  campaignId: string,
  batchNumber: number,
): Promise<number | undefined> {
  const { rows } = await pool.query(
    `select extract(epoch from opened_at - due_at) * 1000 as delay from daybatch.batches where campaign_id = $1 and batch_number = $2`,
    [campaignId, batchNumber],
  )
  return rows[0] && Number(rows[0].delay)
}

const readJobs = async ({ pool }: TestDatabase, campaignId: string) =>
  (
    await pool.query(
      `select * from pgboss.job where name = $1 and data ->> 'campaign_id' = $2 order by created_on`,
      [batchQueue, campaignId],
    )
  ).rows

t.test('a plain insert is enough: its batch is opened at once, the next one at its time', async t => {
  const opened = await openScheduler(t)
  const { scheduler, pool, calls } = opened
  await scheduler.start()
  t.ok(scheduler.isRunning)
  const before = calls.wake
  const started = Date.now()
  const id = await insertCampaign(opened, '3 seconds')
  await until(() => readDelay(opened, id, 1).then(delay => delay !== undefined))
  t.comment(`batch 1 was open after ${Date.now() - started} ms`)
  await until(async () => calls.wake > before)
  t.pass('the worker was woken')
  await until(async () => (await readJobs(opened, id))[0].state === 'completed')

  // nobody delivers here: what is queued goes back at the cut-off, and the next batch opens
  const delay = await until(() =>
    readDelay(opened, id, 2).then(found => found !== undefined && String(found)),
  )
  t.comment(`batch 2 was opened ${delay} ms after it was due`)
  t.ok(Number(delay) >= 0, 'never early')
  t.equal((await pool.query('select from daybatch.audit')).rowCount, 0)
})

t.test('start sweeps once: a campaign whose job was lost goes on', async t => {
  const opened = await openScheduler(t)
  const id = await insertCampaign(opened)
  await opened.pool.query('delete from pgboss.job')
  await opened.scheduler.start()
  await until(() => readDelay(opened, id, 1).then(delay => delay !== undefined))
  const { rows } = await until(async () => {
    const result = await opened.pool.query('select source, opened_count from daybatch.sweeps')
    return result.rowCount ? result : undefined
  })
  t.same(rows, [{ source: 'sweep', opened_count: 1 }])
  const schedules = await opened.pool.query('select name, cron from pgboss.schedule')
  t.same(schedules.rows, [{ name: sweepQueue, cron: sweepSchedule }])
})

t.test('a job in the sweep queue sweeps', async t => {
  const opened = await openScheduler(t)
  await opened.scheduler.start()
  await until(async () => (await opened.pool.query('select from daybatch.sweeps')).rowCount! >= 1)
  const id = await insertCampaign(opened)
  await opened.pool.query(`delete from pgboss.job where name = $1`, [batchQueue])
  const { rows } = await opened.pool.query(
    `insert into pgboss.job (name, data, policy, keep_until) values ($1, '{}', 'short', now() + interval '1 hour') returning id`,
    [sweepQueue],
  )
  await until(() => readDelay(opened, id, 1).then(delay => delay !== undefined))
  // one more comes every five minutes
  await until(async () => (await opened.pool.query('select from daybatch.sweeps')).rowCount! >= 2)
  await until(
    async () =>
      (await opened.pool.query(`select from pgboss.job where id = $1 and state = 'completed'`, [rows[0].id]))
        .rowCount === 1,
  )
  t.pass('swept')
})

t.test('a job whose processing fails is tried again; others of its fetch are not harmed', async t => {
  let failures = 2
  const failing = new Set<string>()
  const opened = await openScheduler(t, db => ({
    currentMoment: () => db.currentMoment(),
    listDueCampaigns: async () => [],
    recordSweep: async () => {},
    processCampaigns: async args => {
      if (failing.has(args?.campaignId ?? '') && failures-- > 0) throw new Error('deadlock detected')
      return db.processCampaigns(args)
    },
  }))
  const bad = await insertCampaign(opened)
  const good = await insertCampaign(opened)
  failing.add(bad)
  await opened.scheduler.start()
  await until(() => readDelay(opened, good, 1).then(delay => delay !== undefined))
  await until(() => readDelay(opened, bad, 1).then(delay => delay !== undefined))
  const [job] = await until(async () => {
    const jobs = await readJobs(opened, bad)
    return jobs[0].state === 'completed' && jobs
  })
  t.equal(job.retry_count, 2)
  t.equal((await readJobs(opened, good))[0].retry_count, 0)
})

t.test('a refusal ends the job: its campaign is gone', async t => {
  const opened = await openScheduler(t)
  const id = await insertCampaign(opened)
  await opened.pool.query('delete from campaigns')
  await opened.scheduler.start()
  const [job] = await until(async () => {
    const jobs = await readJobs(opened, id)
    return jobs[0]?.state === 'completed' && jobs
  })
  t.match(job.output, { refused: /does not exist/, code: 'MB001' })
})

t.test('notifications wake the worker, also after the connection was lost', async t => {
  const { scheduler, pool, calls } = await openScheduler(t)
  await scheduler.start()
  const notify = async () => {
    const before = calls.wake
    await pool.query(`notify daybatch, '{"event": "work"}'`)
    return until(async () => calls.wake > before)
  }
  await until(async () => calls.wake >= 2)
  t.ok(await notify())
  const listening = `from pg_stat_activity where datname = current_database() and application_name = 'daybatch listener'`
  const { rows } = await until(async () => {
    const result = await pool.query(`select pid ${listening}`)
    return result.rowCount === 1 && result
  })
  await pool.query(`select pg_terminate_backend($1)`, [rows[0].pid])
  await until(
    async () =>
      (await pool.query(`select ${listening} and pid <> $1 and query like 'listen%'`, [rows[0].pid]))
        .rowCount === 1,
  )
  t.ok(await notify())
})

t.test('it outlives the loss of all its connections', async t => {
  const opened = await openScheduler(t)
  await opened.scheduler.start()
  await opened.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  const id = await insertCampaign(opened)
  await until(() => readDelay(opened, id, 1).then(delay => delay !== undefined))
  t.ok(opened.scheduler.isRunning)
})
