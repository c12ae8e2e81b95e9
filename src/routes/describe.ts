import { type TSchema, Type } from '@fastify/type-provider-typebox'

/** Whatever a route answers; its schema tells others, and what SQL says goes out as it is. */
type Described = { summary: string; response: Record<'2xx', ReturnType<typeof Type.Any>> }

/** What a route does in half a sentence, and what it answers by status; errors are problem details everywhere. */
export const describe = (summary: string, answers: Record<number, TSchema> = {}): Described => ({
  summary,
  response: Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      { description: DESCRIPTIONS[Number(status)] ?? 'Done', ...schema },
    ]),
  ) as unknown as Described['response'],
})

const DESCRIPTIONS: Record<number, string> = {
  200: 'Done',
  201: 'Made',
  202: 'Begun',
  204: 'Done, nothing to say',
}

export const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()])
export const text = Type.String()
export const count = Type.Integer()
export const id = Type.String({ format: 'uuid' })
export const time = Type.String({ format: 'date-time' })
export const maybe = { text: orNull(text), count: orNull(count), id: orNull(id), time: orNull(time) }
export const attributes = Type.Record(text, Type.Unknown())

export const NOTHING = Type.Null()
export const CSV = { content: { 'text/csv': { schema: Type.String() } } } as unknown as TSchema
export const EVENTS = { content: { 'text/event-stream': { schema: Type.String() } } } as unknown as TSchema

export const page = (item: TSchema) => Type.Object({ items: Type.Array(item), next_cursor: maybe.text })
export const list = (item: TSchema, more: Record<string, TSchema> = {}) =>
  Type.Object({ items: Type.Array(item), ...more })
export const counted = (...names: string[]) =>
  Type.Object(Object.fromEntries(names.map(name => [name, count])))
export const told = (...names: string[]) => Type.Object(Object.fromEntries(names.map(name => [name, text])))
export const said = (...names: string[]) =>
  Type.Object(Object.fromEntries(names.map(name => [name, Type.Boolean()])))

const line = {
  id,
  name: text,
  status: Type.Enum(['draft', 'scheduled', 'sending', 'paused', 'completed', 'cancelled']),
  daily_send_limit: count,
  contact_list_ids: orNull(Type.Array(text)),
  total_contacts: maybe.count,
  remaining_count: maybe.count,
  processed_count: maybe.count,
  failed_count: maybe.count,
  percent_done: orNull(Type.Number()),
  current_batch_number: maybe.count,
  open_batch_number: maybe.count,
  open_batch_size: maybe.count,
  open_batch_sent: maybe.count,
  open_batch_sending: maybe.count,
  first_batch_sent_at: maybe.time,
  next_batch_send_time: maybe.time,
  batch_interval: maybe.text,
  in_doubt_policy: maybe.text,
  scheduled_at: maybe.time,
  pause_reason: maybe.text,
  paused_at: maybe.time,
  waits_for: maybe.text,
  tracking_initialised_at: maybe.time,
  created_at: maybe.time,
  /** Those that are set, under the names of their columns. */
  sending_rules: orNull(attributes),
}

/** A row of daybatch.campaign_status. */
export const CampaignLine = Type.Object(line)

export const CampaignAnswer = Type.Object({
  ...line,
  subject: maybe.text,
  sender: maybe.text,
  reply_to: maybe.text,
  html_body: maybe.text,
  text_body: maybe.text,
  smtp_server: maybe.text,
  daily_send_time: maybe.text,
  send_window_from: maybe.text,
  send_window_to: maybe.text,
  send_window_days: orNull(Type.Array(count)),
  send_time_zone: maybe.text,
  ramp_up_by: maybe.count,
  ramp_up_percent: maybe.count,
  ramp_up_to: maybe.count,
  spread_over: maybe.text,
  limit_policy: maybe.text,
  version: text,
  batch_history: orNull(Type.Array(Type.Object({ batch_number: count, sent_count: count }))),
  blockers: Type.Array(
    Type.Object({
      blocker: text,
      reason: text,
      since: maybe.time,
      ends_at: maybe.time,
      needs_somebody: Type.Boolean(),
    }),
  ),
  next_batch: orNull(Type.Object({ batch_number: count, due_at: time, size: count })),
  batches_to_come: count,
  finish_at: maybe.time,
})

export const BatchAnswer = Type.Object({
  batch_number: count,
  state: Type.Enum(['closed', 'open', 'forecast']),
  source: maybe.text,
  send_limit: maybe.count,
  slot_count: count,
  due_at: time,
  opened_at: maybe.time,
  closed_at: maybe.time,
  sent_count: maybe.count,
  failed_count: maybe.count,
  refused_count: maybe.count,
  skipped_count: maybe.count,
  in_doubt_count: maybe.count,
  returned_count: maybe.count,
  remaining_count: maybe.count,
})

export const DeliveryAnswer = Type.Object({
  contact_id: id,
  email: maybe.text,
  status: text,
  batch_number: count,
  slot: maybe.count,
  reason: maybe.text,
  evidence: maybe.text,
  attempt_count: count,
  stage: maybe.text,
  reply_code: maybe.count,
  enhanced_code: maybe.text,
  reply_text: maybe.text,
  rule: maybe.text,
  smtp_server: maybe.text,
  sending_at: maybe.time,
  settled_at: maybe.time,
  retry_at: maybe.time,
})

export const HistoryAnswer = Type.Object({
  event_id: text,
  happened_at: time,
  event: text,
  detail: attributes,
  done_by: text,
  application_name: text,
})

export const AnswerGroup = Type.Object({
  outcome: text,
  stage: text,
  rule: maybe.text,
  reply_code: maybe.count,
  enhanced_code: maybe.text,
  tries: count,
  contacts: count,
  last_at: time,
  reply_text: maybe.text,
})

export const ForecastBatch = Type.Object({
  batch_number: count,
  due_at: time,
  size: count,
  remaining_after: count,
})

export const WhatIfAnswer = Type.Object({
  batches: count,
  finish_at: maybe.time,
  items: Type.Array(ForecastBatch),
})

export const PromiseAnswer = Type.Object({ promise: text, holds: Type.Boolean(), figures: text })
export const StoryAnswer = Type.Object({ happened_at: maybe.time, what: text, detail: maybe.text })

export const ContactAnswer = Type.Object({
  id,
  email: text,
  first_name: maybe.text,
  last_name: maybe.text,
  attributes,
  unsubscribed_at: maybe.time,
})

export const ListAnswer = Type.Object({
  id,
  name: text,
  created_at: maybe.time,
  contact_count: Type.Optional(count),
})

export const AddedAnswer = Type.Object({
  added: count,
  existing: count,
  rejected: Type.Array(Type.Object({ reason: text })),
})
export const AudienceAnswer = Type.Object({ added: count, removed: Type.Array(id) })

export const AttachmentAnswer = Type.Object({
  attachment_id: text,
  file_name: text,
  media_type: text,
  content_id: maybe.text,
  byte_count: count,
  added_at: time,
})

export const SuppressionAnswer = Type.Object({
  id: count,
  address_key: text,
  list_id: maybe.id,
  reason: text,
  source: text,
  created_at: time,
})

export const SmtpServerAnswer = Type.Object({
  name: text,
  host: text,
  port: maybe.count,
  tls: maybe.text,
  username: maybe.text,
  has_password: Type.Boolean(),
  is_enabled: Type.Boolean(),
  is_fallback: Type.Boolean(),
  under_way: count,
  refusal: maybe.text,
})

export const BounceLimitsAnswer = Type.Object({
  campaign_id: maybe.id,
  bounce_rate: Type.Number(),
  bounce_minimum: count,
  complaint_rate: Type.Number(),
  complaint_minimum: count,
})

export const KeyAnswer = Type.Object({
  key_id: text,
  name: text,
  scope: Type.Enum(['read', 'write', 'admin']),
  is_usable: Type.Boolean(),
  created_at: time,
  created_by: text,
  expires_at: maybe.time,
  revoked_at: maybe.time,
  last_used_at: maybe.time,
})

export const ProcessedAnswer = Type.Object({
  ok: Type.Boolean(),
  campaigns: Type.Array(Type.Object({ campaign_id: id, action: text, reason: maybe.text })),
})

export const ProblemAnswer = Type.Object(
  {
    type: text,
    title: text,
    status: count,
    detail: Type.Optional(text),
    code: Type.Optional(text),
    instance: Type.Optional(text),
    errors: Type.Optional(Type.Array(Type.Object({ path: text, message: text }))),
  },
  { description: 'Refused or failed: problem details (RFC 9457); `detail` says what to do' },
)
