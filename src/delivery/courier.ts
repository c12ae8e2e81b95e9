import { setTimeout as sleep } from 'node:timers/promises'
import type { ClaimedDeliveryRow } from '../db/rows.ts'
import { type Span, type Tracer, traced } from '../traces/tracer.ts'
import { AddressError } from './address.ts'
import { Alarm } from './alarm.ts'
import type { DeliveryDatabase, Log } from './database.ts'
import { Exchange } from './exchange.ts'
import { type Delivery, Leases } from './lease.ts'
import { type Message, MessageError } from './message.ts'
import type { DeliveryMeter } from './meter.ts'
import { Outage } from './outage.ts'
import { progressLines } from './progress.ts'
import { BAD_CONFIGURATION, noReply, type Reply } from './reply.ts'
import { Reporter } from './reporter.ts'
import { DEFAULT_SERVER } from './servers.ts'
import type { Transport } from './transport.ts'

const LONGEST_SLEEP_MS = 60_000
/** As long as the server has accepted no mail of a campaign: if it refuses us, so many learn it, however many connections. */
const FIRST_MAILS = 5
/** How long the last reports may take after the mails have ended, in ms. */
const LAST_REPORTS_MS = 5000

/** An enhanced code of our own making, for a mail that never met a server (RFC 3463). */
const BAD_ADDRESS = '5.1.3'

export interface CourierOptions {
  db: DeliveryDatabase
  transport: Transport
  connections: number
  log: Log
  meter?: DeliveryMeter | undefined
  tracer?: Tracer | undefined
  /** Called when there is something to claim again: a delivery came back, or a batch was closed. */
  onWork: () => void
}

/** Takes claimed deliveries to their end: rendered, permitted, sent, reported; or given back. */
export class Courier {
  readonly outage = new Outage()
  accepted = 0
  lastActivity: Date | null = null
  readonly #db: DeliveryDatabase
  readonly #transport: Transport
  readonly #log: Log
  readonly #meter: DeliveryMeter | undefined
  readonly #tracer: Tracer | undefined
  readonly #onWork: () => void
  readonly #leases: Leases
  readonly #exchange: Exchange
  readonly #reporter: Reporter
  /** How many deliveries of each campaign are claimed and have not ended. */
  readonly #held = new Map<string, number>()
  readonly #room = new Alarm()
  #outageCounts = true
  /** Campaigns of which a mail was accepted since they were last without work. */
  readonly #proven = new Set<string>()
  /** Batches that are being closed here. */
  readonly #closing = new Set<string>()

  constructor({ db, transport, connections, log, meter, tracer, onWork }: CourierOptions) {
    this.#db = db
    this.#meter = meter
    this.#tracer = tracer
    this.#transport = transport
    this.#log = log
    this.#onWork = onWork
    this.#leases = new Leases(db, log)
    this.#reporter = new Reporter(db, log)
    this.#exchange = new Exchange(db, this.#reporter, connections)
  }

  /** With several servers it is the database that leaves one that refuses. */
  noteServers(count: number): void {
    this.#outageCounts = count <= 1
  }

  /** How many deliveries of a campaign may be claimed now, of `most`. */
  roomFor(campaignId: string, most: number): number {
    if (this.#proven.has(campaignId)) return most
    return Math.min(most, FIRST_MAILS - (this.#held.get(campaignId) ?? 0))
  }

  /** The campaigns with work: a pause, or the end of a batch, leaves the others to begin anew. */
  noteWork(campaignIds: string[]): void {
    for (const id of this.#proven) if (!campaignIds.includes(id)) this.#proven.delete(id)
  }

  /** Deliveries that are claimed and have not ended. */
  get held(): number {
    let count = 0
    for (const held of this.#held.values()) count += held
    return count
  }

  /** Of those, the ones whose data may be with the server. */
  get begun(): number {
    return this.#exchange.count
  }

  /** Resolves when at most `count` deliveries are held, or after `ms`. */
  async waitForRoom(count: number, ms = Number.POSITIVE_INFINITY): Promise<void> {
    const end = performance.now() + ms
    while (this.held > count && performance.now() < end) {
      await this.#room.sleep(Math.min(end - performance.now(), LONGEST_SLEEP_MS))
    }
  }

  /** Takes over what one call of claim_deliveries returned; `start`: when that call began, on the monotonic clock. */
  take(campaignId: string, rows: ClaimedDeliveryRow[], start: number, span?: Span): Delivery[] {
    const isFirst = !this.#proven.has(campaignId)
    return rows.map(row => {
      const lease = this.#leases.open(row.claim_token, row.lease_ms, start)
      const withdrawal = new AbortController()
      // how many mails a second or a minute a server takes, the database decides: each has its moment
      const wait = (row.send_in_ms ?? 0) - (performance.now() - start)
      const turn = wait > 0 ? sleep(wait, undefined, { ref: false }) : undefined
      const delivery: Delivery = {
        row,
        campaignId,
        lease,
        withdrawal,
        turn,
        span,
        isFirst,
        begin: 'none',
        begun: undefined,
      }
      lease.add(delivery)
      this.#hold(campaignId, 1)
      return delivery
    })
  }

  /** Sends one delivery and reports it. Never rejects. */
  async deliver(delivery: Delivery, message: Message | MessageError): Promise<void> {
    if (!this.#tracer) return this.#deliver(delivery, message)
    const { row, campaignId: campaign_id, span: claim } = delivery
    const { batch_number, delivery_id, attempt_number, smtp_server } = row
    const facts = { campaign_id, batch_number, delivery_id, attempt_number, smtp_server }
    await traced(this.#tracer, ['mail', facts, claim], span => {
      delivery.span = span
      return this.#deliver(delivery, message)
    })
  }

  async #deliver(delivery: Delivery, message: Message | MessageError): Promise<void> {
    const reply = await this.#send(delivery, message)
    this.#exchange.forget(delivery)
    // a begin_sending under way must be decided before the report, and before anything is given back
    await delivery.begun
    const leftNoTrace = delivery.begin === 'none' || delivery.begin === 'refused'
    if (delivery.begin === 'refused') delivery.lease.withdraw('a mail of the same claim was refused')
    if (leftNoTrace && (delivery.begin === 'refused' || delivery.withdrawal.signal.aborted)) {
      await this.giveBack(delivery)
    } else {
      await this.#report(delivery, reply)
      await this.#finish(delivery)
    }
  }

  /** Ends a delivery that was not begun and needs no report. */
  async giveBack(delivery: Delivery): Promise<void> {
    delivery.lease.hasLeftovers = true
    await this.#finish(delivery)
    this.#onWork()
  }

  /** Takes back every mail that has not asked for permission. */
  withdraw(): void {
    this.#leases.withdrawAll('the service stops')
  }

  /** Gives back what is not begun and waits for the rest, at most `ms`; then for the last reports. */
  async drain(ms: number): Promise<void> {
    this.withdraw()
    await this.waitForRoom(0, ms)
    if (this.held > 0) {
      this.#log.warn({ mails: this.held }, 'mails in flight are given up: the stop took too long')
      for (const { withdrawal } of this.#leases.deliveries) withdrawal.abort(new Error('the service stops'))
      await this.waitForRoom(0, LAST_REPORTS_MS)
    }
    if (this.held > 0) {
      this.#log.error({ mails: this.held }, 'outcomes were not written: these mails will be in doubt')
      this.#reporter.abandon()
    }
    this.#leases.stop()
  }

  async #send(delivery: Delivery, message: Message | MessageError): Promise<Reply> {
    try {
      if (message instanceof MessageError) throw message
      const mail = message(delivery.row)
      const { signal } = delivery.withdrawal
      const permit = async () => {
        await delivery.turn
        await traced(this.#tracer, ['begin', {}, delivery.span], () => this.#exchange.ask(delivery))
      }
      const { smtp_server: server } = delivery.row
      const reply = await traced(
        this.#tracer,
        ['smtp', { smtp_server: server }, delivery.span],
        async span => {
          const reply = await this.#transport.send(mail, { permit, signal, server })
          span?.set({ stage: reply.stage, reply_code: reply.reply_code ?? undefined })
          return reply
        },
      )
      // a mail that we took back says nothing about the server
      if (!signal.aborted && this.#outageCounts) this.#noteOutage(reply)
      return reply
    } catch (error) {
      const reply = noReply('render', (error as Error).message)
      const enhanced_code = error instanceof AddressError ? BAD_ADDRESS : BAD_CONFIGURATION
      return { ...reply, enhanced_code }
    }
  }

  #noteOutage(reply: Reply): void {
    const pause = this.outage.note(reply)
    if (pause === undefined) return
    const details = { stage: reply.stage, reply: reply.reply_text, next_try_ms: pause }
    this.#log.warn(details, 'the SMTP server takes no mail: waiting')
  }

  async #report(delivery: Delivery, reply: Reply): Promise<void> {
    const { row, campaignId } = delivery
    const { delivery_id, claim_token } = row
    try {
      const answer = await traced(this.#tracer, ['report', {}, delivery.span], async span => {
        const answer = await this.#exchange.report(delivery, { delivery_id, claim_token, ...reply })
        span?.set({ outcome: answer?.status })
        return answer
      })
      this.lastActivity = new Date()
      this.#meter?.countMail(row.smtp_server ?? DEFAULT_SERVER, reply, answer?.status)
      if (reply.stage === 'message' && reply.reply_code !== null && reply.reply_code < 300) {
        this.accepted++
        this.#proven.add(campaignId)
      }
      if (answer?.batch_finished) await this.#closeBatch(campaignId, row.batch_number)
      if (answer?.status === 'deferred') this.#onWork()
    } catch {
      // abandoned: drain() has said so
    }
  }

  /** The batch's last outcome is in. A close that fails is found again by list_work. */
  async #closeBatch(campaignId: string, batchNumber: number): Promise<void> {
    const details = { campaign_id: campaignId, batch_number: batchNumber }
    const key = `${campaignId} ${batchNumber}`
    if (this.#closing.has(key)) return
    this.#closing.add(key)
    try {
      const batch = await traced(this.#tracer, ['close', details], () =>
        this.#db.closeBatch({ campaignId, batchNumber }),
      )
      this.#onWork()
      if (!batch.closed || batch.reason !== null) return
      const counts = { sent: batch.sent_count, failed: batch.failed_count, remaining: batch.remaining_count }
      for (const action of batch.completed ? (['closed', 'completed'] as const) : (['closed'] as const)) {
        this.#meter?.countBatch(action)
        this.#log.info({ ...details, ...counts }, progressLines[action])
      }
    } catch (error) {
      this.#log.warn({ err: error, ...details }, 'the batch could not be closed: trying again')
    } finally {
      this.#closing.delete(key)
    }
  }

  async #finish(delivery: Delivery): Promise<void> {
    const { lease, campaignId } = delivery
    this.#exchange.finish(delivery)
    lease.remove(delivery)
    // what is not begun is given back before its room is used again
    await this.#leases.settle(lease)
    this.#hold(campaignId, -1)
    this.#room.ring()
    // a server with limits, or one that is being tried, has room again
    if (typeof delivery.row.send_in_ms === 'number' || delivery.isFirst) this.#onWork()
  }
  #hold(campaignId: string, change: number): void {
    const held = (this.#held.get(campaignId) ?? 0) + change
    if (held === 0) this.#held.delete(campaignId)
    else this.#held.set(campaignId, held)
  }
}
