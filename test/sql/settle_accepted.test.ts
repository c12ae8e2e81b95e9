import { advance } from '../helper/clock.ts'
import {
  accepted,
  begin,
  claim,
  greylisted,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  type Reply,
  type Row,
  readAttempts,
  readDeliveries,
  readOne,
  report,
  reportJson,
} from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'

scenario('acceptances alone, the short way, leave the rows of the long way', async (t, db) => {
  const leave = async (replies: Reply[]) => {
    const start = (await readOne(db, 'select daybatch.current_moment() as now')).now
    const { id } = await makeCampaign(db, { contacts: 4, limit: 4, in_doubt_policy: 'resend' })
    await openBatch(db, id)
    // one is a retry: its deferrals stay
    const first = await claim(db, id, 1)
    await report(db, id, first, greylisted)
    await advance(db, '1 hour')
    const claimed = await claim(db, id)
    await begin(db, id, claimed)
    await report(db, id, claimed, replies)
    const shape = (row: Row) =>
      Object.entries(row)
        .filter(([name]) => !/_id$|_key$|token/.test(name))
        .map(([name, value]) => [name, value instanceof Date ? value.valueOf() - start.valueOf() : value])
    return [...(await readDeliveries(db, id)), ...(await readAttempts(db, id))]
      .filter(row => row.delivery_id !== claimed.at(-1)!.delivery_id)
      .map(shape)
  }
  const short = await leave([accepted, accepted, accepted, accepted])
  t.equal(short.length, 3 + 4, 'three mails, one of them tried twice')
  t.same(await leave([accepted, accepted, accepted, noSuchUser]), short)
})

scenario('what is judged as acceptances alone', async (t, db) => {
  const ask = async (reports: unknown) =>
    (await readOne(db, 'select daybatch.are_acceptances($1) as yes', [JSON.stringify(reports)])).yes
  t.ok(await ask([accepted, { stage: 'message', reply_code: 299 }]))
  for (const other of [
    noReply,
    greylisted,
    { stage: 'message' },
    { stage: 'message', reply_code: '250' },
    { stage: 'message', reply_code: 354 },
    { stage: 'rcpt', reply_code: 250 },
  ])
    t.notOk(await ask([accepted, other]), JSON.stringify(other))
  const { id } = await makeCampaign(db, { contacts: 1, limit: 1 })
  await openBatch(db, id)
  const claimed = await claim(db, id)
  await begin(db, id, claimed)
  const [{ delivery_id, claim_token }] = claimed as [Row]
  const texts = [{ delivery_id: String(delivery_id), claim_token, stage: 'message', reply_code: '250' }]
  t.match(
    await reportJson(db, id, texts),
    [{ status: 'sent', rule: 'accepted' }],
    'a code given as text counts all the same',
  )
})
