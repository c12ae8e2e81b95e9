import type pg from 'pg'
import { setClock } from './clock.ts'
import {
  accepted,
  begin,
  type Campaign,
  call,
  claim,
  insertRow,
  makeCampaign,
  noReply,
  noSuchUser,
  report,
  runBatch,
} from './make.ts'
import { after, DAY } from './scenario.ts'

/**
 * The campaign of the guide's recipes and of the comments' examples: 'Spring offer', under way in its second batch, with
 * a mail of every end, beside a finished and a drafted one; a worker is alive.
 */
export async function makeSpringOffer(db: pg.Pool): Promise<Campaign> {
  await setClock(db, after(0))
  const campaign = await makeCampaign(db, {
    name: 'Spring offer',
    contacts: [
      'ada@example.org',
      'someone@example.org',
      ...Array.from({ length: 10 }, (_, n) => `reader-${n}@example.org`),
    ],
    limit: 5,
  })
  await runBatch(db, campaign.id, [accepted, noSuchUser, noReply, accepted, accepted])
  const done = await makeCampaign(db, { name: 'Winter offer', contacts: 1 })
  await runBatch(db, done.id)
  await insertRow(db, 'public.campaigns', {
    name: 'Summer offer',
    text_body: 'Hello',
    contact_list_ids: campaign.lists,
  })
  await setClock(db, after(DAY))
  await call(db, 'report_worker', 'one', 10)
  await call(db, 'process_campaigns', null, 'sweep')
  const rows = await claim(db, campaign.id, 3)
  await begin(db, campaign.id, rows.slice(0, 2))
  await report(db, campaign.id, rows.slice(0, 1))
  return campaign
}
