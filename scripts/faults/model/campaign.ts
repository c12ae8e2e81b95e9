import { Batch, Delivery, type Ticket } from './batch.ts'
import type { Contacts } from './contacts.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const LEASE = MINUTE
const DEFERRAL_PERIOD = 6 * HOUR
/** Set lower than the default, so that histories reach it. */
export const DEFERRAL_LIMIT = 3
const FIRST_RETRY = 15 * MINUTE

export type Status = 'sending' | 'paused' | 'completed' | 'cancelled'
export type Policy = 'never' | 'resend' | 'ask'

/** A server's answer as the rules sort it: what it means, and whom it is about. */
export interface Verdict {
  outcome: 'sent' | 'failed' | 'deferred' | 'in_doubt'
  scope: 'recipient' | 'server' | 'campaign'
}

/** A refusal with its SQLSTATE. */
export class Refusal extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** What the rules say happens to one campaign: the guide's words as plain code over plain objects. */
export class Campaign {
  status: Status = 'sending'
  limit: number
  readonly policy: Policy
  readonly interval: number
  readonly audience: number[]
  isInitialised = false
  remaining: number[] = []
  processed: number[] = []
  failed: number[] = []
  nextDue: number | null = null
  number = 1
  readonly batches: Batch[] = []
  readonly deliveries: Delivery[] = []
  readonly removed = new Set<number>()
  readonly #contacts: Contacts

  constructor(
    contacts: Contacts,
    options: { limit: number; policy: Policy; interval: number; audience: number[] },
  ) {
    this.#contacts = contacts
    this.limit = options.limit
    this.policy = options.policy
    this.interval = options.interval
    this.audience = options.audience
  }

  get now(): number {
    return this.#contacts.now
  }

  get open(): Batch | undefined {
    const last = this.batches.at(-1)
    return last?.closed ? undefined : last
  }

  get window(): number {
    return Math.min(5 * MINUTE, this.interval / 10)
  }

  find(contact: number): Delivery | undefined {
    return this.deliveries.find(delivery => delivery.contact === contact)
  }

  initialise(): void {
    if (this.isInitialised) return
    this.remaining = this.audience.filter(contact => !this.#contacts.all[contact]!.isDeleted)
    if (this.remaining.length === 0) throw new Refusal('MB003')
    this.isInitialised = true
    this.nextDue = this.now
  }

  openBatch(source: string): void {
    if (this.status !== 'sending') throw new Refusal('MB002')
    this.initialise()
    if (this.open) throw new Refusal('MB007')
    const previous = this.batches.at(-1)
    const due = Math.max(this.nextDue ?? this.now, previous ? previous.spacedFrom + this.interval : 0)
    if (this.now < due - (source === 'cron' ? this.window : 0)) throw new Refusal('MB006')
    const countedAt = this.now <= due + this.window ? due : this.now
    const batch = new Batch(this, this.batches.length + 1, countedAt)
    this.batches.push(batch)
    this.#fill(batch)
    this.number = batch.number
    this.nextDue = countedAt + this.interval
  }

  /** From the head of remaining, in order, until the limit is filled by eligible contacts. */
  #fill(batch: Batch): void {
    // addresses as they stood before: a contact's own earlier address keeps others away
    const taken = new Map(this.deliveries.map(({ contact, address }) => [address, contact]))
    for (const contact of this.remaining) {
      if (batch.slotCount === batch.limit) break
      batch.head += 1
      const address = this.find(contact)?.copiedAddress ?? this.#contacts.all[contact]!.address
      const holder = taken.get(address)
      const isDuplicate = holder !== undefined && holder !== contact
      const isEligible = this.#contacts.mayBeMailed(contact, this, address) && !isDuplicate
      const delivery = this.find(contact) ?? new Delivery(contact, batch)
      if (!this.deliveries.includes(delivery)) this.deliveries.push(delivery)
      if (isEligible) taken.set(address, contact)
      batch.select(delivery, isEligible ? address : null)
    }
  }

  claim(limit: number): Ticket[] {
    return this.status === 'sending' ? (this.open?.claim(limit, this.#contacts) ?? []) : []
  }

  /** Whether each of the mails may go out. */
  begin(tickets: Ticket[]): boolean[] {
    const batch = this.open
    if (this.status !== 'sending' || !batch || this.now >= batch.cutOff) return tickets.map(() => false)
    return batch.begin(tickets)
  }

  report(ticket: Ticket, verdict: Verdict): void {
    const { delivery, claim } = ticket
    if (delivery.claim === claim && ['claimed', 'sending'].includes(delivery.status)) {
      this.#settleReport(ticket, verdict)
      if (verdict.scope === 'server') this.open!.noteRefusal()
      if (verdict.scope === 'campaign' && this.status === 'sending') this.status = 'paused'
    } else {
      this.#settleLate(ticket, verdict)
    }
  }

  #settleReport({ delivery, claim }: Ticket, { outcome, scope }: Verdict): void {
    const isDeferral =
      (outcome === 'deferred' && scope === 'recipient') ||
      (outcome === 'in_doubt' && this.policy === 'resend')
    // a copy before this one may have been accepted: no refusal of a later one says otherwise
    const isDoubtful = outcome === 'in_doubt' || (this.policy === 'resend' && delivery.wasInDoubt)
    claim.open.delete(delivery)
    delivery.addAttempt(claim, outcome)
    if (outcome === 'failed' && delivery.address !== null) this.#contacts.refuse(delivery.address)
    delivery.status = outcome === 'failed' && isDoubtful ? 'in_doubt' : outcome
    if (outcome === 'deferred') delivery.retryAt = this.now
    if (isDeferral) this.#defer(delivery, isDoubtful)
    if (delivery.status !== 'deferred') delivery.endCopy()
    else if (!delivery.wasInDoubt) delivery.copiedAddress = null
  }

  /** Retried with back-off inside its batch; then back to remaining; failed after so many deferrals. */
  #defer(delivery: Delivery, isDoubtful: boolean): void {
    delivery.deferrals += 1
    delivery.deferredSince ??= this.now
    const delay = Math.min(FIRST_RETRY * 2 ** (delivery.deferrals - 1), 2 * HOUR, this.interval / 10)
    const retryAt = this.now + delay
    delivery.retryAt = null
    if (delivery.deferrals >= DEFERRAL_LIMIT) {
      delivery.status = isDoubtful ? 'in_doubt' : 'failed'
      return
    }
    delivery.status = 'deferred'
    if (retryAt > Math.min(delivery.deferredSince + DEFERRAL_PERIOD, this.open!.cutOff)) delivery.slot = null
    else delivery.retryAt = retryAt
  }

  /**
   * A report of a mail that is not the worker's any more: an acceptance settles the doubt that its own token left;
   * a claim that still names the mail gives it up. Everything else is stale.
   */
  #settleLate({ delivery, claim }: Ticket, verdict: Verdict): void {
    const own = delivery.attempts.filter(attempt => attempt.claim === claim).at(-1)
    const isDoubtful = own
      ? own.outcome === 'in_doubt'
      : delivery.claim === claim && delivery.status === 'sent'
    if (!claim.open.has(delivery) && !(verdict.outcome === 'sent' && isDoubtful)) return
    const isSent = delivery.status === 'sent'
    // an operator's word that it was sent is no second mail
    const isTwice = verdict.outcome === 'sent' && isSent && delivery.wasAccepted
    delivery.addAttempt(claim, isTwice ? 'accepted_twice' : verdict.outcome)
    claim.open.delete(delivery)
    if (verdict.outcome === 'sent' && !isSent) this.settle([delivery], 'sent')
  }

  /** Settled after the fact. Inside the open batch only the ledger changes: the close moves the arrays. */
  settle(deliveries: Delivery[], status: 'sent' | 'deferred'): void {
    const closed: number[] = []
    for (const delivery of deliveries) {
      delivery.status = status
      delivery.retryAt = null
      if (status === 'deferred') {
        delivery.slot = null
        delivery.deferrals = 0
      }
      if (delivery.batch !== this.open) closed.push(delivery.contact)
    }
    const isOther = (contact: number) => !closed.includes(contact)
    this.failed = this.failed.filter(isOther)
    this.remaining = this.remaining.filter(contact => status === 'deferred' || isOther(contact))
    const to = status === 'sent' ? this.processed : this.remaining
    to.push(...closed)
    if (status === 'deferred' && closed.length > 0) this.reopen()
  }

  /** A refused address may be mailed again. */
  retry(address: string): void {
    this.#contacts.retry(address)
  }

  reopen(): void {
    if (this.status !== 'completed') return
    const last = this.batches.at(-1)!
    this.status = 'sending'
    this.number = last.number + 1
    this.nextDue = Math.max(last.spacedFrom + this.interval, this.now)
  }

  /** True when the open batch is closed now. */
  close(): boolean {
    const batch = this.open
    if (!batch) return false
    if (this.now >= batch.cutOff || this.status === 'cancelled') batch.returnUnsent()
    if (!batch.isFinished) return false
    const ends = batch.close(this.remaining.slice(0, batch.head))
    this.remaining = [...ends.untried, ...this.remaining.slice(batch.head), ...ends.tried]
    this.processed.push(...ends.sent)
    this.failed.push(...ends.failed)
    batch.closed!.remaining = this.remaining.length
    const isOver = this.remaining.length === 0
    if (isOver && this.status !== 'cancelled') this.status = 'completed'
    if (!isOver && this.status !== 'cancelled') this.number = batch.number + 1
    if (isOver || this.status === 'cancelled') this.nextDue = null
    return true
  }

  /** One step on: what is expired is released, what is finished closed, what is due opened. */
  process(source: string): string {
    this.open?.releaseExpired()
    const wasOpen = this.open !== undefined
    const wasClosed = this.close()
    if (wasOpen && !wasClosed) return 'sending'
    const action = this.status === 'completed' && wasClosed ? 'completed' : wasClosed ? 'closed' : undefined
    if (this.status !== 'sending') return action ?? this.status
    try {
      this.initialise()
      if (this.remaining.length === 0) {
        this.status = 'completed'
        this.nextDue = null
        this.number = this.batches.at(-1)!.number
        return 'completed'
      }
      this.openBatch(source)
      return 'opened'
    } catch (error) {
      const { code } = error as Refusal
      if (code === 'MB006') return action ?? 'waiting'
      if (code !== 'MB003') throw error
      this.status = 'paused'
      return 'paused'
    }
  }
}
