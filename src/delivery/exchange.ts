import type { BegunDeliveryRow, OutcomeReport, RecordedOutcomeRow } from '../db/rows.ts'
import { isDatabaseAway } from '../errors.ts'
import type { DeliveryDatabase } from './database.ts'
import type { Delivery } from './lease.ts'
import type { Reporter } from './reporter.ts'

/** How many reports, and how many mails to begin, one call takes at most. */
const LARGEST_GROUP = 500

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result | Promise<Result>) => void
  reject: (error: unknown) => void
}

type Begin = Waiting<Delivery, BegunDeliveryRow | undefined>
type Report = Waiting<{ delivery: Delivery; report: OutcomeReport }, RecordedOutcomeRow | undefined>

/** What the mails of one campaign wait for. */
interface Counter {
  begins: Begin[]
  reports: Report[]
  isBusy: boolean
}

type ExchangeDatabase = Pick<DeliveryDatabase, 'beginSending' | 'reportOutcomes' | 'reportAndBegin'>

/**
 * Talks to the database for all mails of a campaign at once, as a group commit does: one call writes the outcomes that
 * came in and commits `sending` for the mails that wait for it; what comes meanwhile goes together in the next one.
 * The outcomes of a call make room for the mails that it begins. So after every commit at most `limit` mails are begun
 * and not reported, and a crash leaves at most that many in doubt.
 */
export class Exchange {
  readonly #db: ExchangeDatabase
  readonly #reporter: Pick<Reporter, 'write'>
  readonly #limit: number
  readonly #counters = new Map<string, Counter>()
  /** How many are begun, or being begun, and not reported; each knows it of itself (`holdsRoom`). */
  #begunCount = 0

  constructor(db: ExchangeDatabase, reporter: Pick<Reporter, 'write'>, limit: number) {
    this.#db = db
    this.#reporter = reporter
    this.#limit = limit
  }

  /** Mails that are begun and not yet reported. */
  get count(): number {
    return this.#begunCount
  }

  /** Resolves when the mail's data may go out; throws why not. */
  async ask(delivery: Delivery): Promise<void> {
    const row = await new Promise<BegunDeliveryRow | undefined>((resolve, reject) => {
      this.#counter(delivery.campaignId).begins.push({ item: delivery, resolve, reject })
      this.#wake(delivery.campaignId)
    })
    if (!row?.may_send) throw new Error(row?.refusal ?? 'begin_sending does not know the delivery')
    // the answer may have come late
    checkRight(delivery)
  }

  /** Resolves when the outcome is committed; rejects only when the reporter gave up. */
  report(delivery: Delivery, report: OutcomeReport): Promise<RecordedOutcomeRow | undefined> {
    return new Promise((resolve, reject) => {
      this.#counter(delivery.campaignId).reports.push({ item: { delivery, report }, resolve, reject })
      this.#wake(delivery.campaignId)
    })
  }

  /** The mail has ended: it asks no more. */
  forget(delivery: Delivery): void {
    const begins = this.#counters.get(delivery.campaignId)?.begins ?? []
    const index = begins.findIndex(({ item }) => item === delivery)
    if (index >= 0) begins.splice(index, 1)
  }

  /** The mail is reported, or needs no report: there is room for another. */
  finish(delivery: Delivery): void {
    this.forget(delivery)
    if (this.#leave(delivery)) this.#wakeAll()
  }

  #leave(delivery: Delivery): boolean {
    if (!delivery.holdsRoom) return false
    delivery.holdsRoom = false
    this.#begunCount -= 1
    return true
  }

  #counter(campaignId: string): Counter {
    let counter = this.#counters.get(campaignId)
    if (!counter) {
      counter = { begins: [], reports: [], isBusy: false }
      this.#counters.set(campaignId, counter)
    }
    return counter
  }

  #wakeAll(): void {
    for (const campaignId of this.#counters.keys()) this.#wake(campaignId)
  }

  #wake(campaignId: string): void {
    const counter = this.#counter(campaignId)
    if (counter.isBusy) return
    counter.isBusy = true
    // with whatever else comes in the same turn of the event loop
    setImmediate(() => void this.#run(campaignId, counter))
  }

  async #run(campaignId: string, counter: Counter): Promise<void> {
    for (;;) {
      const reports = counter.reports.splice(0, LARGEST_GROUP)
      const begins = this.#admit(counter, reports)
      if (reports.length + begins.length === 0) break
      await this.#call(campaignId, begins, reports)
    }
    counter.isBusy = false
    if (counter.begins.length + counter.reports.length === 0) this.#counters.delete(campaignId)
  }

  /** As many as there is room for, once the reports are written. */
  #admit(counter: Counter, reports: Report[]): Begin[] {
    const leaving = reports.filter(({ item }) => item.delivery.holdsRoom).length
    const room = Math.min(this.#limit - this.#begunCount + leaving, LARGEST_GROUP)
    const admitted: Begin[] = []
    while (admitted.length < room && counter.begins.length > 0) {
      const begin = counter.begins.shift()!
      try {
        checkRight(begin.item)
      } catch (error) {
        begin.reject(error)
        continue
      }
      begin.item.holdsRoom = true
      this.#begunCount += 1
      admitted.push(watch(begin))
    }
    return admitted
  }

  /** Never rejects. */
  async #call(campaignId: string, begins: Begin[], reports: Report[]): Promise<void> {
    try {
      const { recorded, begun } = await this.#ask(campaignId, begins, reports)
      reports.forEach(({ item, resolve }, index) => {
        this.#leave(item.delivery)
        resolve(recorded[index])
      })
      begins.forEach(({ resolve }, index) => {
        resolve(begun[index])
      })
      if (reports.length > 0) this.#wakeAll()
    } catch (error) {
      const written = this.#write(campaignId, reports)
      // whether it was committed is unknown then: such a mail does not go out
      if (reports.length === 0 || isDatabaseAway(error)) return rejectAll(begins, error)
      await written
      if (begins.length > 0) await this.#call(campaignId, begins, [])
    }
  }

  async #ask(campaignId: string, begins: Begin[], reports: Report[]) {
    const told = { campaignId, reports: reports.map(({ item }) => item.report) }
    const asked = {
      campaignId,
      claimTokens: begins.map(({ item }) => item.row.claim_token),
      deliveryIds: begins.map(({ item }) => item.row.delivery_id),
    }
    if (begins.length === 0) return { recorded: await this.#db.reportOutcomes(told), begun: [] }
    if (reports.length === 0) return { recorded: [], begun: await this.#db.beginSending(asked) }
    return this.#db.reportAndBegin({ ...told, ...asked })
  }

  async #write(campaignId: string, reports: Report[]): Promise<void> {
    if (reports.length === 0) return
    try {
      const results = await this.#reporter.write(
        campaignId,
        reports.map(({ item }) => item.report),
      )
      reports.forEach(({ resolve }, index) => {
        resolve(results[index]!)
      })
    } catch (error) {
      rejectAll(reports, error)
    }
  }
}

/** Keeps in the delivery how far it got: whoever gives it back or reports it must know. */
function watch({ item, resolve, reject }: Begin): Begin {
  const answered = Promise.withResolvers<BegunDeliveryRow | undefined>()
  item.begin = 'asked'
  item.begun = answered.promise.then(
    row => {
      item.begin = row?.may_send ? 'committed' : 'refused'
      resolve(row)
    },
    error => {
      item.begin = 'unknown'
      reject(new Error(`begin_sending failed, nothing was sent: ${error.message}`, { cause: error }))
    },
  )
  return { item, resolve: answered.resolve, reject: answered.reject }
}

function rejectAll(waiting: { reject: (error: unknown) => void }[], error: unknown): void {
  for (const { reject } of waiting) reject(error)
}

function checkRight({ lease, withdrawal }: Delivery): void {
  if (!lease.isAlive) lease.revoke('the lease has run out')
  withdrawal.signal.throwIfAborted()
  if (!lease.isAlive) throw new Error('the lease has run out')
}
