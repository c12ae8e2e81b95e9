import type { Mutant } from './mutant.ts'

const inFunction = (name: string, from: string, to: string) => ({
  file: `sql/functions/${name}.sql`,
  from,
  to,
})
const dropConstraint = (table: string, name: string) => `alter table ${table} drop constraint ${name}`

const dropOneOpenBatch = 'drop index daybatch.batches_only_one_open_per_campaign'
const dropSpacing = dropConstraint('daybatch.batches', 'batch_is_not_too_early')
const openWhileOpen = inFunction(
  'open_batch',
  'if v_previous.batch_number is not null and v_previous.closed_at is null then',
  'if false then',
)
const openTooEarly = inFunction(
  'open_batch',
  `if v_now < v_due_at - (case when p_source = 'cron' then v_window else interval '0' end) then`,
  'if false then',
)
const oneDay = `interval '1 day'`
const SENDING_RULES = 'test/sql/sending_rule_guards.test.ts'

/** The guards that live in the database, each taken away alone, and those that stand behind each other together. */
export const databaseMutants: Mutant[] = [
  // what constraints make impossible
  {
    guard: 'primary key of deliveries: one delivery of a contact',
    statements: dropConstraint('daybatch.deliveries', 'a_contact_is_delivered_once_per_campaign'),
    checks: ['impossible rows'],
  },
  {
    guard: 'unique address of deliveries',
    statements: dropConstraint('daybatch.deliveries', 'an_address_is_delivered_once_per_campaign'),
    checks: ['impossible rows'],
  },
  {
    guard: 'a slot is used once',
    statements: dropConstraint('daybatch.deliveries', 'a_slot_is_used_once'),
    checks: ['impossible rows'],
  },
  {
    guard: 'slots stay within the limit',
    statements: dropConstraint('daybatch.deliveries', 'slot_is_within_the_limit'),
    checks: ['impossible rows'],
  },
  {
    guard: 'a delivery copies the limit of its batch',
    statements: dropConstraint('daybatch.deliveries', 'limit_is_the_limit_of_the_batch'),
    checks: ['impossible rows'],
  },
  { guard: 'one open batch: the index', statements: dropOneOpenBatch, checks: ['impossible rows'] },
  { guard: 'one open batch: the refusal', edits: [openWhileOpen], checks: ['model'] },
  { guard: 'one open batch: both', statements: dropOneOpenBatch, edits: [openWhileOpen], checks: ['model'] },
  { guard: 'spacing: the constraint', statements: dropSpacing, checks: ['impossible rows'] },
  { guard: 'spacing: the refusal', edits: [openTooEarly], checks: ['model'] },
  { guard: 'spacing: both', statements: dropSpacing, edits: [openTooEarly], checks: ['model'] },
  {
    guard: 'the chain names its predecessor truly',
    statements: dropConstraint('daybatch.batches', 'predecessor_is_as_the_chain_says'),
    checks: ['impossible rows'],
  },
  {
    guard: `intervals in hours: '24 hours', never '1 day'`,
    statements: `
      ${dropConstraint('daybatch.batches', 'interval_is_given_in_hours')};
      ${dropConstraint('public.campaigns', 'batch_interval_is_given_in_hours')};
      alter table public.campaigns alter column batch_interval set default ${oneDay}`,
    checks: ['clock'],
  },
  {
    guard: `the next due time: '24 hours', never '1 day'`,
    edits: [
      inFunction(
        'calculate_spacing',
        'calculate_due_time(p_counted_at + batch_interval, p_rules)',
        `calculate_due_time(p_counted_at + ${oneDay}, p_rules)`,
      ),
    ],
    checks: ['clock'],
  },
  {
    guard: 'the engine’s columns are not set by hand',
    statements: 'drop trigger daybatch_030_guard_engine_columns on public.campaigns',
    checks: ['impossible rows'],
  },
  // locks
  {
    guard: 'the campaign lock',
    edits: [
      inFunction(
        'lock_campaign',
        '    where c.id = p_campaign_id\n    for no key update;',
        '    where c.id = p_campaign_id;',
      ),
    ],
    checks: ['races of add contact'],
  },
  // the fence: tokens, leases, states
  {
    guard: 'the fence of begin_sending',
    edits: [inFunction('begin_sending', ' and d.claim_token = w.claim_token\n', '\n')],
    checks: ['test/sql/begin_sending.test.ts', 'model'],
  },
  {
    guard: 'the fence of reports',
    edits: [
      inFunction('settle_replies', `and d.claim_token = r.claim_token and d.status in`, 'and d.status in'),
    ],
    checks: ['model'],
  },
  {
    guard: 'the fence of acceptances',
    edits: [
      inFunction('settle_accepted', `and d.claim_token = r.claim_token and d.status in`, 'and d.status in'),
    ],
    checks: ['model'],
  },
  {
    guard: 'an expired lease begins nothing',
    edits: [inFunction('begin_sending', ' and k.expires_at > v_now\n', '\n')],
    checks: ['test/sql/begin_sending.test.ts', 'model'],
  },
  {
    guard: 'an expired lease is not extended',
    edits: [inFunction('extend_claims', ' and k.expires_at > v_now\n', '\n')],
    checks: ['model'],
  },
  {
    guard: 'a mail is begun once',
    edits: [
      inFunction('begin_sending', `and d.status = 'claimed'`, `and d.status in ('claimed', 'sending')`),
    ],
    checks: ['model'],
  },
  {
    guard: 'a pause stops what is not begun',
    edits: [
      inFunction(
        'begin_sending',
        `when v_campaign.status <> 'sending' then 'the campaign is ' || v_campaign.status`,
        `when false then ''`,
      ),
    ],
    checks: ['races of pause, begin', 'model'],
  },
  {
    guard: 'the cut-off of begin_sending',
    edits: [inFunction('begin_sending', 'when v_now >= v_batch.cut_off_at then', 'when false then')],
    checks: ['test/sql/begin_sending.test.ts', 'model'],
  },
  {
    guard: 'the cut-off of claim_deliveries',
    edits: [inFunction('claim_deliveries', ' or v_now >= v_batch.cut_off_at\n', '\n')],
    checks: ['model'],
  },
  {
    guard: 'a standstill restarts the spacing',
    edits: [inFunction('begin_sending', 'if v_first_attempt and not', 'if false and not')],
    checks: ['model', 'clock'],
  },
  // crash and doubt
  {
    guard: 'what was being sent is in doubt, not queued, after a crash',
    edits: [
      inFunction(
        'return_claims',
        `and d.claim_token = k.claim_token and d.status = 'claimed'`,
        `and d.claim_token = k.claim_token and d.status in ('claimed', 'sending')`,
      ),
    ],
    checks: ['model'],
  },
  {
    guard: 'policy never: a crash sends nothing again',
    edits: [inFunction('return_claims', `v_campaign.in_doubt_policy = 'resend' and`, 'true and')],
    checks: ['model'],
  },
  {
    guard: 'policy never: a missing reply sends nothing again',
    edits: [
      inFunction(
        'settle_replies',
        `(r.outcome = 'in_doubt' and v_policy = 'resend')`,
        `(r.outcome = 'in_doubt')`,
      ),
    ],
    checks: ['model'],
  },
  {
    guard: 'a late acceptance settles its own doubt',
    edits: [
      inFunction(
        'report_outcomes',
        'if v_done.settled_count < jsonb_array_length(p_reports) then',
        'if false then',
      ),
    ],
    checks: ['model'],
  },
  {
    guard: 'what a dead worker held is claimed again',
    edits: [
      inFunction(
        'return_claims',
        'set next_slot = least(b.next_slot, v_first_slot)',
        'set next_slot = b.next_slot',
      ),
    ],
    checks: ['model'],
  },
  {
    guard: 'a batch is not closed while a mail is under way',
    edits: [
      inFunction(
        'explain_open_batch',
        'if not daybatch.is_batch_finished(p_campaign_id, p_batch_number) then',
        'if true then return null;',
      ),
    ],
    checks: ['model'],
  },
  {
    guard: 'an end settled late is counted anew among the failures of its batch',
    edits: [
      inFunction(
        'settle_deliveries',
        'perform daybatch.count_failures(p_campaign_id, v_closed_batches);',
        '',
      ),
    ],
    checks: ['test/sql/list_failures.test.ts', 'model'],
  },
  // who may be mailed
  {
    guard: 'suppressions at the opening',
    edits: [inFunction('fill_batch', 'where s.address_key = a.address_key and', 'where false and')],
    checks: ['model'],
  },
  {
    guard: 'suppressions at the claim',
    edits: [
      inFunction(
        'skip_ineligible',
        'where s.address_key in (a.address_key, d.address_key) and',
        'where false and',
      ),
    ],
    checks: ['races of suppress, claim', 'model'],
  },
  {
    guard: 'unsubscribed contacts at the claim',
    edits: [inFunction('skip_ineligible', `when p.unsubscribed_at is not null then 'unsubscribed'\n`, '\n')],
    checks: ['test/sql/claim_deliveries.test.ts', 'model'],
  },
  {
    guard: 'a changed address is compared at the claim',
    edits: [
      inFunction(
        'skip_ineligible',
        'v_delivery.current_key is distinct from v_delivery.address_key',
        'false',
      ),
    ],
    checks: ['model'],
  },
  {
    guard: 'a duplicate address is skipped at the opening',
    edits: [
      inFunction(
        'fill_batch',
        `where d.campaign_id = p_campaign_id and d.address_key = a.address_key and d.contact_id <> k.contact_id) then`,
        'where false) then',
      ),
    ],
    checks: ['model'],
  },
  // the chain
  {
    guard: 'the next batch has its job',
    edits: [
      inFunction(
        'open_batch',
        'perform daybatch.enqueue_batch(p_campaign_id, v_number + 1, v_next_due);',
        '',
      ),
      inFunction('advance_campaign', `if v_campaign.status = 'sending' then`, 'if false then'),
    ],
    checks: ['model'],
  },
  // the sending rules
  {
    guard: 'the limit of a sender',
    edits: [inFunction('limit_by_counts', 'if v_sender.sender is not null then', 'if false then')],
    checks: [SENDING_RULES],
  },
  {
    guard: 'the limit of a sender: its lock',
    edits: [
      inFunction(
        'limit_by_counts',
        'm.message_version = p_batch.message_version))\n  for no key update;',
        'm.message_version = p_batch.message_version));',
      ),
    ],
    checks: [SENDING_RULES],
  },
  {
    guard: 'a mail counts for 24 hours',
    edits: [inFunction('count_hand_overs', `else interval '24 hours' end`, `else interval '23 hours' end`)],
    checks: [SENDING_RULES],
  },
  {
    guard: 'the limit of a recipient domain',
    edits: [
      inFunction(
        'claim_deliveries',
        'case when v_is_shared then daybatch.pass_over_domains(v_batch, v_ids, v_now) else v_ids end',
        'v_ids',
      ),
    ],
    checks: [SENDING_RULES],
  },
  {
    guard: 'the limit of a recipient domain: its lock',
    edits: [inFunction('pass_over_domains', 'order by l.domain for no key update of l', 'order by l.domain')],
    checks: [SENDING_RULES],
  },
  {
    guard: 'who changes limits waits for whoever changes others',
    edits: [inFunction('note_shared_limit', 'perform 1 from daybatch.settings for no key update;', '')],
    checks: [SENDING_RULES],
  },
  {
    guard: 'the rolling limit',
    edits: [
      inFunction('limit_by_counts', `if p_batch.sending_rules ? 'rolling_interval' then`, 'if false then'),
    ],
    checks: [SENDING_RULES],
  },
  {
    guard: 'the send window at the claim',
    edits: [inFunction('limit_claim', 'if p_now >= p_batch.window_ends_at then', 'if false then')],
    checks: [SENDING_RULES],
  },
  {
    guard: 'the send window before the data',
    edits: [
      inFunction(
        'begin_sending',
        `when v_now >= v_batch.window_ends_at then 'the send window is closed'\n`,
        '\n',
      ),
    ],
    checks: [SENDING_RULES],
  },
]
