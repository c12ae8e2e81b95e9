import type pg from 'pg'
import {
  accepted,
  begin,
  call,
  claim,
  loginRefused,
  noReply,
  type Row,
  report,
} from '../../../test/helper/make.ts'
import type { Cast, Stage } from './stage.ts'

export interface Operation {
  name: string
  /** Refusals that are an answer here, not a failure. */
  refusals?: string[]
  /** Stops the campaign: what comes after it begins nothing. */
  stops?: true
  /** Takes the target out of what may be claimed: the contact, or whoever has its address at that moment. */
  bars?: 'contact' | 'address'
  /** Settles the doubt of batch 1 as not sent: a second mail is a person's decision. */
  sendsAgain?: true
  run(client: pg.ClientBase, cast: Cast, stage: Stage): Promise<Row[]>
}

const query = async (client: pg.ClientBase, text: string, ...values: unknown[]): Promise<Row[]> =>
  (await client.query(text, values)).rows

const emailOf = '(select c.email from public.contacts as c where c.id = $1)'

/** Steering, delivery, contacts and sweeps: whoever may be at work on one campaign at the same moment. */
export const operations: Operation[] = [
  { name: 'claim', run: (client, { campaign }) => claim(client, campaign, 2, 'racer') },
  { name: 'begin', run: (client, { campaign, claimed }) => begin(client, campaign, [claimed]) },
  {
    name: 'report sent',
    run: (client, { campaign, sending }) => report(client, campaign, [sending], accepted),
  },
  {
    name: 'report lost',
    run: (client, { campaign, sending }) => report(client, campaign, [sending], noReply),
  },
  {
    name: 'report refused login',
    run: (client, { campaign, claimed }) => report(client, campaign, [claimed], loginRefused),
  },
  {
    name: 'report late',
    run: (client, { campaign, doubted }) => report(client, campaign, [doubted], accepted),
  },
  {
    name: 'report after the lease',
    run: (client, { campaign, lost }) => report(client, campaign, [lost], accepted),
  },
  { name: 'extend', run: (client, { claimed }) => call(client, 'extend_claims', [claimed.claim_token]) },
  { name: 'give back', run: (client, { claimed }) => call(client, 'release_claims', [claimed.claim_token]) },
  { name: 'release_expired', run: client => call(client, 'release_expired_claims') },
  {
    name: 'open',
    refusals: ['MB002', 'MB006', 'MB007'],
    run: (client, { campaign }) => call(client, 'open_batch', campaign, 'job'),
  },
  { name: 'close', run: (client, { campaign }) => call(client, 'close_batch', campaign) },
  { name: 'process', run: (client, { campaign }) => call(client, 'process_campaigns', campaign, 'job') },
  { name: 'sweep', run: client => call(client, 'process_campaigns', null, 'sweep') },
  {
    name: 'pause',
    refusals: ['MB002'],
    stops: true,
    run: (client, { campaign }) => call(client, 'pause_campaign', campaign, 'race'),
  },
  {
    name: 'pause by update',
    stops: true,
    run: (client, { campaign }) =>
      query(
        client,
        `update public.campaigns set status = 'paused' where id = $1 and status = 'sending'`,
        campaign,
      ),
  },
  {
    name: 'resume',
    refusals: ['MB002'],
    run: (client, { campaign }) => call(client, 'resume_campaign', campaign),
  },
  {
    name: 'cancel',
    refusals: ['MB002'],
    stops: true,
    run: (client, { campaign }) => call(client, 'cancel_campaign', campaign),
  },
  {
    name: 'limit',
    refusals: ['MB002'],
    run: (client, { campaign }) => call(client, 'set_daily_limit', campaign, 1),
  },
  {
    name: 'resolve sent',
    refusals: ['MB002'],
    run: (client, { campaign, doubted }) =>
      call(client, 'resolve_in_doubt', campaign, doubted.contact_id, 'sent'),
  },
  {
    name: 'resolve not_sent',
    refusals: ['MB002'],
    sendsAgain: true,
    run: (client, { campaign, doubted }) =>
      call(client, 'resolve_in_doubt', campaign, doubted.contact_id, 'not_sent'),
  },
  {
    name: 'retry failed',
    refusals: ['MB002'],
    run: (client, { campaign }) => call(client, 'retry_failed', campaign),
  },
  {
    name: 'add contact',
    refusals: ['MB002'],
    run: (client, { campaign, newcomer }) => call(client, 'add_contacts', campaign, [newcomer]),
  },
  {
    name: 'remove contact',
    bars: 'contact',
    run: (client, { campaign, target }, stage) => call(client, 'remove_contact', campaign, target[stage]),
  },
  {
    name: 'suppress',
    refusals: ['MB015'],
    bars: 'address',
    run: (client, { target }, stage) =>
      query(client, `select daybatch.suppress_address(${emailOf})`, target[stage]),
  },
  {
    name: 'unsubscribe',
    bars: 'contact',
    refusals: ['MB018'],
    run: (client, { target }, stage) => call(client, 'unsubscribe_contact', target[stage]),
  },
  {
    name: 'erase',
    bars: 'contact',
    run: (client, { target }, stage) => call(client, 'erase_contact', target[stage]),
  },
  {
    name: 'delete contact',
    bars: 'contact',
    run: (client, { target }, stage) =>
      query(client, 'delete from public.contacts where id = $1', target[stage]),
  },
  {
    name: 'change address',
    run: (client, { target, neighbour }, stage) =>
      query(client, `update public.contacts set email = ${emailOf} where id = $2`, neighbour, target[stage]),
  },
]
