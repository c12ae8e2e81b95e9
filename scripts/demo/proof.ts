import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { MailboxEntry } from '../../src/embedded/mailbox.ts'
import { readCounts } from './campaign.ts'

/** One claim of the demo: what was counted, by whom, and whether it is as it must be. */
export interface Finding {
  what: string
  value: string
  source: string
  holds: boolean
}

export interface Expectation {
  contacts: number
  limit: number
  intervalSeconds: number
}

/** Counts what happened, in two places that know nothing of each other: the SMTP server's ledger and the database. */
export async function findProof(
  { db, campaignId, mailbox }: { db: pg.Pool; campaignId: string; mailbox: string },
  { contacts, limit, intervalSeconds }: Expectation,
): Promise<Finding[]> {
  const recipients = (await readLedger(mailbox)).flatMap(({ to }) => to)
  const distinct = new Set(recipients.map(address => address.toLowerCase())).size
  const counts = await readCounts(db, campaignId)
  const distance = counts.smallest_distance
  const ledger = 'mailbox/ledger.jsonl'
  const history = 'daybatch.batch_history'
  return [
    finding('mails accepted by the SMTP server', recipients.length, ledger, recipients.length === contacts),
    finding('distinct recipients', distinct, ledger, distinct === contacts),
    finding('mails sent, as the database has it', counts.sent, history, counts.sent === contacts),
    finding(
      'largest batch',
      counts.largest_batch,
      history,
      counts.largest_batch === Math.min(limit, contacts),
    ),
    finding(
      'smallest distance between batches',
      distance === null ? 'one batch' : `${(Math.floor(distance * 10) / 10).toFixed(1)} s`,
      history,
      distance === null ? contacts <= limit : distance >= intervalSeconds,
    ),
    finding(
      'batches within limit and interval',
      counts.batches_in_order,
      'daybatch.daily_limit_proof',
      counts.batches_in_order > 0 && counts.batches_in_order === counts.proved_batches,
    ),
    finding(
      'contacts or addresses mailed twice',
      Math.max(counts.accepted - counts.accepted_contacts, counts.accepted - counts.accepted_addresses),
      'daybatch.no_duplicates_proof',
      counts.accepted === contacts &&
        counts.accepted_contacts === contacts &&
        counts.accepted_addresses === contacts,
    ),
    finding('rows in daybatch.audit', counts.audit_rows, 'daybatch.audit', counts.audit_rows === 0),
  ]
}

const finding = (what: string, value: string | number, source: string, holds: boolean): Finding => ({
  what,
  value: String(value),
  source,
  holds,
})

async function readLedger(mailbox: string): Promise<MailboxEntry[]> {
  const text = await readFile(join(mailbox, 'ledger.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}
