import type pg from 'pg'
import { type AttemptFacts, type DeliveryFacts, type Facts, readFacts } from './facts.ts'
import type { PartResult } from './part.ts'
import type { Campaign } from './world/campaigns.ts'
import type { MailLine, MailServer } from './world/mail-server.ts'

/** A mail that the SMTP server took, as far as the oracle needs it. */
export type Acceptance = Pick<MailLine, 'at' | 'message_id' | 'recipient' | 'sha256'>

export interface Judgement extends PartResult {
  /** Mails that the SMTP server took. */
  accepted: number
  /** Of those, second copies that the policy `resend` allows. */
  copies: number
}

/** Failures beyond this many of one kind are only counted. */
const TOLD = 5
/** Time stamps of the SMTP server are cut to milliseconds. */
const CLOCK_TOLERANCE_MS = 5

/**
 * Compares the SMTP server's ledger, which was on disk before any 250, with what the database says at the end, and
 * both with the audience that the programme itself created. Every campaign must be complete.
 */
export async function consultOracle(
  pool: pg.Pool,
  mail: MailServer,
  campaigns: Campaign[],
): Promise<{ judgement: Judgement; facts: Facts }> {
  const facts = await readFacts(
    pool,
    campaigns.map(({ id }) => id),
  )
  return { judgement: judge(await mail.readLedger(), facts, campaigns), facts }
}

export function judge(acceptances: Acceptance[], facts: Facts, campaigns: Campaign[]): Judgement {
  const book = new Book(acceptances, facts)
  const findings = new Findings()
  checkAudience(facts, campaigns, findings)
  checkDeliveries(book, facts, findings)
  checkLimits(book, facts, findings)
  checkSpacing(facts, findings)
  for (const line of facts.audit) findings.add('audit', line)
  for (const { message_id, recipient } of book.unknown) {
    findings.add('lost', `the SMTP server took a mail that no delivery knows: ${message_id} to ${recipient}`)
  }
  return {
    duplicates: findings.count('duplicate'),
    lost: findings.count('lost'),
    in_doubt: facts.deliveries.filter(({ status }) => status === 'in_doubt').length,
    over_limit: findings.count('over limit'),
    failures: findings.lines(),
    accepted: acceptances.length,
    copies: book.copies,
  }
}

/** Deliveries with their attempts and their acceptances. */
class Book {
  readonly unknown: Acceptance[] = []
  copies = 0
  readonly #accepted = new Map<string, Acceptance[]>()
  readonly #attempts: Map<string, AttemptFacts[]>

  constructor(acceptances: Acceptance[], facts: Facts) {
    const byKey = new Map(facts.deliveries.map(delivery => [delivery.message_key, delivery]))
    this.#attempts = Map.groupBy(facts.attempts, ({ delivery_id }) => delivery_id)
    for (const acceptance of acceptances) {
      const key = /^<([^@]*)@/.exec(acceptance.message_id ?? '')?.[1] ?? ''
      const delivery = byKey.get(key)
      if (delivery?.email !== acceptance.recipient) this.unknown.push(acceptance)
      else this.#accepted.set(delivery.delivery_id, [...this.accepted(delivery), acceptance])
    }
  }

  accepted({ delivery_id }: DeliveryFacts): Acceptance[] {
    return this.#accepted.get(delivery_id) ?? []
  }

  attempts({ delivery_id }: DeliveryFacts): AttemptFacts[] {
    return this.#attempts.get(delivery_id) ?? []
  }

  /** Attempts whose `sending` was committed before a mail was accepted. */
  begunBefore(delivery: DeliveryFacts, { at }: Acceptance): AttemptFacts[] {
    const time = Date.parse(at) + CLOCK_TOLERANCE_MS
    return this.attempts(delivery).filter(({ sending_at }) => sending_at !== null && sending_at <= time)
  }

  /** The batch under which a mail went out. */
  findBatch(delivery: DeliveryFacts, acceptance: Acceptance): number {
    return this.begunBefore(delivery, acceptance).at(-1)?.batch_number ?? delivery.batch_number
  }
}

class Findings {
  readonly #byKind = new Map<string, string[]>()

  add(kind: string, line: string): void {
    this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), line])
  }

  count(kind: string): number {
    return this.#byKind.get(kind)?.length ?? 0
  }

  lines(): string[] {
    return [...this.#byKind].flatMap(([kind, lines]) => [
      ...lines.slice(0, TOLD).map(line => `${kind}: ${line}`),
      ...(lines.length > TOLD ? [`${kind}: ${lines.length - TOLD} more`] : []),
    ])
  }
}

/** Every contact that the programme put on a list stands in exactly one array, and nobody else does. */
function checkAudience(facts: Facts, campaigns: Campaign[], findings: Findings): void {
  for (const { id, name, contactIds } of campaigns) {
    const campaign = facts.campaigns.find(row => row.id === id)
    if (!campaign) {
      findings.add('lost', `campaign ${name} is gone`)
      continue
    }
    if (campaign.status !== 'completed') findings.add('incomplete', `campaign ${name} is ${campaign.status}`)
    const standing = new Map<string, number>()
    for (const contact of [...campaign.remaining, ...campaign.processed, ...campaign.failed]) {
      standing.set(contact, (standing.get(contact) ?? 0) + 1)
    }
    for (const contact of contactIds) {
      const count = standing.get(contact) ?? 0
      if (count !== 1) findings.add('lost', `contact ${contact} of ${name} stands in ${count} arrays`)
      standing.delete(contact)
    }
    for (const contact of standing.keys())
      findings.add('lost', `contact ${contact} does not belong to ${name}`)
  }
}

/** What the database calls sent was accepted, what was accepted is sent or in doubt, and nobody got it twice. */
function checkDeliveries(book: Book, facts: Facts, findings: Findings): void {
  const policies = new Map(facts.campaigns.map(({ id, policy }) => [id, policy]))
  const arrays = new Map(facts.campaigns.map(({ id, processed }) => [id, new Set(processed)]))
  for (const delivery of facts.deliveries) {
    const { campaign_id, contact_id, status } = delivery
    const accepted = book.accepted(delivery)
    const who = `${delivery.email} (delivery ${delivery.delivery_id}, ${status})`
    if (status === 'sent' && accepted.length === 0)
      findings.add('lost', `${who}: the SMTP server never took it`)
    if (status !== 'sent' && status !== 'in_doubt' && accepted.length > 0)
      findings.add('lost', `${who}: the SMTP server took it, the database does not know`)
    if (arrays.get(campaign_id)?.has(contact_id) !== (status === 'sent'))
      findings.add('lost', `${who}: contacts_processed says otherwise`)

    for (const [index, acceptance] of accepted.entries()) {
      const begun = new Set(book.begunBefore(delivery, acceptance).map(({ claim_token }) => claim_token))
      if (begun.size <= index) findings.add('intent', `${who}: accepted before its sending was committed`)
    }

    const doubts = book.attempts(delivery).filter(({ outcome }) => outcome === 'in_doubt').length
    const allowed = policies.get(campaign_id) === 'resend' ? 1 + doubts : 1
    for (const { at } of accepted.slice(allowed)) findings.add('duplicate', `${who}: accepted again at ${at}`)
    book.copies += Math.max(Math.min(accepted.length, allowed) - 1, 0)
    if (new Set(accepted.map(({ sha256 }) => sha256)).size > 1)
      findings.add('bytes', `${who}: the second copy differs`)
  }
}

/** No batch has more accepted mails than its limit; a second copy of one mail is no second mail. */
function checkLimits(book: Book, facts: Facts, findings: Findings): void {
  const recipients = new Map<string, Set<string>>()
  for (const delivery of facts.deliveries) {
    for (const acceptance of book.accepted(delivery)) {
      const batch = `${delivery.campaign_id} ${book.findBatch(delivery, acceptance)}`
      recipients.set(batch, (recipients.get(batch) ?? new Set()).add(delivery.delivery_id))
    }
  }
  for (const { campaign_id, batch_number, send_limit } of facts.batches) {
    const mails = recipients.get(`${campaign_id} ${batch_number}`)?.size ?? 0
    for (let above = send_limit; above < mails; above++) {
      findings.add(
        'over limit',
        `batch ${batch_number} of ${campaign_id}: ${mails} mails, limit ${send_limit}`,
      )
    }
  }
}

/** No batch counts, or opens, less than an interval after the one before. */
function checkSpacing({ batches }: Facts, findings: Findings): void {
  for (const batch of batches) {
    const before = batches.find(
      ({ campaign_id, batch_number }) =>
        campaign_id === batch.campaign_id && batch_number === batch.batch_number - 1,
    )
    if (!before) continue
    const early = before.spaced_from + before.interval_ms - Math.min(batch.counted_at, batch.opened_at)
    if (early > 1) {
      const { campaign_id, batch_number } = batch
      findings.add(
        'over limit',
        `batch ${batch_number} of ${campaign_id} came ${Math.round(early)} ms too early`,
      )
    }
  }
}

/** Adds up what several runs found. */
export function sumJudgements(judgements: Judgement[]): Judgement {
  const sum = (key: 'duplicates' | 'lost' | 'in_doubt' | 'over_limit' | 'accepted' | 'copies') =>
    judgements.reduce((total, judgement) => total + judgement[key], 0)
  return {
    duplicates: sum('duplicates'),
    lost: sum('lost'),
    in_doubt: sum('in_doubt'),
    over_limit: sum('over_limit'),
    failures: judgements.flatMap(({ failures }) => failures),
    accepted: sum('accepted'),
    copies: sum('copies'),
  }
}
