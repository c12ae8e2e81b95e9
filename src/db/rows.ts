/** Rows and objects as the functions of schema `daybatch` return them: snake_case, bigint as string, timestamptz as Date. */

export const campaignStatuses = ['draft', 'scheduled', 'sending', 'paused', 'completed', 'cancelled'] as const
export type CampaignStatus = (typeof campaignStatuses)[number]

export const deliveryStatuses = [
  'queued',
  'claimed',
  'sending',
  'sent',
  'failed',
  'skipped',
  'in_doubt',
  'deferred',
] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

export const keyScopes = ['read', 'write', 'admin'] as const
/** What a key may do; each has the ones before. */
export type KeyScope = (typeof keyScopes)[number]

/** Who asks for a batch: only `cron` may be one window early. */
export type Source = 'job' | 'sweep' | 'cron' | 'manual' | 'api'

export interface TrackingRow {
  campaign_id: string
  total_contacts: number
  remaining_count: number
  processed_count: number
  failed_count: number
  initialised_now: boolean
}

/** An open batch with something to do now (`is_ready`) or at `ready_at`, `wait_ms` from now. */
export interface WorkRow {
  campaign_id: string
  batch_number: number
  ready_at: Date
  is_ready: boolean
  wait_ms: number
}

export interface ClaimedDeliveryRow {
  delivery_id: string
  claim_token: string
  lease_ms: number
  batch_number: number
  slot: number
  contact_id: string
  attempt_number: number
  email: string
  fields: Record<string, unknown>
  message_version: number
  message_key: string
  message_date: Date
  /** Stands in the mail's unsubscribe link. */
  unsubscribe_token: string
  /** The SMTP server that the mail goes through; `default`: SMTP_URL. */
  smtp_server?: string | undefined
  /** Of a server with limits: how long the mail waits before its data goes out, from the claim on. */
  send_in_ms?: number | null | undefined
  /** The envelope sender, where a return-path domain is set; not from claim_deliveries. */
  return_path?: string
}

/** What operators are told of a campaign, with its figures when it is told; null where the campaign is gone, or a webhook is meant. */
export interface NoticeRow {
  notice_id: string
  campaign_id: string | null
  name: string | null
  status: CampaignStatus | null
  cause:
    | 'paused'
    | 'completed'
    | 'finish_moved'
    | 'bounce_rate'
    | 'smtp_server_changed'
    | 'webhook_switched_off'
  detail: Record<string, string | number | null>
  happened_at: Date
  total_contacts: number | null
  processed_count: number | null
  failed_count: number | null
  remaining_count: number | null
  next_batch_send_time: Date | null
}

/** An SMTP server as a service needs it; `host` is null for `default`, the service's SMTP_URL. */
export interface SmtpServerRow {
  name: string
  host: string | null
  port: number | null
  tls: 'implicit' | 'starttls' | 'optional' | null
  username: string | null
  sealed_password: string | null
  is_enabled: boolean
  is_fallback: boolean
  /** The most mails under way at once, over all services. */
  connections: number | null
  changed_at: Date
}

/** A file of a message; `content_id`: shown by the html. */
export interface AttachmentRow {
  file_name: string
  media_type: string
  content_id: string | null
  content: Buffer
}

/** The same without what is in it. */
export interface AttachmentSummary {
  attachment_id: string
  file_name: string
  media_type: string
  content_id: string | null
  byte_count: number
  added_at: Date
}

/** What a contact's mail would be made of now. */
export interface PreviewRow extends MessageRow {
  contact_id: string
  email: string
  fields: Record<string, unknown>
  /** Why the campaign cannot be sent as it is. */
  problem: string | null
}

export interface MessageRow {
  subject: string
  /** null: MAIL_FROM */
  sender: string | null
  reply_to: string | null
  html_body: string | null
  text_body: string | null
}

export interface BegunDeliveryRow {
  delivery_id: string
  may_send: boolean
  refusal: string | null
}

/** Where in the SMTP conversation an attempt ended; `message`: after the server's 354. */
export type Stage = 'render' | 'connect' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'message'

export interface OutcomeReport {
  delivery_id: string
  claim_token: string
  stage: Stage
  /** null: no reply came */
  reply_code: number | null
  enhanced_code: string | null
  reply_text: string | null
}

export interface RecordedOutcomeRow {
  delivery_id: string
  recorded: boolean
  status: DeliveryStatus
  rule: string | null
  batch_finished: boolean
}

export interface ExtendedClaimRow {
  claim_token: string
  lease_ms: number
}

export interface ClosedBatchRow {
  campaign_id: string
  batch_number: number
  closed: boolean
  sent_count: number
  failed_count: number
  remaining_count: number
  completed: boolean
  reason: string | null
}

/** What one pass did with one campaign, or why it did nothing. */
export interface ProcessedCampaignRow {
  campaign_id: string
  name: string | null
  action: 'opened' | 'closed' | 'waiting' | 'failed' | 'asleep' | CampaignStatus
  batch_number: number | null
  delivery_count: number | null
  next_batch_send_time: Date | null
  reason: string | null
  error_code: string | null
}

/** How many campaigns a sweep looked at, and what came of it. */
export interface SweepCounts {
  lookedAt: number
  opened: number
  closed: number
  failed: number
}

/** A row of daybatch.campaign_status as JSON: times are RFC 3339 text. */
export interface Campaign {
  id: string
  name: string
  status: CampaignStatus
  created_at: string
  [field: string]: unknown
}

/** Campaigns of the overview: of a status, or those that wait for somebody. */
export type OverviewShow = CampaignStatus | 'needs'

/** As daybatch.describe_overview() answers. */
export interface Overview {
  now: string
  needs_count: number
  [field: string]: unknown
}

/** One kind of end that is not `sent`, with the words of the last server that refused so. */
export interface FailureRow {
  status: 'failed' | 'skipped' | 'in_doubt'
  /** The rule or reason; null: in doubt. */
  reason: string | null
  contacts: number
  last_at: Date | null
  stage: Stage | null
  reply_code: number | null
  enhanced_code: string | null
  reply_text: string | null
}

export interface FinishRow {
  send_limit: number
  batches_to_come: number
  next_due_at: Date | null
  finish_at: Date | null
}

export interface AudienceRow {
  contacts: number
  /** Who can be mailed: addresses, each once. */
  eligible: number
  reasons: Record<string, number>
}

export interface ContactList {
  id: string
  name: string
  created_at: string
  contact_count?: number
}

export interface Contact {
  id: string
  email: string
  first_name: string | null
  last_name: string | null
  attributes: Record<string, unknown>
  created_at: string
  [field: string]: unknown
}

export interface ImportRejectionRow {
  line_number: number
  email: string | null
  reason: string
}

export interface AddedContacts {
  added: number
  existing: number
  rejected: ImportRejectionRow[]
}

export interface ImportSummary {
  import_id: string
  list_id: string
  rows: number
  imported: number
  existing: number
  added_to_list: number
  /** Addresses that the file says must not be mailed. */
  suppressed_count: number
  rejected_count: number
}

/** An import as it stands; the counts come with its end. */
export interface Import extends Partial<Omit<ImportSummary, 'import_id' | 'list_id'>> {
  id: string
  list_id: string
  file_name: string | null
  format: string | null
  /** What columns become, as the sender said. */
  mapping: Record<string, string> | null
  mode: 'atomic' | 'resumable'
  state: 'reading' | 'merging' | 'finished' | 'failed' | 'interrupted'
  failure: string | null
  created_at: string
  finished_at: string | null
  rows_read: number
  rows_merged: number
  bytes_read: number
  bytes_expected: number | null
  /** The last line whose row is committed. */
  staged_line: number
  /** The file was read to its end. */
  is_read: boolean
  rows_per_second: number | null
  /** Of the phase under way. */
  seconds_left: number | null
}

export interface MergeStep {
  merged: number
  merged_line: number
  is_done: boolean
}

export interface ContactExportRow {
  contact_id: string
  email: string | null
  first_name: string | null
  last_name: string | null
  attributes: Record<string, unknown> | null
  unsubscribed_at: Date | null
}

export interface DeliveryExportRow {
  contact_id: string
  email: string | null
  batch_number: number
  status: string
  reason: string | null
  attempt_count: number
  settled_at: Date | null
  stage: string | null
  reply_code: number | null
  enhanced_code: string | null
  reply_text: string | null
}

export interface ForecastRow {
  batch_number: number
  due_at: Date
  size: number
  remaining_after: number
  is_under_way: boolean
}

/** A batch that is closed, under way (counts so far), or to come (`slot_count` and `due_at` only). */
export interface BatchRow {
  batch_number: number
  state: 'closed' | 'open' | 'forecast'
  source: string | null
  send_limit: number | null
  slot_count: number
  due_at: Date
  opened_at: Date | null
  closed_at: Date | null
  sent_count: number | null
  /** Every end that is not `sent`: the sum of the next three. */
  failed_count: number | null
  refused_count: number | null
  skipped_count: number | null
  in_doubt_count: number | null
  returned_count: number | null
  remaining_count: number | null
}

/** What became of one contact, with its last try. */
export interface DeliveryRow {
  contact_id: string
  /** null: the contact is gone */
  email: string | null
  status: DeliveryStatus
  batch_number: number
  slot: number | null
  reason: string | null
  evidence: string | null
  attempt_count: number
  stage: Stage | 'lease' | null
  reply_code: number | null
  enhanced_code: string | null
  reply_text: string | null
  rule: string | null
  smtp_server: string | null
  sending_at: Date | null
  settled_at: Date | null
  retry_at: Date | null
}

export interface HistoryRow {
  event_id: string
  happened_at: Date
  event: string
  detail: Record<string, unknown>
  done_by: string
  application_name: string
}

/** Answers of one kind that did not accept; `reply_text`: of the last one. */
export interface AnswerRow {
  outcome: string
  stage: string
  rule: string | null
  reply_code: number | null
  enhanced_code: string | null
  tries: number
  contacts: number
  last_at: Date
  reply_text: string | null
  /** False: there are more tries than were looked at. */
  is_complete: boolean
}

export interface BounceLimitsRow {
  /** null: of all campaigns without limits of their own */
  campaign_id: string | null
  bounce_rate: number
  bounce_minimum: number
  complaint_rate: number
  complaint_minimum: number
}

/** A batch of a what-if. */
export interface SimulatedBatchRow {
  batch_number: number
  due_at: Date
  size: number
  remaining_after: number
}

/** A promise that holds, with its figures in words. */
export interface PromiseRow {
  promise: string
  holds: boolean
  figures: string
}

export interface ContactEventRow {
  happened_at: Date | null
  what: string
  detail: string | null
}

/** A figure of the whole database: src/metrics/instruments.ts says which there are, and what `label` means. */
export interface MetricRow {
  metric: string
  label: string
  value: number
}

/** Whether the database is the one a service last ran on; it sends only when `same` or `unknown`. */
export interface InstallationRow {
  state: 'same' | 'unknown' | 'other' | 'behind' | 'copied' | 'replica'
  installation_id: string
  /** The last attempt's id. */
  high_water: string
  explanation: string
}

/** What the self-test found; `ok` is false when there is any disagreement. */
export interface BatchTest {
  ok: boolean
  timeline: unknown[]
  disagreements: unknown[]
}

export interface BatchingState {
  disagreements: unknown[]
  [field: string]: unknown
}

/** Where a page continues: the creation time and id of the last object of the page before. */
export interface PageStart {
  afterCreatedAt?: string
  afterId?: string
  limit?: number
}

/** A kind of report about accepted mails, as `record_bounces` reads it; see classify_bounce and find_bounced_delivery. */
export interface BounceReport {
  /** Candidates from the addresses that a bounce was sent to; SQL says which is ours. */
  tokens?: string[]
  email?: string | undefined
  message_id?: string | undefined
  /** A provider's own judgement. */
  word?: 'permanent' | 'temporary' | 'blocked' | 'complaint'
  /** Of a complaint (RFC 5965). */
  feedback_type?: string | undefined
  /** Per-recipient fields of a delivery status notification (RFC 3464). */
  recipients?: { action?: string | undefined; status?: string | undefined; diagnostic?: string | undefined }[]
  event_at?: string | undefined
}

export type BounceSource = 'dsn' | 'arf' | 'ses' | 'sendgrid' | 'mailgun' | 'postmark'

export interface RecordedBounceRow {
  /** Of the report, from 1. */
  place: number
  result: 'recorded' | 'known' | 'ignored' | 'unknown'
  kind: 'hard' | 'soft' | 'blocked' | 'complaint' | null
  campaign_id: string | null
  delivery_id: string | null
  suppressed: boolean
}

export interface SuppressionRow {
  id: number
  address_key: string
  list_id: string | null
  reason: string
  source: string
  created_at: string
}

export interface ImportedSuppressions {
  added: number
  existing: number
  rejected: { place: number; rejection: string }[]
}

/** A line of the history. */
export interface EventLine {
  event_id: number
  campaign_id: string | null
  event: string
  /** RFC 3339 */
  happened_at: string
  detail: Record<string, unknown>
  done_by: string
}

/** Lines of the history, and the snapshot in which they were read (transaction ids as text). */
export interface EventPage {
  events: EventLine[]
  xmin: string
  xmax: string
}

export interface EventPositionValue {
  last_event_id: number
  missing: number[]
  xmax: string
}

/** Counts of an open batch. */
export interface ProgressRow {
  campaign_id: string
  batch_number: number
  delivery_count: number
  queued_count: number
  claimed_count: number
  sending_count: number
  sent_count: number
  failed_count: number
  in_doubt_count: number
  skipped_count: number
  deferred_count: number
}

/** A webhook with its state, as daybatch.webhook_status has it; never its secret. */
export interface Webhook {
  id: string
  url: string
  event_types: string[]
  campaign_id: string | null
  is_enabled: boolean
  disabled_reason: string | null
  failing_since: string | null
  waiting_count: number
  next_try_at: string | null
  dead_count: number
  last_delivered_at: string | null
  created_at: string
}

export interface WebhookMessage {
  id: string
  /** The header `webhook-id`: the same at every try. */
  webhook_message_id: string
  event_type: string
  status: 'waiting' | 'delivered' | 'dead'
  attempt_count: number
  due_at: string | null
  last_status_code: number | null
  last_answer: string | null
  created_at: string
}

/** A message to be sent now. */
export interface WebhookMessageRow {
  message_id: string
  webhook_id: string
  url: string
  sealed_secret: string
  previous_sealed_secret: string | null
  attempt_number: number
  /** JSON, the same at every try. */
  body: string
}

export interface WebhookSecretRow {
  webhook_id: string
  sealed_secret: string
  previous_sealed_secret: string | null
}
