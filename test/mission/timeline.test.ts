// The mission's example timeline: 17 contacts, 5 a day, over HTTP and SMTP; only the clock is moved.
import t, { type Test } from 'tap'
import { setClock } from '../helper/clock.ts'
import { makeCampaign, type Row, readAudit, readCampaign, readJobs } from '../helper/make.ts'
import { DAY, MINUTE } from '../helper/scenario.ts'
import { type Service, startService } from './service.ts'

const CRON = '/api/cron/process-campaigns'
const START = '2025-09-24T09:00:00Z'
const CONTACTS = Array.from({ length: 17 }, (_, index) => `contact${index + 1}@example.org`)
const SIZES = [5, 5, 5, 2]

const onDay = (day: number, ms = 0) => new Date(Date.parse(START) + (day - 1) * DAY + ms)

/** What the cron did to one campaign. */
async function callCron({ ask }: Service, id: string, method: 'GET' | 'POST' = 'POST'): Promise<Row> {
  const { status, body } = await ask(method, CRON)
  if (status !== 200 || !body.ok) throw new Error(JSON.stringify(body))
  return body.campaigns.find((row: Row) => row.campaign_id === id) ?? { action: 'not listed' }
}

/** The end of the example: everybody once, in order, and nothing left to do. */
async function checkComplete(t: Test, service: Service, id: string, contacts: string[]): Promise<void> {
  const { pool, smtp } = service
  const row = await readCampaign(pool, id)
  t.match(row, { status: 'completed', total_contacts: 17, current_batch_number: 4 })
  t.same(row.contacts_remaining, [])
  t.same(row.contacts_processed, contacts)
  t.same(row.contacts_failed, [])
  t.equal(row.next_batch_send_time, null)
  t.same(
    row.batch_history.map((entry: Row) => entry.sent_count),
    SIZES,
  )
  t.same(smtp.accepted.map(mail => mail.recipient).sort(), [...CONTACTS].sort(), 'every contact once')
  t.same(await readAudit(pool), [])
}

t.test('four days, called by the cron at nine', async t => {
  const service = await startService(t, { at: START })
  const { pool, smtp } = service
  const campaign = await makeCampaign(pool, { contacts: CONTACTS, limit: 5 })
  for (const [index, size] of SIZES.entries()) {
    const day = index + 1
    await setClock(pool, onDay(day))
    t.match(await callCron(service, campaign.id), {
      action: 'opened',
      batch_number: day,
      delivery_count: size,
    })
    const row = await service.closed(campaign.id, day)
    t.match(row.batch_history.at(-1), { batch_number: day, sent_count: size, failed_count: 0 })
    t.same(
      smtp.accepted
        .slice(index * 5)
        .map(mail => mail.recipient)
        .sort(),
      CONTACTS.slice(index * 5, index * 5 + 5).sort(),
      `day ${day}: the next ${size} contacts`,
    )
    t.same(row.next_batch_send_time, day < 4 ? onDay(day + 1) : null)
    t.match(
      await callCron(service, campaign.id),
      day < 4 ? { action: 'waiting', reason: /not due until/ } : { action: 'not listed' },
      'a second call on the same day sends nothing',
    )
  }
  await checkComplete(t, service, campaign.id, campaign.contacts)
  const { batch_history } = await readCampaign(pool, campaign.id)
  t.same(
    batch_history.map((entry: Row) => entry.timestamp),
    ['2025-09-24T09:00:00Z', '2025-09-25T09:00:00Z', '2025-09-26T09:00:00Z', '2025-09-27T09:00:00Z'],
    'exactly 24 hours apart',
  )

  await setClock(pool, onDay(5))
  t.same(await callCron(service, campaign.id), { action: 'not listed' })
  const jobs = await readJobs(pool, campaign.id)
  await pool.query(`select * from daybatch.process_campaigns($1, 'job')`, [campaign.id])
  t.equal((await readJobs(pool, campaign.id)).length, jobs.length, 'completion stops the scheduling')
  await checkComplete(t, service, campaign.id, campaign.contacts)
})

t.test('Docker: a cron every five minutes, whose minutes are not ours', async t => {
  const service = await startService(t, { at: START })
  const { pool } = service
  // started by hand between two calls of the cron
  const campaign = await makeCampaign(pool, { contacts: CONTACTS, limit: 5 })
  const opened: Date[] = []
  for (const day of [1, 2, 3, 4]) {
    // the calls of the rest of the day stand in test/sql/spacing.test.ts
    for (let minute = day === 1 ? 2 : -18; minute <= 22; minute += 5) {
      await setClock(pool, onDay(day, minute * MINUTE))
      const { action } = await callCron(service, campaign.id, minute % 2 ? 'GET' : 'POST')
      if (action === 'opened') {
        opened.push(onDay(day, minute * MINUTE))
        await service.closed(campaign.id, day)
      } else t.match(action, opened.length < 4 ? 'waiting' : 'not listed', `day ${day}, minute ${minute}`)
    }
  }
  t.same(
    opened,
    [1, 2, 3, 4].map(day => onDay(day, (day === 1 ? 2 : -3) * MINUTE)),
    'each in the first call that falls into the window',
  )
  await checkComplete(t, service, campaign.id, campaign.contacts)
})

t.test('Vercel: a daily cron that is never quite punctual', async t => {
  const service = await startService(t, { at: START })
  const { pool } = service
  const campaign = await makeCampaign(pool, { contacts: CONTACTS, limit: 5 })
  // seconds after nine
  for (const [index, seconds] of [40, 12, 59, -25].entries()) {
    const day = index + 1
    await setClock(pool, onDay(day, seconds * 1000))
    t.match(
      await callCron(service, campaign.id, 'GET'),
      { action: 'opened', batch_number: day },
      `day ${day}`,
    )
    await service.closed(campaign.id, day)
  }
  await checkComplete(t, service, campaign.id, campaign.contacts)
})
