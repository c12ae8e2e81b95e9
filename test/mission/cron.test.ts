// The mission's cron logic in its five steps, over the route that Vercel, Docker and curl call.
import t from 'tap'
import { setClock } from '../helper/clock.ts'
import { makeCampaign, type Row, readBatch, readCampaign, readJobs } from '../helper/make.ts'
import { DAY, HOUR, MINUTE } from '../helper/scenario.ts'
import { startService } from './service.ts'

const CRON = '/api/cron/process-campaigns'
const START = '2025-09-24T09:00:00Z'
const after = (ms: number) => new Date(Date.parse(START) + ms)

const service = await startService(t, { at: START })
const { pool, ask, smtp, closed } = service

async function callCron(method: 'GET' | 'POST' = 'POST'): Promise<Row[]> {
  const { status, body } = await ask(method, CRON)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.campaigns
}

/** Mails that the SMTP server accepted for the contacts of one campaign. */
async function countMails(id: string): Promise<number> {
  const { rows } = await pool.query(
    `select c.email from contacts as c join contact_list_members as m on m.contact_id = c.id
     join campaigns as k on m.list_id = any (k.contact_list_ids) where k.id = $1`,
    [id],
  )
  const addresses = new Set(rows.map(({ email }) => email))
  return smtp.accepted.filter(({ recipient }) => addresses.has(recipient)).length
}

const find = (rows: Row[], id: string) => rows.find(row => row.campaign_id === id)

/** A campaign of two batches whose second is due one interval after `at`. */
async function makeDue(at: Date, fields: Row = {}): Promise<string> {
  await setClock(pool, at)
  const { id } = await makeCampaign(pool, { contacts: 2, limit: 1, ...fields })
  t.match(find(await callCron(), id), { action: 'opened', batch_number: 1 })
  await closed(id, 1)
  return id
}

t.test('1. it finds campaigns with status sending or scheduled', async t => {
  await setClock(pool, START)
  const ids = new Map<string, string>()
  for (const status of ['draft', 'scheduled', 'sending', 'paused', 'completed', 'cancelled']) {
    const { id } = await makeCampaign(pool, { status, contacts: 1, scheduled_at: after(HOUR) })
    ids.set(id, status)
  }
  const rows = (await callCron('GET')).filter(row => ids.has(row.campaign_id))
  t.same(rows.map(row => [ids.get(row.campaign_id), row.action]).sort(), [
    ['scheduled', 'waiting'],
    ['sending', 'opened'],
  ])
  await setClock(pool, after(HOUR))
  const opened = (await callCron('GET')).filter(row => row.action === 'opened')
  t.same(
    opened.map(row => ids.get(row.campaign_id)),
    ['scheduled'],
    'at its time',
  )
})

t.test(
  '2. it checks whether it is time for the next batch: five minutes before, and what is late by five',
  async t => {
    const cases: [ms: number, opens: boolean, drift: number][] = [
      [-5 * MINUTE - 1, false, 0],
      [-5 * MINUTE, true, 0],
      [-1, true, 0],
      [0, true, 0],
      [5 * MINUTE, true, 0],
      [5 * MINUTE + 1, true, 5 * MINUTE + 1],
      [DAY, true, DAY],
    ]
    let start = after(10 * DAY).getTime()
    for (const [ms, opens, drift] of cases) {
      start += 10 * DAY
      const id = await makeDue(new Date(start))
      await setClock(pool, new Date(start + DAY + ms))
      const row = find(await callCron(), id)
      t.equal(row?.action, opens ? 'opened' : 'waiting', `${ms} ms after the due time`)
      t.match(row, opens ? { batch_number: 2, delivery_count: 1 } : { reason: /not due until/ })
      if (opens) {
        t.same((await readBatch(pool, id, 2)).counted_at, new Date(start + DAY + drift), 'counted from')
        await closed(id, 2)
      } else {
        await setClock(pool, new Date(start + DAY))
        await callCron()
        await closed(id, 2)
      }
    }
  },
)

t.test('the window of a short interval is a tenth of it, and a scheduled start has one too', async t => {
  const start = after(100 * DAY).getTime()
  const short = await makeDue(new Date(start), { batch_interval: '10 minutes' })
  await setClock(pool, new Date(start + 9 * MINUTE - 1))
  t.match(find(await callCron(), short), { action: 'waiting' })
  await setClock(pool, new Date(start + 9 * MINUTE))
  t.match(find(await callCron(), short), { action: 'opened' })

  const { id } = await makeCampaign(pool, { status: 'scheduled', scheduled_at: new Date(start + DAY) })
  await setClock(pool, new Date(start + DAY - 5 * MINUTE - 1))
  t.match(find(await callCron(), id), { action: 'waiting', reason: /scheduled for/ })
  await setClock(pool, new Date(start + DAY - 5 * MINUTE))
  t.match(find(await callCron(), id), { action: 'opened', batch_number: 1 })
})

t.test(
  '3. it processes remaining contacts up to the limit, 4. schedules the next batch, 5. completes',
  async t => {
    const start = after(200 * DAY).getTime()
    await setClock(pool, new Date(start))
    const { id, contacts } = await makeCampaign(pool, { contacts: 7, limit: 5 })
    t.match(find(await callCron(), id), { action: 'opened', batch_number: 1, delivery_count: 5 })
    await closed(id, 1)
    t.equal(await countMails(id), 5)
    const row = await readCampaign(pool, id)
    t.match(row, { status: 'sending', current_batch_number: 2 })
    t.same(row.contacts_remaining, contacts.slice(5))
    t.same(row.next_batch_send_time, new Date(start + DAY))
    const jobs = await readJobs(pool, id)
    t.same(jobs.at(-1)?.start_after, new Date(start + DAY))
    t.match(jobs.at(-1), { data: { batch_number: 2 } })

    await setClock(pool, new Date(start + DAY))
    t.match(find(await callCron(), id), { action: 'opened', batch_number: 2, delivery_count: 2 })
    await closed(id, 2)
    t.equal(await countMails(id), 7)
    t.match(await readCampaign(pool, id), { status: 'completed', next_batch_send_time: null })
    t.equal(find(await callCron(), id), undefined)
  },
)

t.test('two calls at once open one batch', async t => {
  const start = after(300 * DAY).getTime()
  await setClock(pool, new Date(start))
  const { id } = await makeCampaign(pool, { contacts: 12, limit: 5 })
  const rows = (
    await Promise.all([callCron('POST'), callCron('GET'), callCron('POST'), callCron('GET')])
  ).map(answer => find(answer, id)?.action)
  t.equal(rows.filter(action => action === 'opened').length, 1, rows.join(' '))
  await closed(id, 1)
  t.equal(await countMails(id), 5)
})

t.test('a campaign that waits for nothing but its message says so, and stops no other', async t => {
  const start = after(400 * DAY).getTime()
  await setClock(pool, new Date(start))
  const empty = await makeCampaign(pool, { contacts: 0 })
  const silent = await makeCampaign(pool, { contacts: 1, text_body: null })
  const good = await makeCampaign(pool, { contacts: 1 })
  const rows = await callCron()
  t.match(find(rows, empty.id), { action: 'paused', error_code: 'MB003' })
  t.match(find(rows, silent.id), { action: 'paused', error_code: 'MB010' })
  t.match(find(rows, good.id), { action: 'opened' })
  await closed(good.id, 1)
})
