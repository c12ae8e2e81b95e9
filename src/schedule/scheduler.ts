import { type Job, type JobResult, PgBoss } from 'pg-boss'
import { EVENT_CHANNEL, Listener, WORK_CHANNEL } from '../db/listener.ts'
import type { ProcessedCampaignRow, Source } from '../db/rows.ts'
import type { BatchAction } from '../delivery/meter.ts'
import { listProgress, progressLines } from '../delivery/progress.ts'
import { isRefusal } from '../errors.ts'
import { type Tracer, traced } from '../traces/tracer.ts'
import { batchWork, noticeWork, sweepWork, webhookWork } from './polling.ts'
import {
  type BatchJob,
  batchQueue,
  type NoticeJob,
  noticeQueue,
  sweepQueue,
  sweepSchedule,
  type WebhookJob,
  webhookQueue,
} from './queues.ts'
import { type SweepDatabase, sweepCampaigns } from './sweep.ts'

/** The part of a pino logger that the scheduler uses. */
export interface Log {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export interface SchedulerOptions {
  /** A direct connection, not a pooler in transaction mode: pg-boss and we LISTEN on it. */
  url: string
  db: SweepDatabase
  /** Called when there may be mails to send. */
  wake: () => void
  /** Called when there may be new lines in the history. */
  onEvent?: (() => void) | undefined
  log: Log
  /** Tells operators a notice; throws to be called again later. */
  tell?: ((job: NoticeJob) => Promise<string>) | undefined
  /** Tells a webhook; what throws is tried again, also by another service. */
  post?: ((job: WebhookJob) => Promise<string>) | undefined
  meter?: SchedulerMeter | undefined
  tracer?: Tracer | undefined
}

/** What the scheduler tells of its work, for whoever counts. */
export interface SchedulerMeter {
  countBatch(action: BatchAction): void
  countNotice(target: NoticeJob['target'], result: string): void
}

const STOP_TIMEOUT_MS = 30_000
const REPEAT_MS = 30_000
const MOST_PROBLEMS = 100
/** Of a campaign that nothing was done to; one that is completed was so before. */
const QUIET_ACTIONS: ReadonlySet<ProcessedCampaignRow['action']> = new Set([
  'waiting',
  'sending',
  'completed',
])

/**
 * Triggers what the database has due: pg-boss's jobs, the sweep every five minutes and once at start, and the
 * notifications of SQL. It decides nothing and delivers nothing: `process_campaigns` decides, the worker is woken.
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #boss: PgBoss
  readonly #listener: Listener
  #isRunning = false
  /** pg-boss's problems, and when each was last logged. */
  readonly #problems = new Map<string, number>()
  #firstSweep: Promise<void> | undefined

  constructor(options: SchedulerOptions) {
    const { url, wake, onEvent, log } = options
    this.#options = options
    this.#boss = new PgBoss({
      connectionString: url,
      application_name: 'daybatch scheduler',
      max: 4,
      // both are the deploy's work
      migrate: false,
      createSchema: false,
      useListenNotify: true,
    })
    this.#boss.on('error', error => this.#logProblem(error))
    this.#boss.on('warning', ({ message, data }) => log.warn({ data }, `pg-boss: ${message}`))
    this.#listener = new Listener({
      url,
      applicationName: 'daybatch listener',
      channels: { [WORK_CHANNEL]: wake, ...(onEvent && { [EVENT_CHANNEL]: onEvent }) },
      log,
    })
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  async start(): Promise<void> {
    this.#listener.start()
    await this.#boss.start()
    await this.#boss.work<BatchJob, object, typeof batchWork>(batchQueue, batchWork, jobs =>
      this.#runBatchJobs(jobs),
    )
    await this.#boss.work(sweepQueue, sweepWork, () => this.#sweep())
    await this.#boss.work<NoticeJob, object, typeof noticeWork>(noticeQueue, noticeWork, jobs =>
      this.#tell(jobs),
    )
    await this.#boss.work<WebhookJob, object, typeof webhookWork>(webhookQueue, webhookWork, jobs =>
      this.#post(jobs),
    )
    await this.#boss.schedule(sweepQueue, sweepSchedule)
    this.#isRunning = true
    this.#firstSweep = this.#sweepAtStart()
  }

  async #sweepAtStart(): Promise<void> {
    await this.#sweep().catch(error => {
      this.#options.log.error({ err: error }, 'the sweep at start failed: the next one is in five minutes')
    })
  }

  /** Fetches no more jobs and waits for those under way. */
  async stop(): Promise<void> {
    this.#isRunning = false
    await this.#boss.stop({ timeout: STOP_TIMEOUT_MS })
    await this.#firstSweep
    await this.#listener.stop()
  }

  async #runBatchJobs(jobs: Job<BatchJob>[]): Promise<JobResult[]> {
    const results: JobResult[] = []
    for (const { id, data } of jobs) results.push({ id, ...(await this.#runBatchJob(data)) })
    return results
  }

  /** A refusal is an answer, and final; anything else is tried again with back-off. */
  async #runBatchJob({ campaign_id: campaignId }: BatchJob): Promise<Omit<JobResult, 'id'>> {
    try {
      return { status: 'completed', output: await this.#process(campaignId) }
    } catch (error) {
      const { message, code } = error as Error & { code?: string }
      if (isRefusal(error)) return { status: 'completed', output: { refused: message, code } }
      this.#options.log.error(
        { err: error, campaign_id: campaignId },
        'a batch could not be opened: trying again',
      )
      return { status: 'failed', output: { message, code } }
    }
  }

  async #tell(jobs: Job<NoticeJob>[]): Promise<JobResult[]> {
    const { tell, log, meter } = this.#options
    return Promise.all(
      jobs.map(async ({ id, data }): Promise<JobResult> => {
        try {
          const outcome = (await tell?.(data)) ?? 'off'
          meter?.countNotice(data.target, outcome)
          return { id, status: 'completed', output: { outcome } }
        } catch (error) {
          const { message } = error as Error
          meter?.countNotice(data.target, 'failed')
          log.warn({ ...data, reason: message }, 'operators could not be told: trying again')
          return { id, status: 'failed', output: { message } }
        }
      }),
    )
  }

  async #post(jobs: Job<WebhookJob>[]): Promise<JobResult[]> {
    const { post, log } = this.#options
    return Promise.all(
      jobs.map(async ({ id, data }): Promise<JobResult> => {
        try {
          return { id, status: 'completed', output: { outcome: (await post?.(data)) ?? 'off' } }
        } catch (error) {
          log.error({ err: error, ...data }, 'a webhook message could not be sent from here: trying again')
          return { id, status: 'failed', output: { message: (error as Error).message } }
        }
      }),
    )
  }

  async #process(campaignId: string): Promise<{ campaigns: ProcessedCampaignRow[] }> {
    const source = 'job'
    const { db, tracer } = this.#options
    const rows = await traced(tracer, ['open', { campaign_id: campaignId, source }], async span => {
      const rows = await db.processCampaigns({ campaignId, source })
      for (const { action, batch_number, delivery_count } of rows)
        span?.set({ action, batch_number: batch_number ?? undefined, mails: delivery_count ?? undefined })
      return rows
    })
    return this.#finish(source, rows)
  }

  async #sweep(): Promise<{ campaigns: ProcessedCampaignRow[] }> {
    const source = 'sweep'
    const { db, tracer } = this.#options
    const rows = await traced(tracer, ['sweep', { source }], async span => {
      const rows = await sweepCampaigns(db, source)
      span?.set({ campaigns: rows.length })
      return rows
    })
    return this.#finish(source, rows)
  }

  #finish(source: Source, campaigns: ProcessedCampaignRow[]): { campaigns: ProcessedCampaignRow[] } {
    for (const campaign of campaigns) this.#logAction(source, campaign)
    this.#options.wake()
    return { campaigns }
  }

  /** While the database is away pg-boss says so at every poll: the same words are worth a line now and then. */
  #logProblem(error: Error): void {
    const last = this.#problems.get(error.message)
    if (last !== undefined && performance.now() - last < REPEAT_MS) return
    if (this.#problems.size > MOST_PROBLEMS) this.#problems.clear()
    this.#problems.set(error.message, performance.now())
    this.#options.log.error({ err: error }, 'pg-boss: an error; it goes on')
  }

  #logAction(source: Source, row: ProcessedCampaignRow): void {
    const { log, meter } = this.#options
    const { action, ...details } = row
    const progress = listProgress(row)
    for (const step of progress) {
      meter?.countBatch(step)
      log.info({ source, ...details }, progressLines[step])
    }
    if (progress.length > 0) return
    const line = `campaign ${action}`
    if (action === 'failed') log.error({ source, ...details }, line)
    else if (action === 'paused' || action === 'asleep') log.warn({ source, ...details }, line)
    else if (QUIET_ACTIONS.has(action)) log.debug({ source, ...details }, line)
    else log.info({ source, ...details }, line)
  }
}
