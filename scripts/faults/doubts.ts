import type pg from 'pg'
import type { Facts } from './facts.ts'
import type { Campaign } from './world/campaigns.ts'
import type { MailServer } from './world/mail-server.ts'

/** The largest number of mails that one worker left in doubt by dying. */
export function countDoubtsPerWorker({ attempts }: Facts): number {
  const left = attempts.filter(({ outcome, stage }) => outcome === 'in_doubt' && stage === 'lease')
  const counts = Map.groupBy(left, ({ worker_id }) => worker_id)
  return Math.max(0, ...[...counts.values()].map(({ length }) => length))
}

/**
 * What an operator does under the policy `ask`, with the mail server's log in hand: a mail that was accepted is
 * settled as sent, the others go out once more. Campaigns of other policies stay as they are.
 * Returns how many were settled.
 */
export async function settleDoubts(pool: pg.Pool, mail: MailServer, campaigns: Campaign[]): Promise<number> {
  const accepted = new Set((await mail.readLedger()).map(({ recipient }) => recipient))
  const { rows } = await pool.query(
    `select d.campaign_id, d.contact_id, p.email
     from public.campaigns as c
     join daybatch.deliveries as d on d.campaign_id = c.id and d.status = 'in_doubt'
     join public.contacts as p on p.id = d.contact_id
     where c.id = any ($1) and c.in_doubt_policy = 'ask'`,
    [campaigns.map(({ id }) => id)],
  )
  for (const { campaign_id, contact_id, email } of rows) {
    const settlement = accepted.has(email) ? 'sent' : 'not_sent'
    await pool.query('select daybatch.resolve_in_doubt($1, $2, $3)', [campaign_id, contact_id, settlement])
  }
  return rows.length
}
