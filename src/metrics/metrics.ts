import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { CallObserver } from '../db/connection.ts'
import type { DeliveryStatus, MetricRow } from '../db/rows.ts'
import type { BatchAction, DeliveryMeter, MailTimes } from '../delivery/meter.ts'
import type { Reply } from '../delivery/reply.ts'
import type { ConnectionUsage } from '../delivery/transport.ts'
import type { WorkerStatus } from '../delivery/worker.ts'
import { isDatabaseAway, isRefusal } from '../errors.ts'
import type { SchedulerMeter } from '../schedule/scheduler.ts'
import { Figures, type FiguresOptions } from './figures.ts'
import { createInstruments, figures, type Instruments } from './instruments.ts'
import { LabelCap } from './label-cap.ts'

/** SMTP servers with a label of their own; whoever has more sees the rest together. */
const MOST_SERVERS = 20
const SHARED_MS = 1_000

/** What the delivery of this process says of itself when it is asked. */
export interface DeliveryState {
  connections: () => ConnectionUsage[]
  worker: () => Pick<WorkerStatus, 'held' | 'begun'>
  problem: () => string | undefined
}

/**
 * Everything that Prometheus is told, in one registry that the parts of a service get handed: they count where the work
 * is; what can be read is read when somebody asks.
 */
export class Metrics implements DeliveryMeter, SchedulerMeter {
  readonly #registry = new Registry()
  readonly #own: Instruments
  readonly #figures: Figures
  readonly #gauges = new Map<string, Gauge>()
  readonly #servers = new LabelCap(MOST_SERVERS)
  readonly #pools = new Map<string, pg.Pool>()
  #delivery: DeliveryState | undefined
  readonly #sharedMs: number
  #text: Promise<string> | undefined
  #writtenAt = 0

  constructor(options: FiguresOptions) {
    this.#figures = new Figures(options)
    this.#sharedMs = options.sharedMs ?? SHARED_MS
    this.#own = createInstruments(this.#registry)
    for (const [name, [label, help]] of Object.entries(figures)) {
      const labelNames = label === undefined ? [] : [label]
      this.#gauges.set(
        name,
        new Gauge({ name: `daybatch_${name}`, help, labelNames, registers: [this.#registry] }),
      )
    }
    // the delay of the event loop is sampled by a timer: as many wake-ups a second
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 20 })
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    this.#own.build.set({ version }, 1)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All of it in Prometheus's text format; one text for all who ask within a second. */
  write(): Promise<string> {
    if (this.#text === undefined || performance.now() - this.#writtenAt >= this.#sharedMs) {
      this.#text = this.#write()
      this.#writtenAt = performance.now()
    }
    return this.#text
  }

  async #write(): Promise<string> {
    this.#showFigures(await this.#figures.read())
    this.#showPools()
    this.#showDelivery()
    return this.#registry.metrics()
  }

  /** Of the service's calls to the database, by function. */
  readonly observeCall: CallObserver = (call, ms, error) => {
    this.#own.callDuration.observe({ call }, ms / 1000)
    if (error === undefined) return
    const kind = isRefusal(error) ? 'refused' : isDatabaseAway(error) ? 'away' : 'failed'
    this.#own.callErrors.inc({ call, kind })
  }

  watchPool(name: string, pool: pg.Pool): void {
    this.#pools.set(name, pool)
  }

  watchDelivery(state: DeliveryState): void {
    this.#delivery = state
  }

  countMail(server: string, { stage, reply_code: code }: Reply, status: DeliveryStatus | undefined): void {
    const smtp_server = this.#servers.get(server)
    this.#own.mails.inc({ outcome: status ?? 'unknown', smtp_server })
    const reply = code === null ? 'none' : `${Math.floor(code / 100)}xx`
    this.#own.replies.inc({ smtp_server, stage, reply })
  }

  timeMail(server: string, times: MailTimes): void {
    const smtp_server = this.#servers.get(server)
    for (const stage of ['wait', 'connect', 'envelope', 'permit', 'message'] as const) {
      const ms = times[stage]
      if (ms !== undefined) this.#own.smtpDuration.observe({ stage, smtp_server }, ms / 1000)
    }
  }

  countBatch(action: BatchAction): void {
    this.#own.batches.inc({ action })
  }

  countNotice(target: string, result: string): void {
    this.#own.notices.inc({ target, result })
  }

  timeRequest({ ms, ...labels }: { method: string; route: string; status: string; ms: number }): void {
    this.#own.requestDuration.observe(labels, ms / 1000)
  }

  /** What is not known is not shown: an old figure would look like a new one. */
  #showFigures(rows: MetricRow[] | undefined): void {
    this.#own.databaseUp.set(rows === undefined ? 0 : 1)
    for (const [name, gauge] of this.#gauges) {
      gauge.reset()
      // reset() puts a gauge without labels to 0
      if (figures[name]![0] === undefined) gauge.remove()
    }
    for (const { metric, label, value } of rows ?? []) {
      // a newer database may know figures that this service does not
      const gauge = this.#gauges.get(metric)
      const labelName = figures[metric]?.[0]
      if (labelName === undefined) gauge?.set(value)
      else gauge?.set({ [labelName]: label }, value)
    }
  }

  #showPools(): void {
    for (const [pool, { totalCount, idleCount, waitingCount }] of this.#pools) {
      this.#own.poolConnections.set({ pool, state: 'busy' }, totalCount - idleCount)
      this.#own.poolConnections.set({ pool, state: 'idle' }, idleCount)
      this.#own.poolWaiting.set({ pool }, waitingCount)
    }
  }

  #showDelivery(): void {
    const { smtpConnections, heldDeliveries, deliveryProblem } = this.#own
    const state = this.#delivery
    if (!state) return
    // servers come and go
    smtpConnections.reset()
    for (const { server, busy, limit } of state.connections()) {
      const smtp_server = this.#servers.get(server)
      smtpConnections.inc({ smtp_server, state: 'busy' }, busy)
      smtpConnections.inc({ smtp_server, state: 'limit' }, limit)
    }
    const { held, begun } = state.worker()
    heldDeliveries.set({ state: 'claimed' }, held - begun)
    heldDeliveries.set({ state: 'sending' }, begun)
    deliveryProblem.set(state.problem() === undefined ? 0 : 1)
  }
}
