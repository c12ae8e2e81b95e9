import type { ClaimedDeliveryRow, MessageRow } from '../../src/db/rows.ts'
import { compileMessage, type Mail } from '../../src/delivery/message.ts'

export const messageRow: MessageRow = {
  subject: 'News for {{first_name|you}}',
  sender: 'Daily News <news@example.com>',
  reply_to: null,
  html_body: '<p>Hello {{first_name|friend}}</p>\n<p>First</p>\n<p>Second</p>\n<p>Third</p>\n',
  text_body: 'Hello {{first_name|friend}}\n\nFirst\nSecond\nThird\n',
}

/** A delivery as claim_deliveries returns it; its message key names the contact. */
export function makeDelivery(email: string, changes: Partial<ClaimedDeliveryRow> = {}): ClaimedDeliveryRow {
  return {
    delivery_id: '1',
    claim_token: '00000000-0000-4000-8000-000000000001',
    lease_ms: 60_000,
    batch_number: 1,
    slot: 1,
    contact_id: '00000000-0000-4000-8000-000000000002',
    attempt_number: 1,
    email,
    fields: { first_name: 'Ada' },
    message_version: 1,
    message_key: `key-${email.split('@')[0]}`,
    message_date: new Date('2026-01-31T09:00:00Z'),
    unsubscribe_token: 'token',
    ...changes,
  }
}

const makeDailyNews = await compileMessage({ ...messageRow, sender: 'Daily News <news@example.org>' })

export function makeMail(email: string): Mail {
  return makeDailyNews(makeDelivery(email))
}
