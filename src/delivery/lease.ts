import type { ClaimedDeliveryRow } from '../db/rows.ts'
import type { Span } from '../traces/tracer.ts'
import type { DeliveryDatabase, Log } from './database.ts'

/** A claimed delivery on its way through this process. */
export interface Delivery {
  readonly row: ClaimedDeliveryRow
  readonly campaignId: string
  readonly lease: Lease
  /** Aborted to take the mail back from the transport. */
  readonly withdrawal: AbortController
  /** Resolved when the rate of its SMTP server lets it go; undefined: at once. */
  readonly turn?: Promise<unknown> | undefined
  /** Of its claim, and then its own, where traces are drawn. */
  span?: Span | undefined
  /** Of the first mails of its campaign, while its server has accepted none. */
  readonly isFirst?: boolean
  /** How far begin_sending got: only `none` and `refused` surely left no trace in the database. */
  begin: 'none' | 'asked' | 'committed' | 'refused' | 'unknown'
  /** Settled when begin_sending has answered; never rejects. */
  begun: Promise<void> | undefined
  /** Whether it counts among the mails that are begun, or being begun, and not reported. */
  holdsRoom?: boolean
}

/**
 * A worker's right to its claimed deliveries, as far as this process can know: it counts from the START of the call
 * that granted it, on the monotonic clock, so it ends here before it ends in the database.
 */
export class Lease {
  readonly token: string
  /** In the order of the claim; an ended one leaves its place empty. See `add`. */
  readonly #deliveries: (Delivery | undefined)[] = []
  #openCount = 0
  /** Deliveries that ended here without a report: to be given back. */
  hasLeftovers = false
  ms: number
  #deadline: number
  #isRevoked = false

  constructor(token: string, ms: number, start: number) {
    this.token = token
    this.ms = ms
    this.#deadline = start + ms
  }

  /**
   * Not into a Set: the tables that a Set outgrows keep what they held, and once they are old the collector of young
   * objects takes each of it for alive. It cost 60 MB, of mails that had long ended.
   */
  add(delivery: Delivery): void {
    this.#deliveries.push(delivery)
    this.#openCount += 1
  }

  /** The delivery has ended. */
  remove(delivery: Delivery): void {
    const place = this.#deliveries.indexOf(delivery)
    if (place < 0) return
    this.#deliveries[place] = undefined
    this.#openCount -= 1
  }

  get isEmpty(): boolean {
    return this.#openCount === 0
  }

  /** Those that have not ended. */
  get deliveries(): Delivery[] {
    return this.#deliveries.filter(delivery => delivery !== undefined)
  }

  get isAlive(): boolean {
    return !this.#isRevoked && performance.now() < this.#deadline
  }

  extend(ms: number, start: number): void {
    this.ms = ms
    this.#deadline = start + ms
  }

  /** The right is gone: mails that wait for their permission get none. */
  revoke(reason: string): void {
    this.#isRevoked = true
    this.withdraw(reason)
  }

  /** Takes back every mail that has not asked for permission; the others are left to their answer. */
  withdraw(reason: string): void {
    for (const { begin, withdrawal } of this.deliveries) {
      if (begin === 'none') withdrawal.abort(new Error(reason))
    }
  }
}

/** The leases of this process, extended by a heartbeat of their own: a mail may outlast many of them. */
export class Leases {
  readonly #db: Pick<DeliveryDatabase, 'extendClaims' | 'releaseClaims'>
  readonly #log: Log
  readonly #leases = new Map<string, Lease>()
  #timer: NodeJS.Timeout | undefined
  #extending: Promise<void> | undefined

  constructor(db: Pick<DeliveryDatabase, 'extendClaims' | 'releaseClaims'>, log: Log) {
    this.#db = db
    this.#log = log
  }

  /** The lease of a token; claims of one call share it. `start`: when the call that granted it began. */
  open(token: string, ms: number, start: number): Lease {
    let lease = this.#leases.get(token)
    if (!lease) {
      lease = new Lease(token, ms, start)
      this.#leases.set(token, lease)
      this.#timer ??= setTimeout(() => this.#beat(), ms / 3)
    }
    return lease
  }

  /** A delivery of the lease has ended: gives leftovers back once nothing more can begin, and forgets an empty lease. */
  async settle(lease: Lease): Promise<void> {
    if (lease.isEmpty) this.#leases.delete(lease.token)
    if (!lease.hasLeftovers) return
    const mayBegin = lease.deliveries.some(({ begin }) => begin === 'none' || begin === 'asked')
    if (mayBegin) return
    lease.hasLeftovers = false
    try {
      await this.#db.releaseClaims({ claimTokens: [lease.token] })
    } catch (error) {
      this.#log.warn({ err: error }, 'a claim could not be given back: it runs out by itself')
    }
  }

  /** All that were claimed and have not ended. */
  get deliveries(): Delivery[] {
    return [...this.#leases.values()].flatMap(lease => lease.deliveries)
  }

  withdrawAll(reason: string): void {
    for (const lease of this.#leases.values()) lease.withdraw(reason)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#leases.clear()
  }

  #beat(): void {
    const leases = [...this.#leases.values()]
    for (const lease of leases) if (!lease.isAlive) lease.revoke('the lease has run out')
    // a silent database must not stop the beat
    if (leases.length > 0) this.#extending ??= this.#extend(leases)
    const shortest = Math.min(...leases.map(({ ms }) => ms))
    this.#timer = leases.length === 0 ? undefined : setTimeout(() => this.#beat(), shortest / 3)
  }

  async #extend(leases: Lease[]): Promise<void> {
    const start = performance.now()
    try {
      const rows = await this.#db.extendClaims({ claimTokens: leases.map(({ token }) => token) })
      const granted = new Map(rows.map(row => [row.claim_token, row.lease_ms]))
      for (const lease of leases) {
        const ms = granted.get(lease.token)
        if (ms !== undefined) lease.extend(ms, start)
        // a lease whose deliveries were all reported meanwhile is gone too, and closed here
        else if (this.#leases.has(lease.token)) lease.revoke('the claim was lost')
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'leases could not be extended: mails stop when they run out')
    } finally {
      this.#extending = undefined
    }
  }
}
