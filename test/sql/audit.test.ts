// The audit is empty in every normal state, and tells of each disagreement that somebody's hand can make.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { advance, setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  byHand,
  type Campaign,
  call,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  noReply,
  noSuchUser,
  openBatch,
  readAudit,
  report,
  runBatch,
  send,
  serverGone,
} from '../helper/make.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

/** A campaign in the middle of its life: one batch closed, one under way with a mail in each state. */
async function makeLively(db: pg.Pool): Promise<Campaign> {
  const campaign = await makeCampaign(db, { contacts: 12, limit: 6 })
  await openBatch(db, campaign.id)
  await send(db, campaign.id, [accepted, noSuchUser, noReply, accepted, accepted, accepted])
  await closeBatch(db, campaign.id)
  await setClock(db, after(DAY))
  await openBatch(db, campaign.id)
  const rows = await claim(db, campaign.id, 4)
  await begin(db, campaign.id, rows.slice(0, 3))
  await report(db, campaign.id, rows.slice(0, 2), [accepted, greylisted])
  return campaign
}

scenario('empty in every step of a campaign', async (t, db) => {
  const empty = async (where: string) => t.same(await readAudit(db), [], where)
  const campaign = await makeCampaign(db, {
    contacts: 14,
    limit: 5,
    status: 'draft',
    in_doubt_policy: 'resend',
  })
  await empty('draft')
  await call(db, 'start_campaign', campaign.id)
  await empty('started')
  await call(db, 'initialize_contact_tracking', campaign.id)
  await empty('initialised')
  await openBatch(db, campaign.id)
  await empty('opened')
  const rows = await claim(db, campaign.id, 4, 'one')
  await empty('claimed')
  await begin(db, campaign.id, rows)
  await empty('sending')
  await report(db, campaign.id, rows.slice(0, 3), [accepted, noSuchUser, greylisted])
  await empty('reported')
  await advance(db, '61 seconds')
  await empty('expired')
  await call(db, 'release_expired_claims')
  await empty('released')
  const again = await claim(db, campaign.id, 2, 'two')
  await begin(db, campaign.id, again.slice(0, 1))
  await report(db, campaign.id, rows.slice(3))
  await empty('settled by a late answer while another worker holds it')
  await report(db, campaign.id, again)
  await db.query(`delete from daybatch.delivery_attempts where outcome = 'accepted_twice'`)
  await empty('all reported')
  await call(db, 'pause_campaign', campaign.id)
  await empty('paused')
  await setClock(db, after(DAY - 15 * MINUTE))
  await closeBatch(db, campaign.id)
  await empty('cut off')
  await call(db, 'resume_campaign', campaign.id)
  await empty('resumed')
  await setClock(db, after(DAY))
  await empty('due')
  await openBatch(db, campaign.id)
  await report(db, campaign.id, await claim(db, campaign.id), serverGone)
  await empty('refused')
  await call(db, 'unsubscribe_contact', campaign.contacts[13])
  await db.query('delete from public.contacts where id = $1', [campaign.contacts[12]])
  await advance(db, '1 minute')
  await send(db, campaign.id)
  await send(db, campaign.id)
  await closeBatch(db, campaign.id)
  await empty('closed')
  await setClock(db, after(2 * DAY))
  await runBatch(db, campaign.id, noSuchUser)
  await empty('on its way')
  await setClock(db, after(3 * DAY))
  await call(db, 'process_campaigns')
  await send(db, campaign.id)
  await call(db, 'process_campaigns')
  await empty('completed')
  await call(db, 'retry_failed', campaign.id)
  await empty('reopened')
  await call(db, 'cancel_campaign', campaign.id)
  await empty('cancelled')
  await db.query('delete from public.campaigns where id = $1', [campaign.id])
  await empty('deleted')
})

scenario('a lively campaign has nothing to hide', async (_t, db) => {
  await makeLively(db)
})

const arrays = (change: string) => `update public.campaigns set ${change} where id = $1`
const HAND = [
  // arrays
  [
    'a contact lost from remaining',
    arrays(`contacts_remaining = contacts_remaining - -1`),
    /total_contacts is 12, the arrays hold 11/,
  ],
  [
    'a contact lost from remaining, and the total changed along',
    arrays(`contacts_remaining = contacts_remaining - -1, total_contacts = 11`),
    /counts_differ|contact_counts/,
  ],
  [
    'a contact twice in one array',
    arrays(`contacts_processed = contacts_processed || (contacts_processed -> 0), total_contacts = 13`),
    /stands 2 times in the arrays/,
  ],
  [
    'a contact in two arrays',
    arrays(`contacts_failed = contacts_failed || (contacts_processed -> 0), total_contacts = 13`),
    /stands 2 times in the arrays/,
  ],
  [
    'a contact twice in place of another, in remaining',
    arrays(`contacts_remaining = (contacts_remaining - -1) || (contacts_remaining -> -2)`),
    /stands 2 times in the arrays/,
  ],
  [
    'a contact twice in place of another, in processed',
    arrays(`contacts_processed = (contacts_processed - 0) || (contacts_processed -> 1)`),
    /stands 2 times in the arrays/,
  ],
  [
    'a mailed contact in place of another in remaining, in capitals',
    arrays(`contacts_remaining = (contacts_remaining - -1) || to_jsonb(upper(contacts_processed ->> 0))`),
    /stands 2 times in the arrays/,
  ],
  [
    'a mailed contact back in remaining',
    arrays(
      `contacts_remaining = contacts_remaining || (contacts_processed -> 0), contacts_processed = contacts_processed - 0`,
    ),
    /stands in remaining by the arrays and in processed by the ledger/,
  ],
  [
    'a contact in processed that was never mailed',
    arrays(
      `contacts_processed = contacts_processed || (contacts_remaining -> -1), contacts_remaining = contacts_remaining - -1`,
    ),
    /stands in processed by the arrays and in (remaining|no delivery) by the ledger/,
  ],
  [
    'a failed contact made a mailed one',
    arrays(`contacts_processed = contacts_processed || contacts_failed, contacts_failed = '[]'`),
    /stands in processed by the arrays and in failed by the ledger/,
  ],
  [
    'a stranger in the arrays',
    arrays(`contacts_failed = contacts_failed || '["${randomUUID()}"]', total_contacts = 13`),
    /by the arrays/,
  ],
  [
    'nobody in the arrays',
    arrays(
      `contacts_remaining = '[]', contacts_processed = '[]', contacts_failed = '[]', total_contacts = 0`,
    ),
    /in none by the arrays/,
  ],
  ['an array that is none', arrays(`contacts_failed = '{}'`), /contacts_failed is not an array/],
  ['an array that is NULL', arrays(`contacts_failed = null`), /contacts_failed is not an array/],
  [
    'something in the arrays that is no id',
    arrays(`contacts_failed = contacts_failed || '["x"]'`),
    /is no contact id/,
  ],
  ['another total', arrays('total_contacts = 99'), /total_contacts is 99, the arrays hold 12/],
  ['no total', arrays('total_contacts = null'), /total_contacts is NULL, the arrays hold 12/],
  ['completed too soon', arrays(`status = 'completed'`), /the campaign is completed, 6 contacts remain/],
  [
    'completed with a batch under way',
    arrays(`status = 'completed', contacts_remaining = '[]'`),
    /the campaign is completed, batch 2 is open/,
  ],
  ['another number', arrays('current_batch_number = 7'), /current_batch_number is 7/],
  // history
  ['no history', arrays(`batch_history = '[]'`), /batch 1/],
  [
    'a changed count in the history',
    arrays(`batch_history = jsonb_set(batch_history, '{0,sent_count}', '5')`),
    /batch 1/,
  ],
  [
    'a changed time in the history',
    arrays(`batch_history = jsonb_set(batch_history, '{0,timestamp}', '"2026-03-02T09:00:01Z"')`),
    /batch 1/,
  ],
  ['an entry twice', arrays('batch_history = batch_history || batch_history'), /batch 1 stands 2 times/],
  [
    'an entry of a batch that never was',
    arrays(`batch_history = batch_history || jsonb_set(batch_history -> 0, '{batch_number}', '5')`),
    /batch_history tells of batch 5/,
  ],
  // batches
  [
    'frozen counts changed',
    'update daybatch.batches set sent_count = 1 where campaign_id = $1 and batch_number = 1',
    /batch 1/,
  ],
  [
    'a longer head',
    'update daybatch.batches set head_length = 7 where campaign_id = $1 and batch_number = 2',
    /batch 2 took 7 contacts/,
  ],
  // ledger
  [
    'a delivery deleted',
    `delete from daybatch.deliveries where campaign_id = $1 and status = 'sent' and batch_number = 1`,
    /in no delivery by the ledger/,
  ],
  [
    'a mailed one made queued',
    `update daybatch.deliveries set status = 'queued', settled_at = null where campaign_id = $1 and status = 'sent' and batch_number = 1`,
    /is queued, its batch 1 is closed/,
  ],
  [
    'a refused one made sent',
    `update daybatch.deliveries set status = 'sent' where campaign_id = $1 and status = 'failed'`,
    /in failed by the arrays and in processed by the ledger/,
  ],
  [
    'an accepted one made failed',
    `update daybatch.deliveries set status = 'failed' where campaign_id = $1 and status = 'sent' and batch_number = 2`,
    /was accepted and is failed/,
  ],
  [
    'an untried one made sent',
    `update daybatch.deliveries set status = 'sent', settled_at = now() where campaign_id = $1 and status = 'queued'`,
    /is sent, and nobody tried it/,
  ],
  ['a claim deleted', 'delete from daybatch.claims where campaign_id = $1', /no claim holds it/],
  [
    'a claim that grew',
    'update daybatch.claims set delivery_ids = delivery_ids || 1::bigint where campaign_id = $1',
    /holds delivery 1, which is/,
  ],
  [
    'accepted twice',
    `insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, slot, attempt_number, claim_token, ended_at, stage, reply_code, outcome)
     select campaign_id, delivery_id, batch_number, slot, 2, gen_random_uuid(), ended_at, 'message', 250, 'accepted_twice'
     from daybatch.delivery_attempts where campaign_id = $1 and outcome = 'sent' limit 1`,
    /was accepted 2 times/,
  ],
] as const

for (const [what, query, words] of HAND) {
  scenario(
    `tells of it: ${what}`,
    async (t, db) => {
      const other = await makeCampaign(db, { contacts: 2, limit: 1 })
      await runBatch(db, other.id)
      const campaign = await makeLively(db)
      t.same(await readAudit(db), [])
      await byHand(db, query, [campaign.id])
      t.match((await readAudit(db)).join('\n'), words)
      const { rows } = await db.query('select distinct campaign_id from daybatch.audit')
      t.same(rows, [{ campaign_id: campaign.id }], 'of that campaign alone')
      const { rows: one } = await db.query('select from daybatch.audit where campaign_id = $1', [campaign.id])
      t.ok(one.length > 0, 'also when asked for it alone')
    },
    { audit: false },
  )
}

scenario(
  'tells of a job that is missing, until it is back',
  async (t, db) => {
    const campaign = await makeCampaign(db, { contacts: 3, limit: 1 })
    await runBatch(db, campaign.id)
    await db.query('delete from pgboss.job')
    t.match(await readAudit(db), [/^job_is_missing: batch 2 is due 2026-03-03 09:00:00/])
    await call(db, 'pause_campaign', campaign.id)
    t.same(await readAudit(db), [], 'a paused campaign needs none')
    await call(db, 'resume_campaign', campaign.id)
    t.same(await readAudit(db), [])
    await setClock(db, after(HOUR))
  },
  { audit: false },
)

scenario(
  'a large campaign that batches have taken whole is compared by sums, and tells as well',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 1_000, limit: 1_000 })
    await openBatch(db, id)
    for (let sent = 0; sent < 1_000; ) {
      const rows = await send(db, id, sent === 0 ? [noSuchUser, ...Array(99).fill(accepted)] : accepted)
      sent += rows.length
    }
    t.match(await closeBatch(db, id), { closed: true, completed: true })
    t.same(await readAudit(db), [])
    const spoiled: [what: string, change: string, tells: RegExp][] = [
      [
        'two change places',
        `contacts_processed = (contacts_processed - 0) || contacts_failed, contacts_failed = jsonb_build_array(contacts_processed -> 0)`,
        /by the arrays and in (processed|failed) by the ledger/,
      ],
      [
        'one twice, another missing',
        `contacts_processed = (contacts_processed - 0) || (contacts_processed -> 1)`,
        /stands 2 times in the arrays/,
      ],
      [
        'a stranger for one of them',
        `contacts_processed = (contacts_processed - 0) || '["${randomUUID()}"]'`,
        /by the arrays/,
      ],
    ]
    for (const [what, change, tells] of spoiled) {
      const { rows } = await db.query(
        'select contacts_processed, contacts_failed from public.campaigns where id = $1',
        [id],
      )
      await byHand(db, arrays(change), [id])
      t.ok(
        (await readAudit(db)).some(line => tells.test(line)),
        what,
      )
      await byHand(
        db,
        'update public.campaigns set contacts_processed = $2, contacts_failed = $3 where id = $1',
        [id, JSON.stringify(rows[0].contacts_processed), JSON.stringify(rows[0].contacts_failed)],
      )
      t.same(await readAudit(db), [], `${what}: mended`)
    }
  },
)
