import { call, makeCampaign, type Row, readEvents, runBatch } from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'

const names = (events: Row[]) => events.map(({ event }) => event)

scenario(
  'bounces, complaints and unsubscribes are lines of the history, once, and without an address',
  async (t, db) => {
    const { id, contacts } = await makeCampaign(db, { contacts: 3 })
    await runBatch(db, id)
    const { rows } = await db.query(
      'select d.contact_id, p.email from daybatch.deliveries as d join public.contacts as p on p.id = d.contact_id where d.campaign_id = $1 order by d.delivery_id',
      [id],
    )
    const before = (await readEvents(db, id)).length
    const reports = JSON.stringify([
      { email: rows[0].email, word: 'permanent' },
      { email: rows[1].email, word: 'complaint' },
    ])
    for (let i = 0; i < 2; i++) await call(db, 'record_bounces', 'postmark', reports)
    for (let i = 0; i < 2; i++) await call(db, 'unsubscribe_contact', contacts[2])
    const { rows: lines } = await db.query(
      `select event, campaign_id, detail from daybatch.events where event in ('bounced', 'complained', 'unsubscribed') order by event`,
    )
    t.match(lines, [
      { event: 'bounced', detail: { kind: 'hard', source: 'postmark' } },
      { event: 'complained', detail: { kind: 'complaint', suppressed: true } },
      { event: 'unsubscribed', campaign_id: null, detail: { contact_id: contacts[2], source: 'manual' } },
    ])
    t.equal(lines.length, 3, 'each once')
    t.notMatch(JSON.stringify(lines), /@/)
    t.notOk(names((await readEvents(db, id)).slice(before)).includes('unsubscribed'))
  },
)

scenario('an unsubscribe by a link is a line of its campaign, and one only', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 1 })
  await runBatch(db, id)
  await db.query(
    `select daybatch.unsubscribe_by_token(daybatch.make_token('unsubscribe', int8send(d.delivery_id))) from daybatch.deliveries as d where d.campaign_id = $1`,
    [id],
  )
  const { rows } = await db.query(
    `select campaign_id, detail from daybatch.events where event = 'unsubscribed'`,
  )
  t.match(rows, [{ campaign_id: id, detail: { source: 'link' } }])
  t.equal(rows.length, 1)
})
