import type { Row } from '../../helper/make.ts'
import { at, ids, type TableCase } from './case.ts'

const change = (setting: string) => `update daybatch.settings set ${setting}`

/** The one row is there already. */
export const settings: TableCase = {
  rows: [],
  refuses: {
    settings_pkey: ['insert into daybatch.settings select * from daybatch.settings'],
    there_is_only_one_row: [change('only_row = false')],
    lease_is_at_least_a_second: [change(`lease = '999 milliseconds'`), change(`lease = '-1 minute'`)],
    deferral_period_is_positive: [change(`deferral_period = '0'`), change(`deferral_period = '-6 hours'`)],
    deferral_limit_is_at_least_one: [change('deferral_limit = 0'), change('deferral_limit = -1')],
    first_retry_delay_is_positive: [
      change(`first_retry_delay = '0'`),
      change(`first_retry_delay = '-1 minute'`),
    ],
    refusals_in_a_row_is_at_least_two: [change('refusals_in_a_row = 1')],
    refusals_in_200_is_at_most_200: [change('refusals_in_200 = 1'), change('refusals_in_200 = 201')],
  },
}

/** A row whose key is `column`, and another. */
const keyed = (
  key: string,
  column: string,
  row: Row,
  [value, otherValue]: [unknown, unknown],
): TableCase => ({
  rows: [{ ...row, [column]: value }],
  other: { ...row, [column]: otherValue },
  refuses: { [key]: [{ [column]: value }] },
})

const limitChange: Row = {
  change_id: 9000,
  rule: 'sender',
  name: 'default',
  daily_limit: 5,
  is_new: true,
  changed_at: at(0),
}

export const limitChanges: TableCase = {
  rows: [limitChange],
  other: { ...limitChange, change_id: 9001 },
  takes: [{ rule: 'domain' }, { daily_limit: null, is_new: false }, { daily_limit: 1, is_new: false }],
  refuses: {
    limit_changes_pkey: [{ change_id: 9000 }],
    changed_limit_is_of_a_sender_or_a_domain: [{ rule: 'rolling' }],
    changed_limit_is_at_least_one: [{ daily_limit: 0 }],
    a_new_limit_has_a_number: [{ daily_limit: null }],
  },
}

export const secrets = keyed('secrets_pkey', 'name', { value: '\\x00', created_at: at(0) }, ['one', 'two'])

export const adapters = keyed('adapters_pkey', 'view_name', { definition_md5: 'x' }, ['one', 'two'])
export const appliedViews = keyed(
  'applied_views_pkey',
  'view_name',
  { source_md5: 'x', definition_md5: 'x' },
  ['one', 'two'],
)

const migration: Row = { id: 9000, name: 'nine', hash: 'x' }

export const migrations: TableCase = {
  rows: [migration],
  other: { ...migration, id: 9001, name: 'ten' },
  refuses: { migrations_pkey: [{ id: 9000 }], migrations_name_key: [{ name: 'nine' }] },
}

const rule: Row = {
  rule: 'ours',
  priority: 1,
  stages: ['rcpt'],
  outcome: 'failed',
  scope: 'recipient',
  note: 'x',
  is_builtin: false,
}

export const replyRules: TableCase = {
  rows: [rule],
  other: { ...rule, rule: 'another' },
  takes: [
    { outcome: 'sent', stages: ['message'] },
    { outcome: 'in_doubt', stages: ['message'] },
    { outcome: 'deferred', stages: null, scope: 'server' },
    { scope: 'campaign' },
    { scope: 'batch' },
    { rule: 'x'.repeat(200) },
  ],
  refuses: {
    reply_rules_pkey: [{ rule: 'ours' }],
    outcome_is_known: [{ outcome: 'skipped' }, { outcome: 'accepted_twice' }],
    scope_is_known: [{ scope: 'domain' }],
    sent_needs_a_reply_to_the_message: [
      { outcome: 'sent' },
      { outcome: 'sent', stages: ['rcpt', 'message'] },
      { outcome: 'sent', stages: [] },
    ],
    doubt_needs_the_message_stage: [
      { outcome: 'in_doubt' },
      { outcome: 'in_doubt', stages: ['data', 'message'] },
    ],
    suppress_after_is_at_least_one: [{ suppress_after: 0 }],
    pause_after_is_at_least_one: [{ pause_after: 0 }],
    a_rule_has_a_short_name: [{ rule: 'x'.repeat(201) }],
  },
}

const suppression: Row = {
  suppression_id: 1,
  address_key: '\\x01',
  reason: 'unsubscribed',
  source: 'manual',
  created_at: at(0),
}

export const suppressions: TableCase = {
  rows: [suppression, { ...suppression, suppression_id: 2, list_id: ids.list }],
  other: { ...suppression, suppression_id: 3, address_key: '\\x02' },
  takes: [
    { address_key: '\\x01', list_id: ids.otherList },
    ...['unsubscribed', 'bounced', 'complained', 'erased', 'manual'].map(reason => ({ reason })),
  ],
  refuses: {
    suppressions_pkey: [{ suppression_id: 1 }],
    suppressions_once_per_address_and_list: [
      { address_key: '\\x01' },
      { address_key: '\\x01', list_id: ids.list },
    ],
    reason_is_known: [{ reason: 'spam' }, { reason: '' }],
  },
}

const bounce: Row = {
  bounce_id: 1,
  campaign_id: ids.campaign,
  delivery_id: 1,
  address_key: '\\x01',
  kind: 'hard',
  source: 'dsn',
  recorded_at: at(0),
  has_suppressed: true,
}
const nowhere = { campaign_id: null, delivery_id: null }

export const bounces: TableCase = {
  rows: [bounce, { ...bounce, ...nowhere, bounce_id: 2 }],
  other: { ...bounce, bounce_id: 3, delivery_id: 2 },
  takes: [
    { delivery_id: 1, kind: 'complaint' },
    { ...nowhere, address_key: '\\x02' },
    ...['hard', 'soft', 'blocked', 'complaint'].map(kind => ({ kind })),
    ...['dsn', 'arf', 'ses', 'sendgrid', 'mailgun', 'postmark'].map(source => ({ source })),
    { reason: 'x'.repeat(500) },
  ],
  refuses: {
    bounces_pkey: [{ bounce_id: 1 }],
    bounces_once_per_delivery_and_kind: [{ delivery_id: 1 }],
    bounces_once_per_unknown_address_and_kind: [nowhere],
    kind_is_known: [{ kind: 'spam' }, { kind: '' }],
    source_is_known: [{ source: 'manual' }],
    delivery_is_named_with_its_campaign: [{ campaign_id: null }, { delivery_id: null }],
    reason_is_short: [{ reason: 'x'.repeat(501) }],
  },
}

const bounceLimit: Row = {
  campaign_id: ids.campaign,
  bounce_rate: 0.05,
  bounce_minimum: 10,
  complaint_rate: 0.003,
  complaint_minimum: 3,
}

/** The row for all campaigns is there already. */
export const bounceLimits: TableCase = {
  rows: [bounceLimit],
  other: { ...bounceLimit, campaign_id: ids.openCampaign },
  takes: [
    { bounce_rate: 1, complaint_rate: 1 },
    { bounce_minimum: 1, complaint_minimum: 1 },
  ],
  refuses: {
    bounce_limits_one_per_campaign: [{ campaign_id: ids.campaign }, { campaign_id: null }],
    rates_are_shares: [
      { bounce_rate: 0 },
      { bounce_rate: 1.1 },
      { complaint_rate: 0 },
      { complaint_rate: 1.1 },
    ],
    minimums_are_at_least_one: [{ bounce_minimum: 0 }, { complaint_minimum: 0 }],
  },
}

const event: Row = { happened_at: at(0), event: 'x', detail: {}, done_by: 'x', application_name: 'x' }
export const events = keyed('events_pkey', 'event_id', event, [1001, 1002])

const sweep: Row = {
  source: 'sweep',
  started_at: at(0),
  finished_at: at(0),
  looked_at_count: 0,
  opened_count: 0,
  closed_count: 0,
  failed_count: 0,
  jobs_mended_count: 0,
  claims_released_count: 0,
  done_by: 'x',
}
export const sweeps = keyed('sweeps_pkey', 'sweep_id', sweep, [1001, 1002])

const worker: Row = { started_at: at(0), seen_at: at(0), connections: 1, held_count: 0 }
export const workers = keyed('workers_pkey', 'worker_id', worker, ['one', 'two'])

const untracked: Row = { campaign_id: ids.campaign, failed_at: at(0), problem: 'locked' }
export const untrackedOutcomes = keyed('untracked_outcomes_pkey', 'delivery_id', untracked, [1, 2])

const lengths: Row = { remaining_count: 0, processed_count: 0, failed_count: 0 }
export const contactCounts = keyed('contact_counts_pkey', 'campaign_id', lengths, [
  ids.campaign,
  ids.openCampaign,
])

const batchCount: Row = {
  campaign_id: ids.campaign,
  batch_number: 1,
  sent_count: 0,
  failed_count: 0,
  in_doubt_count: 0,
  skipped_count: 0,
  deferred_count: 0,
}

export const batchCounts: TableCase = {
  rows: [batchCount],
  other: { ...batchCount, campaign_id: ids.openCampaign },
  refuses: {
    batch_counts_pkey: [{ campaign_id: ids.campaign }],
    no_count_is_negative: [
      { sent_count: -1 },
      { failed_count: -1 },
      { in_doubt_count: -1 },
      { skipped_count: -1 },
      { deferred_count: -1 },
    ],
  },
}

const failure: Row = {
  campaign_id: ids.campaign,
  batch_number: 1,
  status: 'failed',
  reason: 'mailbox_unavailable',
  contacts: 1,
  last_at: at(0),
  last_delivery_id: 1,
}

export const batchFailures: TableCase = {
  rows: [failure],
  other: { ...failure, reason: 'policy' },
  refuses: {
    a_batch_fails_once_for_each_reason: [{ reason: 'mailbox_unavailable' }],
    failures_belong_to_a_batch: [{ batch_number: 77 }],
    a_failure_was_not_sent: [{ status: 'sent' }],
    a_failure_has_contacts: [{ contacts: 0 }],
  },
}

const removal: Row = { campaign_id: ids.campaign, removed_at: at(0), removed_by: 'x' }
export const removedContacts = keyed('removed_contacts_pkey', 'contact_id', removal, [
  ids.contact,
  ids.otherContact,
])

const message: Row = {
  campaign_id: ids.campaign,
  message_version: 1,
  subject: 'Hello',
  text_body: 'Hello',
  created_at: at(0),
}

export const campaignMessages: TableCase = {
  rows: [message],
  other: { ...message, message_version: 2 },
  takes: [{ text_body: null, html_body: '<p>Hello</p>' }],
  refuses: { campaign_messages_pkey: [{ message_version: 1 }], message_has_a_body: [{ text_body: null }] },
}

const refusalCount: Row = {
  campaign_id: ids.campaign,
  answer_count: 1,
  refused_at_counts: [1],
  rule: 'x',
  in_a_row: 1,
}

export const refusalCounts: TableCase = {
  rows: [refusalCount],
  other: { ...refusalCount, campaign_id: ids.openCampaign },
  refuses: {
    refusal_counts_pkey: [{ campaign_id: ids.campaign }],
    counts_are_not_negative: [{ answer_count: -1 }, { in_a_row: -1 }],
  },
}

const refusedAddress: Row = { address_key: Buffer.alloc(32, 1), refusal_count: 1, refused_at: new Date(0) }

export const refusedAddresses: TableCase = {
  rows: [refusedAddress],
  other: { ...refusedAddress, address_key: Buffer.alloc(32, 2) },
  refuses: {
    refused_addresses_pkey: [{ address_key: refusedAddress.address_key }],
    refusal_count_is_at_least_one: [{ refusal_count: 0 }],
  },
}

const attachment: Row = {
  attachment_id: 9000,
  campaign_id: ids.campaign,
  file_name: 'logo.png',
  media_type: 'image/png',
  content_id: 'logo',
  content: '\\x00',
  added_at: at(0),
}

export const attachments: TableCase = {
  rows: [attachment],
  other: { ...attachment, attachment_id: 9001, file_name: 'other.png', content_id: 'other' },
  takes: [
    { file_name: 'logo.png', content_id: 'logo', removed_at: at(1) },
    { file_name: 'Bedingungen für alle.pdf', content_id: null },
    { media_type: 'application/vnd.oasis.opendocument.text' },
    { content_id: 'a'.repeat(64) },
  ],
  refuses: {
    attachments_pkey: [{ attachment_id: 9000 }],
    attachments_have_one_name_each: [{ file_name: 'logo.png' }],
    attachments_have_one_content_id_each: [{ content_id: 'logo' }],
    file_name_is_one_plain_name: [
      '',
      '..',
      'a/b',
      'a\\b',
      'a\nb',
      'a\u202eb',
      'a\u200b',
      'x'.repeat(201),
    ].map(file_name => ({ file_name })),
    media_type_is_that_of_one_file: [
      '',
      'image',
      'Image/PNG',
      'image/png; x=y',
      'multipart/mixed',
      'message/rfc822',
    ].map(media_type => ({ media_type })),
    content_id_is_a_word: ['', '<a>', 'a b', '-a', 'a'.repeat(65)].map(content_id => ({ content_id })),
    a_file_holds_1_byte_to_10_mib: [
      { content: '\\x' },
      `insert into daybatch.attachments (campaign_id, file_name, media_type, content, added_at)
       values ('${ids.campaign}', 'big', 'image/png', decode(repeat('00', 10485761), 'hex'), '${at(0)}')`,
    ],
  },
}

const smtpServer: Row = {
  name: 'relay',
  host: 'smtp.example.org',
  port: 587,
  tls: 'starttls',
  username: 'ada',
  sealed_password: `v1.k1.${'i'.repeat(16)}.${'s'.repeat(30)}`,
  priority: 100,
  is_fallback: false,
  is_enabled: true,
  refusal_count: 0,
  changed_at: at(0),
  changed_by: 'x',
}

export const smtpServers: TableCase = {
  rows: [smtpServer],
  other: { ...smtpServer, name: 'other' },
  takes: [
    { tls: 'implicit', port: 465 },
    { tls: 'optional', host: '127.0.0.1' },
    { tls: 'optional', sealed_password: null },
    { username: null, sealed_password: null },
    { per_second: 1, per_minute: 1, connections: 1 },
  ],
  refuses: {
    smtp_servers_pkey: [{ name: 'relay' }],
    name_is_short_and_plain: [{ name: 'a b' }, { name: '' }, { name: 'x'.repeat(64) }],
    only_the_default_is_in_the_environment: [{ host: null }, { port: null }, { tls: null }],
    host_is_a_host: [{ host: 'a b' }, { host: 'a@b' }, { host: '-' }],
    port_is_a_port: [{ port: 0 }, { port: 65536 }],
    tls_is_known: [{ tls: 'none', sealed_password: null }],
    a_password_is_sealed_and_has_a_user: [{ sealed_password: 'secret' }, { username: null }],
    a_password_leaves_encrypted: [{ tls: 'optional' }],
    only_named_servers_have_a_login: [
      `update daybatch.smtp_servers set username = 'ada' where name = 'default'`,
    ],
    rates_are_at_least_one: [{ per_second: 0 }, { per_minute: 0 }],
    connections_are_at_least_one: [{ connections: 0 }],
    a_refusal_is_told_whole_or_not_at_all: [{ refusal: 'no' }],
  },
}

const notice: Row = {
  notice_id: 9000,
  campaign_id: ids.campaign,
  cause: 'paused',
  detail: {},
  created_at: at(0),
  due_at: at(0),
}

export const notices: TableCase = {
  rows: [notice],
  other: { ...notice, notice_id: 9001 },
  takes: [
    ...['paused', 'completed', 'finish_moved', 'bounce_rate', 'smtp_server_changed'].map(cause => ({
      cause,
    })),
    { cause: 'webhook_switched_off', campaign_id: null, webhook_id: ids.unknown },
  ],
  refuses: {
    notices_pkey: [{ notice_id: 9000 }],
    cause_is_known: [{ cause: 'else' }],
    a_notice_is_of_a_campaign_or_of_a_webhook: [{ campaign_id: null }, { webhook_id: ids.unknown }],
    a_notice_is_not_due_before_it_is_made: [{ due_at: at(-1) }],
  },
}

const finishDate: Row = { campaign_id: ids.campaign, looked_at_state: 'x', finish_at: at(0) }

export const finishDates: TableCase = {
  rows: [finishDate],
  other: { ...finishDate, campaign_id: ids.openCampaign },
  refuses: { finish_dates_pkey: [{ campaign_id: ids.campaign }] },
}

export const finishMarks = keyed('finish_marks_pkey', 'mark_id', { campaign_id: ids.campaign }, [1001, 1002])

export const senderLimits: TableCase = {
  rows: [{ sender: 'news@example.org', daily_limit: 500 }],
  other: { sender: 'default', daily_limit: 1 },
  refuses: {
    sender_limits_pkey: [{ sender: 'news@example.org' }],
    sender_is_an_address_in_lower_case: ['News@example.org', 'news', 'a@b@c', 'a b@c', '@c', ''].map(
      sender => ({
        sender,
      }),
    ),
    sender_limit_is_at_least_one: [{ daily_limit: 0 }],
  },
}

export const domainLimits: TableCase = {
  rows: [{ domain: 'example.org', batch_limit: 5, daily_limit: 50 }],
  other: { domain: 'example.com', batch_limit: null, daily_limit: 1 },
  takes: [{ batch_limit: 1, daily_limit: null }],
  refuses: {
    domain_limits_pkey: [{ domain: 'example.org' }],
    domain_is_in_lower_case: ['Example.com', 'a@example.com', 'a b', ''].map(domain => ({ domain })),
    a_domain_has_a_limit: [{ daily_limit: null }],
    domain_limits_are_at_least_one: [
      { daily_limit: 0 },
      { batch_limit: 0 },
      { batch_limit: 0, daily_limit: null },
    ],
  },
}

const counted: Row = {
  rule: 'sender',
  name: 'default',
  delivery_id: 1,
  claim_token: ids.token,
  counts_until: null,
}

export const countedMails: TableCase = {
  rows: [counted],
  other: { ...counted, delivery_id: 2 },
  takes: [{ rule: 'rolling' }, { rule: 'domain' }, { counts_until: at(24) }],
  refuses: {
    counted_mails_pkey: [{ delivery_id: 1 }],
    counted_rule_is_known: [{ rule: 'other' }],
  },
}
