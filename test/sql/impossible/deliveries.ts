import type { Row } from '../../helper/make.ts'
import { at, ids, type TableCase } from './case.ts'

const first: Row = {
  delivery_id: 1,
  campaign_id: ids.campaign,
  contact_id: ids.contact,
  batch_number: 1,
  slot: 1,
  send_limit: 5,
  status: 'queued',
  attempt_count: 0,
  deferral_count: 0,
  address_key: '\\x01',
}

const sending = { status: 'sending', claim_token: ids.token, sending_at: at(0) }
const skipped = { status: 'skipped', slot: null, address_key: null, settled_at: at(0), reason: 'deleted' }

export const deliveries: TableCase = {
  rows: [first],
  other: { ...first, delivery_id: 2, contact_id: ids.otherContact, slot: 2, address_key: '\\x02' },
  takes: [
    { slot: 5 },
    { status: 'claimed', claim_token: ids.token },
    sending,
    skipped,
    { ...skipped, slot: 2 },
    { status: 'deferred', retry_at: at(1) },
    { status: 'deferred', slot: null },
    ...['sent', 'failed', 'in_doubt'].map(status => ({ status, settled_at: at(0) })),
    // the same contact and the same address in another campaign
    { campaign_id: ids.openCampaign, contact_id: ids.contact, address_key: '\\x01', slot: 1 },
  ],
  refuses: {
    a_contact_is_delivered_once_per_campaign: [{ contact_id: ids.contact }],
    an_address_is_delivered_once_per_campaign: [{ address_key: '\\x01' }],
    a_slot_is_used_once: [{ slot: 1 }],
    delivery_id_names_one_delivery: [{ delivery_id: 1 }],
    slot_is_within_the_limit: [{ slot: 0 }, { slot: 6 }, { slot: -1 }],
    limit_is_the_limit_of_the_batch: [
      { send_limit: 6, slot: 6 },
      { batch_number: 2 },
      { campaign_id: ids.unknown },
      `update daybatch.batches set send_limit = 6 where campaign_id = '${ids.campaign}'`,
      `delete from daybatch.batches where campaign_id = '${ids.campaign}'`,
    ],
    status_is_known: [{ status: 'bounced' }, { status: 'SENT' }, { status: '' }],
    open_deliveries_have_a_slot: [
      { slot: null },
      { slot: null, status: 'claimed', claim_token: ids.token },
      { ...sending, slot: null },
    ],
    claimed_deliveries_name_their_claim: [{ status: 'claimed' }, { ...sending, claim_token: null }],
    sending_deliveries_know_since_when: [{ ...sending, sending_at: null }],
    an_outcome_has_a_time: [
      ...['sent', 'failed', 'in_doubt'].map(status => ({ status })),
      { ...skipped, settled_at: null },
      ...['queued', 'deferred'].map(status => ({ status, settled_at: at(0) })),
    ],
    only_deferred_deliveries_are_retried: [
      { retry_at: at(1) },
      { status: 'deferred', slot: null, retry_at: at(1) },
      { status: 'failed', settled_at: at(0), retry_at: at(1) },
    ],
    a_skip_says_why: [{ ...skipped, reason: null }],
    skipped_deliveries_hold_no_address: [{ ...skipped, address_key: '\\x02' }],
  },
}

const attempt: Row = {
  attempt_id: 1,
  campaign_id: ids.campaign,
  delivery_id: 1,
  batch_number: 1,
  attempt_number: 1,
  claim_token: ids.token,
  ended_at: at(0),
  stage: 'message',
  reply_code: 250,
  outcome: 'sent',
}

export const deliveryAttempts: TableCase = {
  rows: [attempt],
  other: { ...attempt, attempt_id: 2 },
  takes: [
    { outcome: 'accepted_twice' },
    { reply_code: 200 },
    { reply_code: 299 },
    { reply_code: null, outcome: 'in_doubt' },
    ...['render', 'connect', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'message'].map(stage => ({
      stage,
      reply_code: 599,
      outcome: 'failed',
    })),
    { stage: 'lease', reply_code: null, outcome: 'in_doubt' },
  ],
  refuses: {
    delivery_attempts_pkey: [{ attempt_id: 1 }],
    outcome_is_known: [{ outcome: 'skipped' }, { outcome: 'claimed' }],
    stage_is_known: [
      { stage: 'quit', outcome: 'failed' },
      { stage: '', outcome: 'failed' },
    ],
    reply_code_is_a_reply_code: [199, 600, 0, -250].map(reply_code => ({ reply_code, outcome: 'failed' })),
    only_the_message_stage_can_be_sent: [
      { stage: 'rcpt' },
      { stage: 'data' },
      { reply_code: 354 },
      { reply_code: 550 },
      { stage: 'rcpt', outcome: 'accepted_twice' },
    ],
  },
}

const claim: Row = {
  claim_token: ids.token,
  campaign_id: ids.campaign,
  batch_number: 1,
  worker_id: 'worker',
  claimed_at: at(0),
  expires_at: at(0, 1),
  delivery_ids: [1],
}

export const claims: TableCase = {
  rows: [claim],
  other: { ...claim, claim_token: ids.otherToken },
  refuses: {
    claims_pkey: [{ claim_token: ids.token }],
    a_claim_holds_something: [{ delivery_ids: [] }],
    a_claim_ends_after_it_began: [{ expires_at: at(0) }, { expires_at: at(-1) }],
  },
}

const copy: Row = {
  campaign_id: ids.campaign,
  delivery_id: 1,
  message_version: 1,
  email: 'a@example.org',
  fields: {},
  message_date: at(0),
}

export const resendCopies: TableCase = {
  rows: [copy],
  other: { ...copy, delivery_id: 2 },
  refuses: { resend_copies_pkey: [{ delivery_id: 1 }] },
}
