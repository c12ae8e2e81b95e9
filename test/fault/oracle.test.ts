// The oracle of the fault programme against ledgers made by hand: what it must find, and what it must let pass.
import t from 'tap'
import type { AttemptFacts, DeliveryFacts, Facts } from '../../scripts/faults/facts.ts'
import { type Acceptance, judge } from '../../scripts/faults/oracle.ts'

const HOUR = 60 * 60 * 1000
const START = Date.UTC(2026, 2, 2, 9)

/** Three contacts, limit 2, two batches, everybody mailed once: nothing to find. */
function makeRun() {
  const contactIds = ['ada', 'bo', 'cy']
  const batches = [1, 2].map(batch_number => {
    const opened_at = START + (batch_number - 1) * 24 * HOUR
    return {
      campaign_id: 'spring',
      batch_number,
      send_limit: 2,
      interval_ms: 24 * HOUR,
      source: 'job',
      opened_at,
      counted_at: opened_at,
      spaced_from: opened_at,
    }
  })
  const deliveries: DeliveryFacts[] = contactIds.map((contact_id, index) => ({
    delivery_id: String(index + 1),
    campaign_id: 'spring',
    contact_id,
    batch_number: index < 2 ? 1 : 2,
    status: 'sent',
    email: `${contact_id}@example.org`,
    message_key: `key-${contact_id}`,
  }))
  const attempts = deliveries.map(delivery => makeAttempt(delivery))
  const campaign = { id: 'spring', name: 'Spring', status: 'completed', policy: 'never' }
  const facts: Facts = {
    campaigns: [{ ...campaign, remaining: [], processed: [...contactIds], failed: [] }],
    batches,
    deliveries,
    attempts,
    audit: [],
  }
  const ledger = deliveries.map(delivery => accept(delivery))
  return { facts, ledger, campaigns: [{ id: 'spring', name: 'Spring', contactIds }] }
}

const begunAt = ({ batch_number }: DeliveryFacts) => START + (batch_number - 1) * 24 * HOUR + 1000

function makeAttempt(delivery: DeliveryFacts, changes: Partial<AttemptFacts> = {}): AttemptFacts {
  const sending_at = begunAt(delivery)
  return {
    delivery_id: delivery.delivery_id,
    batch_number: delivery.batch_number,
    worker_id: 'host/1/worker',
    claim_token: `claim-${delivery.delivery_id}`,
    outcome: 'sent',
    stage: 'message',
    sending_at,
    ended_at: sending_at + 100,
    ...changes,
  }
}

const accept = (delivery: DeliveryFacts, afterMs = 50): Acceptance => ({
  at: new Date(begunAt(delivery) + afterMs).toISOString(),
  message_id: `<${delivery.message_key}@example.org>`,
  recipient: delivery.email,
  sha256: `hash of ${delivery.message_key}`,
})

type Run = ReturnType<typeof makeRun>

/** Moves a contact from processed to another array, with its delivery's status. */
function restate({ facts }: Run, contact: string, status: string, array: 'remaining' | 'failed' = 'failed') {
  const [campaign] = facts.campaigns
  campaign!.processed = campaign!.processed.filter(id => id !== contact)
  campaign![array].push(contact)
  const delivery = facts.deliveries.find(({ contact_id }) => contact_id === contact)!
  delivery.status = status
  return delivery
}

const findings: Record<string, { change: (run: Run) => void; finds: object; says: RegExp }> = {
  'the same mail twice': {
    change: ({ facts, ledger }) => void ledger.push(accept(facts.deliveries[0]!, 900)),
    finds: { duplicates: 1, lost: 0 },
    says: /duplicate: ada@example.org/,
  },
  'a mail that no delivery knows': {
    change: ({ ledger }) => {
      ledger[0]!.message_id = '<other@example.org>'
    },
    finds: { lost: 2 },
    says: /no delivery knows/,
  },
  "one's mail to another": {
    change: ({ ledger }) => {
      ledger[0]!.recipient = 'bo@example.org'
    },
    finds: { lost: 2 },
    says: /no delivery knows/,
  },
  'sent, and never accepted': {
    change: ({ ledger }) => void ledger.shift(),
    finds: { lost: 1 },
    says: /the SMTP server never took it/,
  },
  'accepted, and called failed: a false safe': {
    change: run => void restate(run, 'ada', 'failed'),
    finds: { lost: 1 },
    says: /the SMTP server took it, the database does not know/,
  },
  'a contact in no array': {
    change: ({ facts }) => void facts.campaigns[0]!.processed.pop(),
    finds: { lost: 2 },
    says: /contact cy of Spring stands in 0 arrays/,
  },
  'a contact in two arrays': {
    change: ({ facts }) => void facts.campaigns[0]!.failed.push('ada'),
    finds: { lost: 1 },
    says: /contact ada of Spring stands in 2 arrays/,
  },
  'a contact that nobody put on the list': {
    change: ({ facts }) => void facts.campaigns[0]!.failed.push('eve'),
    finds: { lost: 1 },
    says: /contact eve does not belong to Spring/,
  },
  'a campaign that is gone': {
    change: ({ facts }) => void facts.campaigns.pop(),
    finds: { lost: 4 },
    says: /campaign Spring is gone/,
  },
  'a campaign that has not come to its end': {
    change: ({ facts }) => {
      facts.campaigns[0]!.status = 'sending'
    },
    finds: { lost: 0 },
    says: /incomplete: campaign Spring is sending/,
  },
  'a batch above its limit': {
    change: ({ facts }) => {
      for (const row of [facts.deliveries[2]!, facts.attempts[2]!]) row.batch_number = 1
    },
    finds: { over_limit: 1 },
    says: /batch 1 of spring: 3 mails, limit 2/,
  },
  'a batch that came too early': {
    change: ({ facts }) => {
      facts.batches[1]!.opened_at -= 1000
      facts.batches[1]!.counted_at -= 1000
    },
    finds: { over_limit: 1 },
    says: /batch 2 of spring came 1000 ms too early/,
  },
  'a batch that counts too early, though it opened late': {
    change: ({ facts }) => {
      facts.batches[1]!.counted_at -= 2000
    },
    finds: { over_limit: 1 },
    says: /2000 ms too early/,
  },
  'a mail that went out before its sending was committed': {
    change: ({ facts }) => {
      facts.attempts[0]!.sending_at! += 5000
    },
    finds: { duplicates: 0, lost: 0 },
    says: /intent: ada@example.org.*accepted before its sending was committed/,
  },
  'a mail without any intent': {
    change: ({ facts }) => {
      facts.attempts[0]!.sending_at = null
    },
    finds: { lost: 0 },
    says: /intent: ada@example.org/,
  },
  'a disagreement of the audit': {
    change: ({ facts }) => void facts.audit.push('total_differs: 3 and 4'),
    finds: { lost: 0 },
    says: /audit: total_differs/,
  },
}

t.test('nothing to find', async t => {
  const { facts, ledger, campaigns } = makeRun()
  t.match(judge(ledger, facts, campaigns), {
    duplicates: 0,
    lost: 0,
    in_doubt: 0,
    over_limit: 0,
    failures: [],
    accepted: 3,
    copies: 0,
  })
})

for (const [name, { change, finds, says }] of Object.entries(findings)) {
  t.test(`finds ${name}`, async t => {
    const run = makeRun()
    change(run)
    const judgement = judge(run.ledger, run.facts, run.campaigns)
    t.match(judgement, finds)
    t.match(judgement.failures.join('\n'), says)
  })
}

t.test('a mail in doubt may have been accepted or not', async t => {
  for (const isAccepted of [true, false]) {
    const run = makeRun()
    const delivery = restate(run, 'ada', 'in_doubt')
    run.facts.attempts[0]!.outcome = 'in_doubt'
    if (!isAccepted) run.ledger.shift()
    t.match(
      judge(run.ledger, run.facts, run.campaigns),
      { in_doubt: 1, lost: 0, failures: [] },
      delivery.email,
    )
  }
})

/** Ada's first mail was in doubt and went out again. */
function makeResend(policy: string) {
  const run = makeRun()
  const [ada] = run.facts.deliveries
  run.facts.campaigns[0]!.policy = policy
  run.facts.attempts.unshift(
    makeAttempt(ada!, { claim_token: 'first', outcome: 'in_doubt', sending_at: begunAt(ada!) - 500 }),
  )
  run.ledger.unshift(accept(ada!, -450))
  return run
}

t.test('a second copy is allowed under resend, once per doubt, and with the same bytes', async t => {
  const run = makeResend('resend')
  t.match(judge(run.ledger, run.facts, run.campaigns), {
    duplicates: 0,
    over_limit: 0,
    failures: [],
    copies: 1,
  })
  const other = makeResend('resend')
  other.ledger[0]!.sha256 = 'other bytes'
  t.match(judge(other.ledger, other.facts, other.campaigns).failures, [/bytes: ada.*the second copy differs/])
  const third = makeResend('resend')
  third.ledger.push(accept(third.facts.deliveries[0]!, 900))
  t.match(judge(third.ledger, third.facts, third.campaigns), { duplicates: 1, copies: 1 })
})

t.test('a second copy is a duplicate under the other policies', async t => {
  for (const policy of ['never', 'ask']) {
    const run = makeResend(policy)
    t.match(judge(run.ledger, run.facts, run.campaigns), { duplicates: 1, copies: 0 }, policy)
  }
})

t.test('many findings of one kind are counted, and a few of them told', async t => {
  const run = makeRun()
  for (let copy = 1; copy <= 20; copy++) run.ledger.push(accept(run.facts.deliveries[0]!, 100 * copy))
  const { duplicates, failures } = judge(run.ledger, run.facts, run.campaigns)
  t.equal(duplicates, 20)
  t.equal(failures.filter(line => line.startsWith('duplicate: ada')).length, 5)
  t.match(failures.join('\n'), /duplicate: 15 more/)
})
