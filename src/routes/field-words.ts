// What the fields of requests mean, for the OpenAPI document. A name means the same everywhere; where it does not, the last
// word of the route's address stands before it.

const WORDS: Record<string, string> = {
  cursor: 'next_cursor of the page before.',
  limit: 'Lines of a page.',
  'forecast.limit': 'Mails a batch: what if it were this one?',
  'finish.limit': 'Mails a batch: what if it were this one?',
  'purge-deliveries.limit': 'Rows that one call deletes at most.',
  'purge-history.limit': 'Rows that one call deletes at most.',
  'answers.limit': 'Answers, the most frequent first.',
  status: 'Only those of this status.',
  q: 'Part of the name, in any case of its letters.',
  from: 'The first batch of the page.',
  rule: 'Only those that ended by this rule (their `reason`).',
  batch: 'Only those of this batch.',
  interval: 'Between two batches, as PostgreSQL reads an interval, in hours or less: `24 hours`.',
  start_at: 'When the first batch is due; left out: now.',
  rules:
    'Sending rules as JSON, under the names of a campaign’s fields: `{"ramp_up_by": 5, "ramp_up_to": 50}`.',
  file_name: 'The name of the file, as others shall see it.',
  content_id: 'For an image that the HTML shows as `cid:` and this id; left out: it is attached.',
  map: 'What columns become, as JSON: `{"E-Mail": "email", "Town": "city", "Notes": ""}`; an empty text leaves one out.',
  mode: '`atomic`: all or nothing. `resumable`: what was read stays, and the same file with the same `import_id` goes on.',
  import_id:
    'A new uuid of the sender’s: the progress is found by it from the first byte on, and a broken import goes on.',
  after_line: 'next_after_line of the page before.',
  recipient: 'The envelope recipient of the mail; left out: the one in its headers.',
  search: 'Part of the name.',
  show: 'Only those of this status, or those that need somebody.',
  list: 'Ids of lists, once or more.',
  last_event_id: 'Where to go on, as the header `Last-Event-ID`; 0: from the beginning.',
  campaignId: 'Only this campaign; left out: all that are due.',
  campaign_id: 'Only this campaign; left out: all.',
  contact_id: 'Whose mail it is; left out: the first contact’s.',
  to: 'The address that gets the one mail.',
  'campaigns.status': '`draft` (left out), `sending` starts it at once, `scheduled` at `scheduled_at`.',
  name: 'For people; a campaign’s is its subject, too, when it has none.',
  subject: 'May hold `{{fields}}`; left out: the name.',
  sender: 'From: `Example Shop <news@example.com>`; left out: MAIL_FROM.',
  reply_to: 'Where replies go; left out: to the sender.',
  html_body: 'HTML with `{{field | default}}`; one of html_body and text_body is needed to start.',
  text_body: 'Text with `{{field | default}}`; left out: made from the HTML.',
  daily_send_limit: 'Mails a batch, at least 1; left out: 5.',
  contact_list_ids: 'Lists whose contacts are mailed.',
  batch_interval:
    'Between two batches, as PostgreSQL reads an interval, in hours or less; left out: `24 hours`.',
  in_doubt_policy: 'What becomes of a mail whose answer never came: `never` sent again, `resend`, or `ask`.',
  smtp_server: 'The name of an SMTP server; left out: SMTP_URL.',
  daily_send_time: 'Each batch is due at this time of day, `09:00`.',
  send_window_from: 'No mail leaves before this time of day, `09:00`.',
  send_window_to: 'No mail leaves from this time of day on, `17:00`.',
  send_window_days: 'Mails leave on these days only: 1 is Monday, 7 Sunday.',
  send_time_zone: 'The IANA zone of the times of day: `Europe/Berlin`.',
  ramp_up_by: 'The limit grows by so many mails after each batch that sent something.',
  ramp_up_percent: 'The limit grows by so many per cent after each batch that sent something.',
  ramp_up_to: 'The limit grows up to this.',
  spread_over: 'The mails of a batch leave evenly over this interval: `8 hours`.',
  limit_policy: '`rolling`: the limit holds in any stretch of an interval, not only for each batch.',
  scheduled_at: 'When it starts, with a zone: `2026-01-31T09:00:00Z`.',
  reason: 'Why, for the history.',
  'suppressions.reason': 'Why the address is never mailed again.',
  contacts: 'Ids of contacts, or `all`.',
  'retry-failed.contacts': 'Ids of contacts; left out: all that were refused.',
  'lists.contacts': 'Contacts: an address each, names and attributes.',
  'contacts.contacts': 'Contacts: an address each, names and attributes.',
  'forecast.contacts': 'How many contacts.',
  as: 'What those mails are taken as: `sent` or `not_sent`.',
  add: 'Ids of contacts that are mailed as well.',
  remove: 'Ids of contacts that are not mailed any more.',
  email: 'An e-mail address.',
  first_name: '`{{first_name}}` of a message.',
  last_name: '`{{last_name}}` of a message.',
  attributes: 'Further fields of a message, by name.',
  list_id: 'Only for this list; left out: everywhere.',
  confirmed: '`true`: the owner of the address had asked for the suppression, and now asks for its end.',
  bounce_rate: 'The share of hard bounces above which a campaign pauses: 0.05.',
  bounce_minimum: 'Hard bounces before that share counts.',
  complaint_rate: 'The share of complaints above which a campaign pauses: 0.003.',
  complaint_minimum: 'Complaints before that share counts.',
  older_than: 'As PostgreSQL reads an interval: `8760 hours`.',
  confirm: '`true`: do it; else it only says what would happen.',
  retire: '`true`: links of older keys end, too.',
  scope: '`read` looks, `write` changes, `admin` does what concerns the whole installation.',
  expires_at: 'When the key ends; left out: never.',
  url: 'Where messages go, https.',
  event_types: 'Names of events, `*` for all of the history, `delivery_outcomes` for each try.',
  since_event_id: 'Everything after this event is told again.',
  since: 'Everything since this time is told again.',
  message_id: 'This one message is told again.',
}

interface Fields {
  properties?: Record<string, { description?: string }>
}

/** The same fields with what they mean; `url` as the route has it. */
export function describeFields<Schema>(schema: Schema, url: string): Schema {
  const { properties } = (schema ?? {}) as Fields
  if (!properties) return schema
  const last = url.split('/').findLast(word => word !== '' && !word.startsWith(':'))
  const described = Object.entries(properties).map(([name, field]) => {
    const description = WORDS[`${last}.${name}`] ?? WORDS[name]
    return [name, field.description || !description ? field : { ...field, description }]
  })
  return { ...schema, properties: Object.fromEntries(described) }
}
