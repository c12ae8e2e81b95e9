import { type Campaign, DEFERRAL_LIMIT, HOUR, LEASE, MINUTE } from './campaign.ts'
import type { Contacts } from './contacts.ts'

/** A worker's lease; `open` are the deliveries it still answers for. */
export interface Claim {
  readonly claimedAt: number
  expiresAt: number
  open: Set<Delivery>
}

/** What a worker knows of a delivery it claimed; it may use it long after the claim is gone. */
export interface Ticket {
  delivery: Delivery
  claim: Claim
}

export type DeliveryStatus =
  | 'queued'
  | 'claimed'
  | 'sending'
  | 'sent'
  | 'failed'
  | 'skipped'
  | 'in_doubt'
  | 'deferred'

interface Attempt {
  claim: Claim
  batch: Batch
  outcome: 'sent' | 'failed' | 'in_doubt' | 'deferred' | 'accepted_twice'
}

export class Delivery {
  readonly contact: number
  batch: Batch
  slot: number | null = null
  status: DeliveryStatus = 'queued'
  deferrals = 0
  claim: Claim | null = null
  address: string | null = null
  deferredSince: number | null = null
  retryAt: number | null = null
  readonly attempts: Attempt[] = []
  /** Under the policy resend a second copy goes where the first went. */
  copiedAddress: string | null = null

  constructor(contact: number, batch: Batch) {
    this.contact = contact
    this.batch = batch
  }

  get wasInDoubt(): boolean {
    return this.attempts.some(({ outcome }) => outcome === 'in_doubt')
  }

  /** Its first copy may have been accepted: whoever is barred then stays in doubt, and the address taken. */
  get mayHaveArrived(): boolean {
    return this.copiedAddress !== null && this.wasInDoubt
  }

  get wasAccepted(): boolean {
    return this.attempts.some(({ outcome }) => outcome === 'sent' || outcome === 'accepted_twice')
  }

  addAttempt(claim: Claim, outcome: Attempt['outcome']): void {
    this.attempts.push({ claim, batch: this.batch, outcome })
  }

  endCopy(): void {
    this.copiedAddress = null
  }
}

export class Batch {
  readonly campaign: Campaign
  readonly number: number
  readonly limit: number
  readonly openedAt: number
  readonly countedAt: number
  readonly cutOff: number
  spacedFrom: number
  head = 0
  slotCount = 0
  /** First attempts are claimed by a cursor over the slots, which goes back to what is given back. */
  nextSlot = 1
  lastBegunAt: number | null = null
  refusals = 0
  refusedUntil: number | null = null
  readonly claims = new Set<Claim>()
  closed: { sent: number; failed: number; remaining: number } | null = null

  constructor(campaign: Campaign, number: number, countedAt: number) {
    const { now, interval, limit } = campaign
    this.campaign = campaign
    this.number = number
    this.limit = limit
    this.openedAt = now
    this.countedAt = countedAt
    this.spacedFrom = countedAt
    this.cutOff = countedAt + interval - Math.min(15 * MINUTE, interval / 10)
  }

  get deliveries(): Delivery[] {
    return this.campaign.deliveries.filter(({ batch }) => batch === this)
  }

  /** Without an address it is not mailed and uses no slot. */
  select(delivery: Delivery, address: string | null): void {
    delivery.batch = this
    delivery.slot = address === null ? null : ++this.slotCount
    delivery.status = address === null ? (delivery.mayHaveArrived ? 'in_doubt' : 'skipped') : 'queued'
    if (delivery.status !== 'in_doubt') delivery.address = address
    delivery.claim = null
    delivery.deferredSince = null
  }

  /**
   * Retries that are due, then the next slots. While the server refuses nobody, then one mail that finds out whether
   * it still does: a first attempt, if there is one.
   */
  claim(limit: number, contacts: Contacts): Ticket[] {
    const { now } = this.campaign
    if (now >= this.cutOff || now < (this.refusedUntil ?? 0)) return []
    const isRefused = this.refusedUntil !== null
    if (isRefused && this.liveClaims.some(({ claimedAt }) => claimedAt >= this.refusedUntil!)) return []
    const most = isRefused ? 1 : limit
    for (;;) {
      const isForRetries = !isRefused || this.nextSlot > this.slotCount
      const retries = isForRetries ? this.#dueRetries().slice(0, most) : []
      const queued = this.#takeSlots(most - retries.length)
      const looked = [...retries, ...queued].sort((a, b) => a.slot! - b.slot!)
      if (looked.length === 0) return []
      const eligible = looked.filter(delivery => this.#lookAgain(delivery, contacts))
      if (eligible.length > 0) return this.#lease(eligible)
    }
  }

  /** Retries that are due at one moment have no order among themselves. */
  get hasTies(): boolean {
    const times = this.#dueRetries().map(({ retryAt }) => retryAt)
    return new Set(times).size < times.length
  }

  #dueRetries(): Delivery[] {
    const { now } = this.campaign
    return this.deliveries
      .filter(({ retryAt }) => retryAt !== null && retryAt <= now)
      .sort((a, b) => a.retryAt! - b.retryAt!)
  }

  #takeSlots(count: number): Delivery[] {
    if (count === 0 || this.nextSlot > this.slotCount) return []
    const queued = this.deliveries
      .filter(({ status, slot }) => status === 'queued' && slot! >= this.nextSlot)
      .sort((a, b) => a.slot! - b.slot!)
      .slice(0, count)
    this.nextSlot = queued.length < count ? this.slotCount + 1 : queued.at(-1)!.slot! + 1
    return queued
  }

  /** Right before the mail: still to be mailed, and at an address nobody else of the campaign has? */
  #lookAgain(delivery: Delivery, contacts: Contacts): boolean {
    const { contact, copiedAddress } = delivery
    const { address } = contacts.all[contact]!
    const isBarred =
      !contacts.mayBeMailed(contact, this.campaign) || contacts.suppressed.has(delivery.address ?? '')
    const hasMoved = copiedAddress === null && address !== delivery.address
    const isTaken = hasMoved && this.campaign.deliveries.some(other => other.address === address)
    if (isBarred || isTaken) {
      const end = delivery.mayHaveArrived ? { status: 'in_doubt' } : { status: 'skipped', address: null }
      Object.assign(delivery, end, { retryAt: null })
      return false
    }
    if (hasMoved) delivery.address = address
    return true
  }

  #lease(deliveries: Delivery[]): Ticket[] {
    const { now } = this.campaign
    const claim: Claim = { claimedAt: now, expiresAt: now + LEASE, open: new Set(deliveries) }
    this.claims.add(claim)
    for (const delivery of deliveries) {
      Object.assign(delivery, { status: 'claimed', claim, retryAt: null })
      if (this.campaign.policy === 'resend') delivery.copiedAddress ??= delivery.address
    }
    return deliveries.map(delivery => ({ delivery, claim }))
  }

  begin(tickets: Ticket[]): boolean[] {
    const { now, interval } = this.campaign
    const begun = tickets.filter(
      ({ delivery, claim }) =>
        delivery.claim === claim && delivery.status === 'claimed' && claim.expiresAt > now,
    )
    const standstill = Math.min(HOUR, interval / 10)
    const isFirst = begun.some(({ delivery }) => delivery.deferredSince === null)
    if (isFirst && now - (this.lastBegunAt ?? this.openedAt) > standstill) {
      this.spacedFrom = now
      this.campaign.nextDue = now + interval
    }
    for (const { delivery } of begun) delivery.status = 'sending'
    if (begun.length > 0) {
      // while the server refuses, the row is written in any case
      const isBehind = this.lastBegunAt === null || now - this.lastBegunAt > standstill / 3600
      if (isBehind || this.refusals > 0 || this.refusedUntil !== null) this.lastBegunAt = now
      this.refusals = 0
      this.refusedUntil = null
    }
    return tickets.map(ticket => begun.includes(ticket))
  }

  noteRefusal(): void {
    const { now, interval } = this.campaign
    if (this.refusedUntil !== null && this.refusedUntil > now) return
    const pause = Math.min((MINUTE / 2) * 2 ** this.refusals, 30 * MINUTE, interval / 10)
    this.refusedUntil = now + pause
    this.refusals += 1
  }

  takeBack(delivery: Delivery): void {
    delivery.claim?.open.delete(delivery)
    Object.assign(delivery, { status: 'queued', claim: null })
    if (!delivery.wasInDoubt) delivery.endCopy()
    this.nextSlot = Math.min(this.nextSlot, delivery.slot!)
  }

  /** A worker gives back what it has not begun. */
  giveBack(claim: Claim): number {
    const returned = [...claim.open].filter(
      delivery => delivery.claim === claim && delivery.status === 'claimed',
    )
    for (const delivery of returned) this.takeBack(delivery)
    for (const delivery of claim.open)
      if (delivery.claim !== claim || delivery.status !== 'sending') claim.open.delete(delivery)
    return returned.length
  }

  /** Its worker is gone: what was not begun is given back, what was being sent is in doubt. */
  releaseExpired(): number {
    const { now, policy } = this.campaign
    let released = 0
    for (const claim of this.liveClaims.filter(({ expiresAt }) => expiresAt <= now)) {
      released += this.giveBack(claim)
      for (const delivery of claim.open) {
        const isTriedAgain = policy === 'resend' && delivery.deferrals + 1 < DEFERRAL_LIMIT
        delivery.addAttempt(claim, 'in_doubt')
        delivery.status = isTriedAgain ? 'deferred' : 'in_doubt'
        if (isTriedAgain) {
          delivery.retryAt = now
          delivery.deferrals += 1
          delivery.deferredSince ??= now
        }
        released += 1
      }
      claim.open.clear()
      this.claims.delete(claim)
    }
    return released
  }

  /** Over, and the sweep leaves it to its claims' end. */
  get isWaitedFor(): boolean {
    const { now, status } = this.campaign
    const isOver = now >= this.cutOff || !['sending', 'scheduled', 'paused'].includes(status)
    const { liveClaims } = this
    return isOver && liveClaims.length > 0 && liveClaims.every(({ expiresAt }) => expiresAt > now)
  }

  get liveClaims(): Claim[] {
    return [...this.claims].filter(({ open }) => open.size > 0)
  }

  /** Past the cut-off, or cancelled: what is unsent goes back to remaining; what is being sent is waited for. */
  returnUnsent(): void {
    for (const claim of this.liveClaims) this.giveBack(claim)
    for (const delivery of this.deliveries) {
      if (delivery.status === 'queued' || (delivery.status === 'deferred' && delivery.slot !== null))
        Object.assign(delivery, { status: 'deferred', slot: null, retryAt: null, claim: null })
    }
    this.nextSlot = this.slotCount + 1
  }

  get isFinished(): boolean {
    return (
      this.nextSlot > this.slotCount &&
      this.liveClaims.length === 0 &&
      this.deliveries.every(({ retryAt }) => retryAt === null)
    )
  }

  /** Where the contacts of the head of remaining end, in its order. */
  close(head: number[]) {
    const ended = head.map(contact => this.campaign.find(contact)!)
    const contacts = (isIn: (delivery: Delivery) => boolean) =>
      ended.filter(isIn).map(({ contact }) => contact)
    const wasTried = ({ attempts }: Delivery) => attempts.some(({ batch }) => batch === this)
    const ends = {
      sent: contacts(({ status }) => status === 'sent'),
      failed: contacts(({ status }) => ['failed', 'skipped', 'in_doubt'].includes(status)),
      untried: contacts(delivery => delivery.status === 'deferred' && !wasTried(delivery)),
      tried: contacts(delivery => delivery.status === 'deferred' && wasTried(delivery)),
    }
    // skipped here, accepted late for an earlier batch: no mail of this one
    const own = ended.filter(
      delivery => delivery.status === 'sent' && (delivery.slot !== null || wasTried(delivery)),
    )
    this.closed = { sent: own.length, failed: ends.failed.length, remaining: 0 }
    return ends
  }
}
