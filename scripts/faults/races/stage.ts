import type pg from 'pg'
import { setClock } from '../../../test/helper/clock.ts'
import {
  accepted,
  begin,
  call,
  claim,
  closeBatch,
  greylisted,
  makeCampaign,
  makeContacts,
  noReply,
  noSuchUser,
  openBatch,
  type Row,
  report,
} from '../../../test/helper/make.ts'
import { SavedState } from '../saved-state.ts'

/** Where a race starts. */
export const stages = ['busy', 'paused', 'overdue', 'ending', 'due'] as const
export type Stage = (typeof stages)[number]

/** What the operations of a race touch. */
export interface Cast {
  campaign: string
  /** Under a claim that lives: a mail that is claimed and one that is being sent. */
  claimed: Row
  sending: Row
  /** Its worker is gone, its lease is over, its mail was being sent. */
  lost: Row
  /** In doubt since batch 1, which is closed. */
  doubted: Row
  /** Who is next: in the open batch (busy, paused, overdue), or in the next one (ending, due). */
  target: Record<Stage, string>
  /** Another contact of the audience, whose address the target may take. */
  neighbour: string
  /** A contact on no list. */
  newcomer: string
}

const START = Date.parse('2026-03-02T09:00:00Z')
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const LIMIT = 6

/**
 * Makes the stages and keeps each under its name, with the same ids and tokens:
 * - busy: batch 2 is open, with mails claimed, being sent, queued and due again, and a dead worker's claim
 * - paused: the same, paused; overdue: the same, past its cut-off
 * - ending: of batch 2 one mail is being sent, all others have ended
 * - due: batch 2 is closed and batch 3 is due now
 * A second campaign with a dead worker's claim is there for what works on all of them.
 */
export async function prepareStages(client: pg.ClientBase): Promise<{ cast: Cast; saved: SavedState }> {
  await setClock(client, new Date(START))
  const saved = await SavedState.open(client)
  const { id: campaign, contacts } = await makeCampaign(client, { contacts: 2 * LIMIT + 2, limit: LIMIT })
  const [newcomer] = (await makeContacts(client, 1)) as [string]
  const doubted = await endFirstBatch(client, campaign)
  const cast = { campaign, doubted, ...(await openSecondBatch(client, campaign)) }
  await saved.save('busy')

  await call(client, 'pause_campaign', campaign, 'a look at it')
  await saved.save('paused')

  await saved.restore('busy')
  await setClock(client, new Date(START + 2 * DAY - 10 * MINUTE))
  await client.query(
    `update daybatch.claims set expires_at = daybatch.current_moment() + interval '1 minute' where worker_id = 'living'`,
  )
  await saved.save('overdue')

  await saved.restore('busy')
  await call(client, 'release_expired_claims')
  const rest = [...(await claim(client, campaign)), cast.claimed]
  await begin(client, campaign, rest)
  await report(client, campaign, rest)
  await saved.save('ending')

  await report(client, campaign, [cast.sending])
  await closeBatch(client, campaign)
  await setClock(client, new Date(START + 2 * DAY))
  await saved.save('due')

  const [inBatch, next, neighbour] = contacts.slice(-3) as [string, string, string]
  const target = { busy: inBatch, paused: inBatch, overdue: inBatch, ending: next, due: next }
  return { cast: { ...cast, target, neighbour, newcomer }, saved }
}

/** One is refused, the last is in doubt, the others are accepted. */
async function endFirstBatch(client: pg.ClientBase, campaign: string): Promise<Row> {
  await openBatch(client, campaign)
  const claimed = await claim(client, campaign)
  await begin(client, campaign, claimed)
  await report(client, campaign, claimed, [noSuchUser, ...Array(LIMIT - 2).fill(accepted), noReply])
  await closeBatch(client, campaign)
  return claimed.at(-1)!
}

async function openSecondBatch(client: pg.ClientBase, campaign: string) {
  const other = await makeCampaign(client, { contacts: 4, limit: 2 })
  await setClock(client, new Date(START + DAY))
  await openBatch(client, campaign)
  await openBatch(client, other.id)
  const others = await claim(client, other.id, 2, 'dead')
  await begin(client, other.id, others.slice(0, 1))
  const [lost] = (await claim(client, campaign, 2, 'dead')) as [Row]
  await begin(client, campaign, [lost])
  await report(client, campaign, await claim(client, campaign, 1, 'quick'), greylisted)
  // the deferred mail is due again at 15 minutes, the living worker's lease ends half a minute later
  await setClock(client, new Date(START + DAY + 14.5 * MINUTE))
  const [claimed, sending] = (await claim(client, campaign, 2, 'living')) as [Row, Row]
  await begin(client, campaign, [sending])
  await setClock(client, new Date(START + DAY + 15 * MINUTE + 1000))
  return { claimed, sending, lost }
}
