import fc from 'fast-check'
import type pg from 'pg'
import { advance } from '../helper/clock.ts'
import {
  call,
  callOne,
  closeBatch,
  makeCampaign,
  openBatch,
  type Row,
  readCampaign,
  readOne,
  readState,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { scenario } from '../helper/scenario.ts'

const NO_SUCH_USER = {
  action: 'failed',
  status: '5.1.1',
  diagnostic: 'smtp; 550 5.1.1 <ada@example.org>: unknown',
}

const tokenOf = async (db: pg.Pool, { delivery_id }: Row): Promise<string> =>
  (await callOne(db, 'make_return_paths', [delivery_id])).make_return_paths[0]

const record = (db: pg.Pool, source: string, reports: unknown[], signedAt: unknown = null) =>
  call(db, 'record_bounces', source, JSON.stringify(reports), signedAt)

/** A DSN about this delivery. */
async function bounce(db: pg.Pool, delivery: Row, recipient: Row = NO_SUCH_USER): Promise<Row> {
  const tokens = [await tokenOf(db, delivery)]
  const [row] = await record(db, 'dsn', [{ tokens, recipients: [recipient] }])
  return row!
}

const complain = async (db: pg.Pool, delivery: Row) =>
  (await record(db, 'arf', [{ tokens: [await tokenOf(db, delivery)], feedback_type: 'abuse' }]))[0]!

const rates = (db: pg.Pool, id: string) =>
  readOne(db, 'select * from daybatch.bounce_rates where campaign_id = $1', [id])

const isSuppressed = async (db: pg.Pool, email: string): Promise<string[]> =>
  (await call(db, 'list_suppressions', 0, 50, email)).map(row => row.list_suppressions.reason)

/** Statements of tables that a bounce must not touch. */
const booksOf = async (db: pg.Pool, id: string) => {
  const { events: _, ...state } = await readState(db, id)
  return state
}

scenario(
  'a hard bounce moves nothing in the books, is recorded, suppresses the address and shows',
  async (t, db) => {
    const { id, contacts } = await makeCampaign(db, { contacts: ['ada@example.org', 'bob@example.org'] })
    await openBatch(db, id)
    const [delivery] = await send(db, id)
    await closeBatch(db, id)
    const before = await booksOf(db, id)
    t.match(await bounce(db, delivery!), {
      place: 1,
      result: 'recorded',
      kind: 'hard',
      campaign_id: id,
      delivery_id: delivery!.delivery_id,
      suppressed: true,
    })
    t.same(await booksOf(db, id), before)
    t.same(await isSuppressed(db, 'ADA@example.org'), ['bounced'])
    t.same(await isSuppressed(db, 'bob@example.org'), [])
    t.match(await rates(db, id), {
      sent_count: '2',
      hard_count: '1',
      complaint_count: '0',
      bounce_percent: '50.00',
      complaint_percent: '0.00',
    })
    t.match(await readOne(db, 'select * from daybatch.bounce_log'), {
      kind: 'hard',
      status_code: '5.1.1',
      reason: 'smtp; 550 5.1.1 <(address)>: unknown',
      contact_id: contacts[0],
      has_suppressed: true,
    })
    const story = await call(db, 'explain_contact', id, contacts[0])
    t.match(
      story.find(row => row.what === 'bounced')?.detail,
      /^hard 5\.1\.1 smtp; 550 5\.1\.1 <\(address\)>: unknown \(dsn\)$/,
    )
  },
)

scenario('the same bounce twice counts once, also when it is told by another', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: ['ada@example.org'] })
  await openBatch(db, id)
  const [delivery] = await send(db, id)
  t.match(await bounce(db, delivery!), { result: 'recorded', suppressed: true })
  t.match(await bounce(db, delivery!), { result: 'known', suppressed: false })
  t.match(await record(db, 'ses', [{ email: 'ada@example.org', word: 'permanent' }]), [{ result: 'known' }])
  const tokens = [await tokenOf(db, delivery!)]
  const twice = { tokens, feedback_type: 'abuse' }
  t.same(
    (await record(db, 'arf', [twice, twice])).map(row => row.result).sort(),
    ['known', 'recorded'],
    'within one call too',
  )
  t.match(await rates(db, id), { hard_count: '1', complaint_count: '1' })
  t.same(await isSuppressed(db, 'ada@example.org'), ['complained'], 'a complaint outlasts a bounce')
})

scenario(
  'a suppressed address is skipped by the next campaign, at the opening and at the claim',
  async (t, db) => {
    const first = await makeCampaign(db, { contacts: ['ada@example.org', 'bob@example.org'] })
    await openBatch(db, first.id)
    const [ada, bob] = await send(db, first.id)
    const second = await makeCampaign(db, { lists: first.lists })
    await bounce(db, ada!)
    t.match(await openBatch(db, second.id), { delivery_count: 1, skipped_count: 1 })
    await complain(db, bob!)
    t.same(await send(db, second.id), [], 'bob complained after the opening')
    t.match(await closeBatch(db, second.id), { sent_count: 0 })
  },
)

const CLASSES: [name: string, report: Row, expected: Row][] = [
  [
    'no such user',
    { recipients: [NO_SUCH_USER] },
    { kind: 'hard', is_address_fault: true, status_code: '5.1.1' },
  ],
  [
    'the status only translates, the diagnostic says it',
    { recipients: [{ action: 'failed', status: '5.0.0', diagnostic: 'smtp; 550-5.1.1 The email account' }] },
    { kind: 'hard', is_address_fault: true, status_code: '5.1.1' },
  ],
  [
    'no enhanced code: refused for good, perhaps not for the address',
    {
      recipients: [{ action: 'failed', status: '5.0.0', diagnostic: 'smtp; 550 Administrative prohibition' }],
    },
    { kind: 'hard', is_address_fault: false, status_code: '5.0.0' },
  ],
  [
    'an address with dots is no enhanced code',
    { recipients: [{ action: 'failed', diagnostic: 'smtp; 550 no, says 5.1.1.9' }] },
    { kind: 'hard', is_address_fault: false, status_code: null },
  ],
  ['mailbox full', { recipients: [{ action: 'failed', status: '5.2.2' }] }, { kind: 'soft' }],
  ['given up after days', { recipients: [{ action: 'failed', status: '4.4.1' }] }, { kind: 'soft' }],
  ['delayed', { recipients: [{ action: 'delayed', status: '4.4.1' }] }, { kind: null }],
  ['delivered', { recipients: [{ action: 'delivered', status: '2.0.0' }] }, { kind: null }],
  [
    'policy',
    { recipients: [{ action: 'failed', status: '5.7.1' }] },
    { kind: 'blocked', is_address_fault: false },
  ],
  [
    'blocklist',
    {
      recipients: [{ action: 'failed', status: '5.0.0', diagnostic: 'smtp; 554 listed at zen.spamhaus.org' }],
    },
    { kind: 'blocked' },
  ],
  [
    'one of two behind the address',
    { recipients: [NO_SUCH_USER, { action: 'delivered', status: '2.1.5' }] },
    { kind: 'soft', is_address_fault: false },
  ],
  ['a provider says permanent', { word: 'permanent' }, { kind: 'hard', is_address_fault: true }],
  ['a provider says temporary', { word: 'temporary', recipients: [NO_SUCH_USER] }, { kind: 'soft' }],
  ['a provider says blocked', { word: 'blocked' }, { kind: 'blocked' }],
  ['a complaint', { word: 'complaint' }, { kind: 'complaint' }],
  ['fraud', { feedback_type: 'Fraud' }, { kind: 'complaint' }],
  ['taken out of the spam folder', { feedback_type: 'not-spam' }, { kind: null }],
  ['authentication failure report', { feedback_type: 'auth-failure' }, { kind: null }],
  ['nothing', {}, { kind: null }],
]

scenario('what reports mean', async (t, db) => {
  for (const [name, report, expected] of CLASSES) {
    t.match(await callOne(db, 'classify_bounce', JSON.stringify(report)), expected, name)
  }
})

scenario('an unclear refusal suppresses at the second time', async (t, db) => {
  const unclear = { action: 'failed', status: '5.0.0', diagnostic: 'smtp; 550 no' }
  const first = await makeCampaign(db, { contacts: ['ada@example.org'] })
  await openBatch(db, first.id)
  const [one] = await send(db, first.id)
  t.match(await bounce(db, one!, unclear), { kind: 'hard', suppressed: false })
  t.match(await bounce(db, one!, unclear), { result: 'known', suppressed: false }, 'not the same one again')
  const second = await makeCampaign(db, { lists: first.lists })
  await openBatch(db, second.id)
  const [two] = await send(db, second.id)
  t.match(await bounce(db, two!, unclear), { kind: 'hard', suppressed: true })
})

scenario('soft and blocked bounces are recorded, and nothing more', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: ['ada@example.org'] })
  await openBatch(db, id)
  const [delivery] = await send(db, id)
  t.match(await bounce(db, delivery!, { action: 'failed', status: '4.4.7' }), {
    kind: 'soft',
    suppressed: false,
  })
  t.match(await bounce(db, delivery!, { action: 'failed', status: '5.7.1' }), {
    kind: 'blocked',
    suppressed: false,
  })
  t.same(await isSuppressed(db, 'ada@example.org'), [])
  t.match(await rates(db, id), {
    hard_count: '0',
    soft_count: '1',
    blocked_count: '1',
    bounce_percent: '0.00',
  })
  t.match(await bounce(db, delivery!), { result: 'recorded', kind: 'hard' }, 'a later one that is clear')
})

scenario('forged mails, tokens of another purpose and unknown ones: nothing is recorded', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: ['ada@example.org'] })
  await openBatch(db, id)
  const [delivery] = await send(db, id)
  const payload = Buffer.alloc(8)
  payload.writeBigInt64BE(BigInt(delivery!.delivery_id))
  const other = (await callOne(db, 'make_token', 'unsubscribe', payload)).make_token
  const nobody = (await callOne(db, 'make_return_paths', [999_999])).make_return_paths[0]
  const long = (await callOne(db, 'make_token', 'bounce', Buffer.concat([payload, payload]))).make_token
  for (const tokens of [[], [other], [nobody], [long], ['0001abcdef'], 'no array', [null, 1, {}]]) {
    const report = { tokens, email: 'ada@example.org', recipients: [NO_SUCH_USER], feedback_type: 'abuse' }
    t.match(await record(db, 'arf', [report]), [{ result: 'unknown', campaign_id: null, suppressed: false }])
  }
  t.same((await db.query('select from daybatch.bounces')).rowCount, 0)
  t.same((await db.query('select from daybatch.suppressions')).rowCount, 0)
  const right = await tokenOf(db, delivery!)
  t.match(
    await record(db, 'dsn', [{ tokens: [other, right], recipients: [NO_SUCH_USER] }]),
    [{ result: 'recorded' }],
    'the one good token among others',
  )
})

scenario('a signed webhook counts by address and Message-ID, known or not', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: ['ada@example.org', 'bob@example.org'] })
  await openBatch(db, id)
  const [ada, bob] = await send(db, id)
  const word = 'permanent'
  const messageId = `<${ada!.message_key}@example.com>`
  t.match(await record(db, 'sendgrid', [{ email: 'Ada@Example.org', message_id: messageId, word }]), [
    { result: 'recorded', delivery_id: ada!.delivery_id, suppressed: true },
  ])
  t.match(
    await record(db, 'sendgrid', [{ email: 'bob@example.org', message_id: '<other@shop.example>', word }]),
    [{ result: 'recorded', delivery_id: null, campaign_id: null, suppressed: true }],
    'another program mailed bob: the address is bad all the same',
  )
  t.match(await record(db, 'postmark', [{ email: 'bob@example.org', word }]), [
    { delivery_id: bob!.delivery_id },
  ])
  t.match(await record(db, 'postmark', [{ email: 'cyd@example.org', word }]), [
    { result: 'recorded', delivery_id: null },
  ])
  t.match(await record(db, 'mailgun', [{ email: 'cyd@example.org', word }]), [{ result: 'known' }])
  t.match(await record(db, 'mailgun', [{ email: 'nobody', word }]), [{ result: 'unknown' }])
  t.same(await isSuppressed(db, 'cyd@example.org'), ['bounced'])
  await advance(db, '800 hours')
  t.match(
    await record(db, 'ses', [{ email: 'ada@example.org', word: 'complaint' }]),
    [{ result: 'recorded', delivery_id: null, suppressed: true }],
    'long after: the address counts, the campaign does not',
  )
})

scenario(
  'late bounces: of a completed campaign, of an erased contact, of a deleted campaign',
  async (t, db) => {
    const { id, contacts } = await makeCampaign(db, { contacts: 3 })
    await openBatch(db, id)
    const [one, two, three] = await send(db, id)
    await closeBatch(db, id)
    t.equal((await readCampaign(db, id)).status, 'completed')
    await call(db, 'set_bounce_limits', null, 0.01, 1)
    t.match(await bounce(db, one!), { result: 'recorded' })
    t.equal((await readCampaign(db, id)).status, 'completed')
    await call(db, 'erase_contact', contacts[1])
    t.match(await bounce(db, two!), { result: 'recorded', suppressed: true })
    t.same((await db.query('select reason from daybatch.suppressions order by 1')).rows, [
      { reason: 'bounced' },
      { reason: 'erased' },
    ])
    await db.query('delete from public.campaigns')
    t.match(await bounce(db, three!), { result: 'recorded', campaign_id: id })
    t.same((await db.query('select from daybatch.bounce_rates')).rowCount, 0)
    t.same((await db.query('select from daybatch.bounce_log where name is null')).rowCount, 3)
  },
  { audit: false },
)

scenario(
  'a rate above its limit pauses with the figures as the reason; a resume gives it another chance',
  async (t, db) => {
    const { id } = await makeCampaign(db, { contacts: 300, limit: 100 })
    await call(db, 'set_bounce_limits', id, 0.05, 3, 0.02, 2)
    await openBatch(db, id)
    const sent = await send(db, id)
    await closeBatch(db, id)
    for (const delivery of sent.slice(0, 5)) await bounce(db, delivery)
    t.equal((await readCampaign(db, id)).status, 'sending', '5 of 100 are not above 5 %')
    await bounce(db, sent[5]!, { action: 'failed', status: '5.7.1' })
    t.equal((await readCampaign(db, id)).status, 'sending', 'what is blocked is none')
    await bounce(db, sent[6]!)
    t.match(await readCampaign(db, id), {
      status: 'paused',
      pause_reason:
        'bounce rate 6.00 %: 6 of 100 accepted mails came back (limit 5 %): clean the lists, then resume',
    })
    t.match(await readOne(db, `select * from daybatch.campaign_blockers where campaign_id = $1`, [id]), {
      blocker: 'paused',
      reason: /bounce rate 6\.00 %/,
    })
    await call(db, 'resume_campaign', id)
    await advance(db, '1 second')
    await bounce(db, sent[7]!)
    await bounce(db, sent[8]!)
    t.equal((await readCampaign(db, id)).status, 'sending', 'two new ones are below the minimum')
    await bounce(db, sent[9]!)
    t.equal((await readCampaign(db, id)).status, 'paused')
    await call(db, 'resume_campaign', id)
    await advance(db, '1 second')
    await complain(db, sent[20]!)
    await complain(db, sent[21]!)
    t.equal((await readCampaign(db, id)).status, 'sending', '2 of 100 are not above 2 %')
    await complain(db, sent[22]!)
    t.match(await readCampaign(db, id), {
      status: 'paused',
      pause_reason: /^complaint rate 3\.00 %: 3 of 100 recipients called it spam \(limit 2 %\)/,
    })
  },
)

scenario('the limits for all, in the middle of a batch: from ten bounces on', async (t, db) => {
  const { id } = await makeCampaign(db, { contacts: 60, limit: 60 })
  await openBatch(db, id)
  const sent = await send(db, id)
  for (const delivery of sent.slice(0, 9)) await bounce(db, delivery)
  t.equal((await readCampaign(db, id)).status, 'sending')
  await bounce(db, sent[9]!)
  t.match(await readCampaign(db, id), { status: 'paused', pause_reason: /10 of 60 accepted mails/ })
})

scenario('limits: for one, for all, and what is none', async (t, db) => {
  const { id } = await makeCampaign(db)
  await call(db, 'set_bounce_limits', id, 0.02)
  await call(db, 'set_bounce_limits', null, 0.1, 20)
  const { rows } = await db.query('select * from daybatch.bounce_limits order by campaign_id nulls last')
  t.match(rows, [
    {
      campaign_id: id,
      bounce_rate: '0.02',
      bounce_minimum: 10,
      complaint_rate: '0.003',
      complaint_minimum: 3,
    },
    { campaign_id: null, bounce_rate: '0.1', bounce_minimum: 20, complaint_rate: '0.003' },
  ])
  await checkRefusal(t, 'MB001', /does not exist/, () =>
    call(db, 'set_bounce_limits', '00000000-0000-4000-8000-000000000000', 0.1),
  )
  await checkRefusal(t, '23514', /rates_are_shares/, () => call(db, 'set_bounce_limits', id, 0))
})

scenario('a replayed webhook is refused whole', async (t, db) => {
  const reports = [{ email: 'ada@example.org', word: 'permanent' }]
  const read = async () => (await db.query('select from daybatch.bounces')).rowCount
  for (const [source, signedAt] of [
    ['ses', '2026-03-02T07:44:59Z'],
    ['sendgrid', '2026-03-01T08:59:59Z'],
    ['mailgun', '2026-03-02T09:15:01Z'],
  ] as const) {
    await checkRefusal(t, 'MB035', /another time/, () => record(db, source, reports, signedAt), read)
  }
  t.match(await record(db, 'ses', reports, '2026-03-02T07:45:01Z'), [{ result: 'recorded' }])
})

scenario('whatever a report holds, it is an answer or a refusal of ours', async (t, db) => {
  await checkRefusal(t, 'MB017', /source/, () => record(db, 'other', []))
  await checkRefusal(t, 'MB017', /source/, () => call(db, 'record_bounces', 'dsn', '{}', null))
  t.same(await record(db, 'dsn', []), [])
  const text = fc.string({ unit: 'grapheme', maxLength: 80 }).map(value => value.replaceAll('\0', ''))
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(text, { maxLength: 3 }),
    fc.object({ maxDepth: 1, key: text.filter(key => !key.includes('\0')), values: [text] }),
  )
  const keys = ['word', 'feedback_type', 'recipients', 'tokens', 'email', 'message_id']
  const recipient = fc.record({
    action: fc.oneof(value, fc.constant('failed')),
    status: value,
    diagnostic: value,
  })
  const report = fc.oneof(
    value,
    fc.record(
      Object.fromEntries(
        keys.map(key => [
          key,
          key === 'recipients' ? fc.oneof(value, fc.array(recipient, { maxLength: 3 })) : value,
        ]),
      ),
      { requiredKeys: [] },
    ),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(report, { maxLength: 5 }),
      fc.constantFrom('dsn', 'ses'),
      async (reports, source) => {
        t.equal((await record(db, source, reports)).length, reports.length)
      },
    ),
    { numRuns: 60 },
  )
})

scenario('return paths: one token for each delivery, the same again, in its order', async (t, db) => {
  const [row] = await call(db, 'make_return_paths', [5, 4])
  const tokens: string[] = row!.make_return_paths
  t.equal(tokens.length, 2)
  t.ok(
    tokens.every(token => `bounce+${token}`.length <= 64),
    'it fits into a local part',
  )
  t.same((await call(db, 'make_return_paths', [4, 5]))[0]!.make_return_paths, tokens.toReversed())
})
