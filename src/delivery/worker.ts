import type { ClaimedDeliveryRow, WorkRow } from '../db/rows.ts'
import { type Tracer, traced } from '../traces/tracer.ts'
import { Alarm } from './alarm.ts'
import { Courier } from './courier.ts'
import type { DeliveryDatabase, Log } from './database.ts'
import { MessageError } from './message.ts'
import { Messages } from './messages.ts'
import type { DeliveryMeter } from './meter.ts'
import { listProgress, progressLines } from './progress.ts'
import type { Transport } from './transport.ts'
import type { UnsubscribeOptions } from './unsubscribe.ts'

export interface WorkerOptions {
  db: DeliveryDatabase
  transport: Transport
  /** Stands in claims and attempts: which process sent the mail. */
  workerId: string
  /** The connections of the transport: as many mails are under way at once. */
  connections: number
  /** The sender of campaigns that name none. */
  mailFrom?: string | undefined
  /** Where requests to unsubscribe go; without it mails have no such header. */
  unsubscribe?: UnsubscribeOptions | undefined
  /** Mails leave with bounce+<token>@<this> as their envelope sender. */
  returnPathDomain?: string | undefined
  log: Log
  meter?: DeliveryMeter | undefined
  tracer?: Tracer | undefined
  /** How long stop() waits for mails in flight, in ms; default: the ten minutes of RFC 5321 4.5.3.2.6. */
  drainMs?: number
}

export interface WorkerStatus {
  state: 'idle' | 'running' | 'stopping' | 'stopped'
  /** Deliveries claimed and not ended; of those, the ones whose data may be with the server. */
  held: number
  begun: number
  /** Mails that the SMTP server accepted since the start. */
  accepted: number
  lastActivity: Date | null
  /** Why nothing is sent: the database or the SMTP server is away. */
  problem: string | null
}

export interface Worker {
  start(): void
  /** There may be work: look now. */
  wake(): void
  /** Claims nothing more, gives back what is not begun, waits for mails in flight and their reports. */
  stop(): Promise<void>
  status(): WorkerStatus
}

/** A claim is a call of its own, beside those that begin and report: so many are there for each connection. */
const CLAIMED_PER_CONNECTION = 4
/** With many connections fewer do, and what waits longer is memory. */
const MOST_CLAIMED = 200
const MOST_WAITING = 50
const DRAIN_MS = 600_000
const LONGEST_SLEEP_MS = 60_000
/** New campaigns get their turn after at most this. */
const LONGEST_ROUND_MS = 1000
const FIRST_DATABASE_PAUSE_MS = 500
const LONGEST_DATABASE_PAUSE_MS = 30_000
/** Work was announced and none was found: whoever has it will be done in a moment. */
const IDLE_PAUSE_MS = 1000
/** How long a campaign rests whose message cannot be made. */
const MESSAGE_PAUSE_MS = 60_000

/** The delivery loop: finds open batches and claims a few deliveries at a time, one campaign after the other. */
export function createWorker(options: WorkerOptions): Worker {
  return new DeliveryWorker(options)
}

class DeliveryWorker implements Worker {
  readonly #db: DeliveryDatabase
  readonly #log: Log
  readonly #workerId: string
  readonly #transport: Transport
  readonly #meter: DeliveryMeter | undefined
  readonly #tracer: Tracer | undefined
  readonly #connections: number
  readonly #drainMs: number
  readonly #returnPathDomain: string | undefined
  readonly #messages: Messages
  readonly #courier: Courier
  readonly #alarm = new Alarm()
  /** Campaigns whose message cannot be made, and until when they rest on the monotonic clock. */
  readonly #resting = new Map<string, number>()
  #state: WorkerStatus['state'] = 'idle'
  #databaseProblem: string | null = null
  #loop: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined

  constructor(options: WorkerOptions) {
    const { db, transport, workerId, connections, mailFrom, unsubscribe, log, drainMs = DRAIN_MS } = options
    const { meter, tracer } = options
    this.#db = db
    this.#meter = meter
    this.#tracer = tracer
    this.#returnPathDomain = options.returnPathDomain
    this.#log = log
    this.#workerId = workerId
    this.#transport = transport
    this.#connections = connections
    this.#drainMs = drainMs
    this.#messages = new Messages(db, { mailFrom, unsubscribe })
    this.#courier = new Courier({ db, transport, connections, log, meter, tracer, onWork: () => this.wake() })
  }

  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'running'
    this.#loop = this.#run()
  }

  wake(): void {
    this.#alarm.ring()
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  status(): WorkerStatus {
    const { held, begun, accepted, lastActivity, outage } = this.#courier
    const problem = this.#databaseProblem ?? outage.problem
    return { state: this.#state, held, begun, accepted, lastActivity, problem }
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping'
    this.#alarm.ring()
    this.#courier.withdraw()
    await this.#loop
    await this.#courier.drain(this.#drainMs)
    this.#state = 'stopped'
  }

  get #isRunning(): boolean {
    return this.#state === 'running'
  }

  async #run(): Promise<void> {
    let pause = FIRST_DATABASE_PAUSE_MS
    while (this.#isRunning) {
      try {
        const sleepMs = await this.#round()
        pause = FIRST_DATABASE_PAUSE_MS
        this.#databaseProblem = null
        if (sleepMs > 0 && this.#isRunning) await this.#alarm.sleep(sleepMs)
      } catch (error) {
        this.#databaseProblem = (error as Error).message
        this.#log.warn({ err: error, next_try_ms: pause }, 'work could not be claimed: trying again')
        if (this.#isRunning) await this.#alarm.sleep(pause)
        pause = Math.min(pause * 2, LONGEST_DATABASE_PAUSE_MS)
      }
    }
  }

  /** Gives every campaign with work its turns; returns how long there is nothing to do, in ms. */
  async #round(): Promise<number> {
    const { outage } = this.#courier
    if (outage.remainingMs > 0) return outage.remainingMs
    const work = await this.#db.listWork({ limit: 100 })
    this.#courier.noteWork(work.map(row => row.campaign_id))
    const turns = work.filter(row => row.is_ready && !this.#isResting(row.campaign_id))
    const end = performance.now() + LONGEST_ROUND_MS
    const claimed = new Set<WorkRow>()
    let progress = false
    while (turns.length > 0 && performance.now() < end) {
      const turn = turns.shift()!
      await this.#courier.waitForRoom(this.#connections + Math.min(this.#connections, MOST_WAITING))
      if (!this.#isRunning || outage.remainingMs > 0) return outage.remainingMs
      const result = await this.#claim(turn)
      if (result === 'waits') continue
      if (result === 'more') turns.push(turn)
      if (result !== 'nothing') claimed.add(turn)
      else if (!claimed.has(turn) && (await this.#settle(turn))) progress = true
    }
    progress ||= claimed.size > 0
    if (progress) return 0
    const waits = work.map(row => (row.is_ready ? IDLE_PAUSE_MS : row.wait_ms))
    return Math.min(...waits, LONGEST_SLEEP_MS)
  }

  #isResting(campaignId: string): boolean {
    const end = this.#resting.get(campaignId)
    if (end === undefined) return false
    if (performance.now() < end) return true
    this.#resting.delete(campaignId)
    return false
  }

  /** One campaign's turn: a few deliveries for each connection, so that no connection waits for a claim. */
  async #claim(work: WorkRow): Promise<'more' | 'last' | 'nothing' | 'waits'> {
    const { campaign_id: campaignId, batch_number } = work
    const most = Math.min(CLAIMED_PER_CONNECTION * this.#connections, MOST_CLAIMED)
    const limit = this.#courier.roomFor(campaignId, most)
    if (limit < 1) return 'waits'
    const start = performance.now()
    const smtpServers = await this.#transport.list?.()
    if (smtpServers) this.#courier.noteServers(smtpServers.length)
    const facts = { campaign_id: campaignId, batch_number }
    const [rows, span] = await traced(this.#tracer, ['claim', facts], async span => {
      const rows = await this.#db.claimDeliveries({
        campaignId,
        workerId: this.#workerId,
        limit,
        smtpServers,
      })
      span?.set({ mails: rows.length })
      return [rows, span]
    })
    const [first] = rows
    if (first === undefined) return 'nothing'
    const deliveries = this.#courier.take(campaignId, rows, start, span)
    try {
      if (!this.#isRunning) return 'last'
      const message = await this.#messages.get(campaignId, first.message_version)
      if (message instanceof MessageError) {
        // one report tells the database; the others must not fail for what is not their fault
        void this.#courier.deliver(deliveries.shift()!, message)
        this.#rest(campaignId, message)
        return 'last'
      }
      if (this.#returnPathDomain) await this.#addReturnPaths(rows, this.#returnPathDomain)
      for (const delivery of deliveries.splice(0)) void this.#courier.deliver(delivery, message)
      return rows.length < limit ? 'last' : 'more'
    } finally {
      await Promise.all(deliveries.map(delivery => this.#courier.giveBack(delivery)))
    }
  }

  async #addReturnPaths(rows: ClaimedDeliveryRow[], domain: string): Promise<void> {
    const tokens = await this.#db.makeReturnPaths({ deliveryIds: rows.map(row => row.delivery_id) })
    for (const [index, row] of rows.entries()) row.return_path = `bounce+${tokens[index]}@${domain}`
  }

  #rest(campaignId: string, error: MessageError): void {
    this.#resting.set(campaignId, performance.now() + MESSAGE_PAUSE_MS)
    this.#log.error({ campaign_id: campaignId, err: error }, 'the message cannot be made: nothing is sent')
  }

  /** Work that is not a claim: expired claims, a cut-off, a batch to close. Returns whether anything was done. */
  async #settle({ campaign_id: campaignId }: WorkRow): Promise<boolean> {
    const released = await this.#db.releaseExpiredClaims()
    const rows = await this.#db.processCampaigns({ campaignId, source: 'sweep' })
    let isDone = released > 0
    for (const row of rows) {
      const { campaign_id, batch_number } = row
      for (const action of listProgress(row)) {
        isDone = true
        this.#meter?.countBatch(action)
        this.#log.info({ campaign_id, batch_number }, progressLines[action])
      }
    }
    return isDone
  }
}
