import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { callOne } from '../helper/make.ts'

// stage, code, enhanced code, text -> rule, outcome, scope (RFC 5321 4.2, RFC 3463, RFC 4954 6)
const table: [string, number | null, string | null, string | null, string, string, string][] = [
  ['message', 250, '2.0.0', 'Ok: queued', 'accepted', 'sent', 'recipient'],
  ['message', 299, null, null, 'accepted', 'sent', 'recipient'],
  ['message', null, null, 'socket closed', 'no_reply_after_354', 'in_doubt', 'recipient'],
  ['message', null, null, null, 'no_reply_after_354', 'in_doubt', 'recipient'],
  ['message', 354, null, null, 'no_reply_after_354', 'in_doubt', 'recipient'],
  ['message', 550, '5.7.1', 'content rejected', 'content_refused', 'failed', 'recipient'],
  ['message', 554, null, null, 'message_refused', 'failed', 'recipient'],
  ['message', 451, '4.7.1', null, 'message_deferred', 'deferred', 'recipient'],
  ['message', 552, '5.3.4', 'message too big', 'message_too_big', 'deferred', 'campaign'],
  ['message', 421, '4.3.2', null, 'service_closing', 'deferred', 'server'],
  ['message', 452, '4.3.1', null, 'server_disk_full', 'deferred', 'server'],
  ['message', 550, '5.7.26', 'unauthenticated', 'we_are_blocked', 'deferred', 'campaign'],
  ['message', 554, '5.7.1', 'listed at zen.spamhaus.org', 'blocklisted', 'deferred', 'campaign'],
  ['render', null, null, 'no such field', 'not_rendered', 'failed', 'recipient'],
  ['connect', null, null, 'ECONNREFUSED', 'no_reply_before_354', 'deferred', 'server'],
  ['connect', 554, null, null, 'greeting_refused', 'deferred', 'server'],
  ['connect', 421, null, null, 'service_closing', 'deferred', 'server'],
  ['ehlo', 550, null, null, 'greeting_refused', 'deferred', 'server'],
  ['ehlo', null, null, null, 'no_reply_before_354', 'deferred', 'server'],
  ['starttls', 454, '4.7.0', null, 'auth_temporary', 'deferred', 'server'],
  ['starttls', 501, null, null, 'auth_refused', 'deferred', 'campaign'],
  ['starttls', null, null, 'handshake failed', 'no_reply_before_354', 'deferred', 'server'],
  ['auth', 432, '4.7.12', null, 'auth_temporary', 'deferred', 'server'],
  ['auth', 535, '5.7.8', null, 'auth_refused', 'deferred', 'campaign'],
  ['mail', 530, '5.7.0', 'authentication required', 'auth_required', 'deferred', 'campaign'],
  ['mail', 550, '5.7.1', null, 'sender_refused', 'deferred', 'campaign'],
  ['mail', 553, '5.1.8', null, 'sender_refused', 'deferred', 'campaign'],
  ['mail', 502, null, null, 'command_refused', 'deferred', 'campaign'],
  ['mail', 451, null, null, 'sender_deferred', 'deferred', 'server'],
  ['mail', null, null, null, 'no_reply_before_354', 'deferred', 'server'],
  ['rcpt', 530, null, null, 'auth_required', 'deferred', 'campaign'],
  ['rcpt', 550, '5.1.1', 'no such user', 'mailbox_unavailable', 'failed', 'recipient'],
  ['rcpt', 553, '5.1.3', null, 'mailbox_unavailable', 'failed', 'recipient'],
  ['rcpt', 550, null, null, 'recipient_refused', 'failed', 'recipient'],
  ['rcpt', 501, null, null, 'recipient_refused', 'failed', 'recipient'],
  ['rcpt', 450, '4.7.1', 'greylisted', 'recipient_deferred', 'deferred', 'recipient'],
  ['rcpt', 452, '4.2.2', 'mailbox full', 'mailbox_full', 'deferred', 'recipient'],
  ['rcpt', 552, '5.2.2', 'over quota', 'mailbox_full', 'deferred', 'recipient'],
  ['rcpt', 421, '4.7.0', null, 'service_closing', 'deferred', 'server'],
  ['rcpt', 554, '5.7.1', 'Relay access denied', 'relay_denied', 'deferred', 'campaign'],
  ['rcpt', 550, '5.4.5', 'Daily user sending limit exceeded', 'quota_refused', 'deferred', 'campaign'],
  ['mail', 552, null, 'Hourly message quota exceeded', 'quota_refused', 'deferred', 'campaign'],
  ['message', 454, null, 'Throttling failure: Daily message quota exceeded.', 'quota', 'deferred', 'batch'],
  ['rcpt', 452, '4.5.3', 'Daily sending quota reached', 'quota', 'deferred', 'batch'],
  ['mail', 452, null, 'quota exceeded for account', 'quota', 'deferred', 'batch'],
  [
    'message',
    454,
    null,
    'Throttling failure: Maximum sending rate exceeded.',
    'too_fast',
    'deferred',
    'server',
  ],
  ['rcpt', 452, '4.5.3', 'Too many recipients', 'too_fast', 'deferred', 'server'],
  ['rcpt', 452, '4.5.3', null, 'too_many_recipients', 'deferred', 'server'],
  ['rcpt', 451, '4.7.650', 'temporarily rate limited', 'too_fast', 'deferred', 'server'],
  ['message', 451, '4.7.650', null, 'we_are_throttled', 'deferred', 'server'],
  ['rcpt', 450, '4.7.0', 'Greylisted, come back later', 'recipient_deferred', 'deferred', 'recipient'],
  ['rcpt', 450, '4.7.26', 'unauthenticated', 'we_are_throttled', 'deferred', 'server'],
  ['rcpt', 450, '4.2.1', null, 'recipient_deferred', 'deferred', 'recipient'],
  ['rcpt', 451, '4.3.0', null, 'recipient_deferred', 'deferred', 'recipient'],
  ['auth', 432, null, null, 'auth_temporary', 'deferred', 'server'],
  ['auth', 534, '5.7.9', null, 'auth_refused', 'deferred', 'campaign'],
  ['auth', 538, '5.7.11', null, 'auth_refused', 'deferred', 'campaign'],
  ['auth', null, null, 'Missing credentials for "PLAIN"', 'auth_impossible', 'deferred', 'campaign'],
  ['auth', null, null, 'Connection closed unexpectedly', 'no_reply_before_354', 'deferred', 'server'],
  ['ehlo', 502, '5.5.1', null, 'ehlo_refused', 'deferred', 'campaign'],
  ['mail', 555, null, 'unknown parameter', 'sender_refused', 'deferred', 'campaign'],
  ['mail', 455, null, null, 'sender_deferred', 'deferred', 'server'],
  ['mail', 550, '5.6.7', null, 'address_needs_smtputf8', 'failed', 'recipient'],
  ['rcpt', 553, '5.6.7', null, 'address_needs_smtputf8', 'failed', 'recipient'],
  ['mail', 552, '5.3.4', null, 'message_too_big_at_size', 'deferred', 'campaign'],
  ['rcpt', 552, '5.3.4', null, 'message_too_big', 'deferred', 'campaign'],
  ['message', 552, '5.7.0', 'attachment not allowed', 'content_refused_for_good', 'deferred', 'campaign'],
  ['rcpt', 553, '5.1.8', 'Domain of sender does not exist', 'sender_refused_later', 'deferred', 'campaign'],
  ['rcpt', 550, '5.1.7', null, 'sender_refused_later', 'deferred', 'campaign'],
  [
    'rcpt',
    553,
    '5.7.1',
    'Sender address rejected: not owned by user',
    'sender_rejected',
    'deferred',
    'campaign',
  ],
  ['rcpt', 550, '5.2.1', 'disabled', 'mailbox_disabled', 'failed', 'recipient'],
  ['rcpt', 550, '5.7.1', 'not here', 'refused_by_policy', 'failed', 'recipient'],
  ['rcpt', 550, '5.7.515', null, 'we_are_blocked', 'deferred', 'campaign'],
  ['message', 550, '5.7.25', null, 'we_are_blocked', 'deferred', 'campaign'],
  ['rcpt', 550, '5.1.10', 'null MX', 'mailbox_unavailable', 'failed', 'recipient'],
  ['rcpt', 551, null, 'moved', 'recipient_refused', 'failed', 'recipient'],
  ['rcpt', 554, null, 'delivery error: dd Mailbox is not active', 'recipient_refused', 'failed', 'recipient'],
  ['message', 554, '5.6.0', null, 'content_refused', 'failed', 'recipient'],
  ['render', null, '5.3.5', 'no sender', 'message_not_made', 'deferred', 'campaign'],
  ['rcpt', 554, '5.7.1', 'Client host blocked using blocklist', 'blocklisted', 'deferred', 'campaign'],
  ['rcpt', 452, '4.3.1', 'Insufficient system storage', 'server_disk_full', 'deferred', 'server'],
  ['rcpt', null, null, null, 'no_reply_before_354', 'deferred', 'server'],
  ['data', 451, null, null, 'data_deferred', 'deferred', 'server'],
  ['data', 554, '5.5.1', 'no valid recipients', 'data_refused', 'failed', 'recipient'],
  ['data', 503, null, null, 'command_refused', 'deferred', 'campaign'],
  ['data', 250, null, null, 'odd_reply', 'deferred', 'server'],
  ['rcpt', 354, null, null, 'odd_reply', 'deferred', 'server'],
]

t.test('what replies mean', async t => {
  const { pool: db } = await createTestDatabase(t)
  for (const [stage, code, enhanced, text, rule, outcome, scope] of table) {
    t.same(
      await callOne(db, 'classify_reply', stage, code, enhanced, text),
      { rule, outcome, scope },
      `${stage} ${code} ${enhanced ?? ''} ${text ?? ''}`,
    )
  }
})

t.test('every rule of ours decides something', async t => {
  const { pool: db } = await createTestDatabase(t)
  const { rows } = await db.query('select rule from daybatch.reply_rules')
  const decided = new Set(table.map(([, , , , rule]) => rule))
  t.same(
    rows.map(({ rule }) => rule).filter(rule => !decided.has(rule)),
    [],
  )
})

t.test('one full mailbox is not a used-up quota of ours', async t => {
  const { pool: db } = await createTestDatabase(t)
  for (const [code, enhanced, text] of [
    [552, '5.2.2', '<user@example.org>: Quota exceeded (mailbox for user is full)'],
    [452, '4.2.2', 'user mailbox quota limit exceeded'],
    [552, null, "The user's quota is exceeded"],
  ]) {
    const answer = await callOne(db, 'classify_reply', 'rcpt', code, enhanced, text)
    t.equal(answer.scope, 'recipient', `${code} ${text}`)
  }
})

t.test('a rule of a DBA comes first when its priority does', async t => {
  const { pool: db } = await createTestDatabase(t)
  await db.query(`insert into daybatch.reply_rules (rule, priority, stages, reply_code, reply_text, outcome, scope, note) values
    ('full', 50, '{rcpt}', '^550', 'mailbox full', 'deferred', 'recipient', ''),
    ('later', 9999, '{rcpt}', '^550', null, 'deferred', 'server', '')`)
  t.match(await callOne(db, 'classify_reply', 'rcpt', 550, '5.1.1', 'MAILBOX FULL'), { rule: 'full' })
  t.match(await callOne(db, 'classify_reply', 'rcpt', 550, '5.1.1', 'else'), { rule: 'mailbox_unavailable' })
})

t.test('no rule can make an accepted mail unsent, or a mail in doubt one to send again', async t => {
  const { pool: db } = await createTestDatabase(t)
  await db.query(`insert into daybatch.reply_rules (rule, priority, stages, reply_code, reply_text, outcome, scope, note) values
    ('everything', -1000, null, null, null, 'deferred', 'server', ''),
    ('four is good', -3000, '{message}', '^4', null, 'sent', 'recipient', ''),
    ('timeouts', -2000, null, null, 'timeout|closed', 'deferred', 'server', '')`)
  t.match(await callOne(db, 'classify_reply', 'message', 250, null, 'closed'), { outcome: 'sent' })
  for (const text of [null, 'socket closed', 'timeout']) {
    t.match(await callOne(db, 'classify_reply', 'message', null, null, text), { outcome: 'in_doubt' })
  }
  t.match(await callOne(db, 'classify_reply', 'rcpt', 550, null, null), { rule: 'everything' })
  t.match(
    await callOne(db, 'classify_reply', 'message', 451, null, null),
    { rule: 'everything' },
    'only 2xx is sent',
  )
})

t.test('without any rule the safe answer is left', async t => {
  const { pool: db } = await createTestDatabase(t)
  await db.query('delete from daybatch.reply_rules')
  const answer = async (stage: string, code: number | null) =>
    (await callOne(db, 'classify_reply', stage, code, null, null)).outcome
  t.equal(await answer('message', 250), 'sent')
  t.equal(await answer('message', null), 'in_doubt')
  t.equal(await answer('message', 354), 'in_doubt')
  t.equal(await answer('message', 451), 'deferred')
  t.equal(await answer('rcpt', 550), 'deferred')
  t.equal(await answer('connect', null), 'deferred')
})
