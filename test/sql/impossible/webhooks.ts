import type { Row } from '../../helper/make.ts'
import { at, ids, type TableCase } from './case.ts'

const webhook: Row = {
  webhook_id: ids.token,
  url: 'https://example.com/hooks',
  event_types: ['*'],
  sealed_secret: 'v1.a.b.c',
  is_enabled: true,
  outcomes_after: 0,
  created_at: at(0),
  created_by: 'x',
}

export const webhooks: TableCase = {
  rows: [webhook],
  other: { ...webhook, webhook_id: ids.otherToken },
  takes: [
    { url: 'http://example.com' },
    { previous_sealed_secret: 'v1.a.b.d', previous_until: at(1) },
    { outcomes_seen: 1, outcomes_seen_xid: '7' },
  ],
  refuses: {
    webhooks_pkey: [{ webhook_id: ids.token }],
    url_is_http: [{ url: 'ftp://example.com' }, { url: 'https://user:x@example.com/' }, { url: 'https://' }],
    events_are_named: [{ event_types: [] }],
    secrets_are_sealed: [
      { sealed_secret: 'whsec_x' },
      { previous_sealed_secret: 'whsec_x', previous_until: at(1) },
    ],
    a_previous_secret_has_an_end: [{ previous_sealed_secret: 'v1.a.b.d' }, { previous_until: at(1) }],
    outcomes_are_seen_with_their_snapshot: [{ outcomes_seen: 1 }, { outcomes_seen_xid: '7' }],
  },
}

const message: Row = {
  message_id: ids.token,
  webhook_id: ids.token,
  event_type: 'paused',
  event_id: 1,
  created_at: at(0),
  status: 'waiting',
  attempt_count: 0,
  due_at: at(0),
}

export const webhookMessages: TableCase = {
  rows: [message],
  other: { ...message, message_id: ids.otherToken, event_id: 2 },
  takes: [
    { status: 'dead', due_at: null },
    { event_id: null, outcomes_after: 0, outcomes_until: 1 },
  ],
  refuses: {
    webhook_messages_pkey: [{ message_id: ids.token }],
    a_message_belongs_to_a_webhook: [{ webhook_id: ids.unknown }],
    message_status_is_known: [{ status: 'lost', due_at: null }],
    only_a_waiting_message_is_due: [{ due_at: null }, { status: 'dead' }],
    a_delivered_message_has_a_time: [{ status: 'delivered', due_at: null }, { delivered_at: at(0) }],
    outcomes_are_a_range: [
      { event_id: null, outcomes_after: 1, outcomes_until: 1 },
      { event_id: null, outcomes_after: 1 },
      { outcomes_after: 0, outcomes_until: 1 },
    ],
    webhook_messages_once_per_event: [{ event_id: 1 }],
  },
}

const attempt: Row = { try_id: 9000, message_id: ids.token, tried_at: at(0), attempt_number: 1, took_ms: 5 }

export const webhookTries: TableCase = {
  rows: [attempt],
  other: { ...attempt, try_id: 9001 },
  refuses: {
    webhook_tries_pkey: [{ try_id: 9000 }],
    a_try_belongs_to_a_message: [{ message_id: ids.unknown }],
    answer_is_short: [{ answer: 'x'.repeat(501) }],
  },
}
