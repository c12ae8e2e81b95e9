import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { AppParts } from './app.ts'
import { BounceReader, openMailbox } from './bounces/reader.ts'
import type { Config } from './config.ts'
import { checkMigrated } from './db/contract.ts'
import { Daybatch } from './db/daybatch.ts'
import { readMetrics } from './db/inspection.ts'
import { createPool } from './db/pool.ts'
import { awaitDatabase } from './db/startup.ts'
import type { EmbeddedDatabase } from './embedded/database.ts'
import type { Mailbox } from './embedded/mailbox.ts'
import { isDatabaseAway, StartupError } from './errors.ts'
import { EventFeed } from './events/feed.ts'
import { makeSigner, usesMailbox } from './mail-settings.ts'
import { Metrics } from './metrics/metrics.ts'
import { tellNotice } from './notices/notifier.ts'
import type { HealthParts } from './routes/health.ts'
import { Scheduler } from './schedule/scheduler.ts'
import { Sender } from './sender.ts'
import { createTracing } from './traces/tracer.ts'
import { deliverWebhook } from './webhooks/deliver.ts'

/** `work`: schedules and delivers, and answers no request but, where WORKER_PORT is set, how it is. */
export type Duties = 'all' | 'work'

export interface ServiceOptions {
  config: Config
  duties: Duties
  log: FastifyBaseLogger
  /** Called with one line for what a person at the console should know. */
  say: (line: string) => void
  /** Aborted: the start ends as soon as it can, and throws. */
  signal: AbortSignal
}

/** The parts that run in this process; those that are not embedded are somewhere else, or off. */
export interface Service {
  duties: Duties
  /** Where HTTP is answered, e.g. `http://127.0.0.1:3000`; a process that only works may have none. */
  address?: string
  embeddedDatabase?: EmbeddedDatabase
  mailbox?: Mailbox
  /** False: the engine sleeps beside an older application, and nothing is sent. */
  isAwake: boolean
  /** Claims nothing more, finishes and reports the mails in flight, then ends the parts in the reverse order. */
  stop(): Promise<void>
}

/** Freezing an audience of millions, or importing as many. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000
const METRICS_TIMEOUT_MS = 5_000
type Stop = () => Promise<unknown> | undefined

/** Starts the parts one after the other; what was started is stopped again when a later one fails. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const stops: Stop[] = []
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) {
      await stopPart()?.catch(error => options.log.error({ err: error }, 'a part did not stop as it should'))
    }
  }
  try {
    return { ...(await startParts(options, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(options: ServiceOptions, stops: Stop[]): Promise<Omit<Service, 'stop'>> {
  const { config, duties, log, signal } = options
  checkSender(config)
  checkDkimKeys(config)
  const embeddedDatabase = config.databaseUrl ? undefined : await startDatabase(config)
  stops.push(() => embeddedDatabase?.stop())
  const url = embeddedDatabase?.url ?? (config.databaseUrl as string)
  await awaitDatabase({ ...options, url, timeoutMs: config.startupTimeoutMs })

  const pool = createPool(url, {
    applicationName: 'daybatch service',
    min: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  stops.push(() => pool.end())
  const metrics = createMetrics(url, stops)
  metrics.watchPool('service', pool)
  const tracing = await createTracing(config)
  const tracer = tracing?.tracer
  stops.push(() => tracing?.stop())
  const db = new Daybatch(pool, metrics.observeCall)
  let sender: Sender | undefined
  const wake = () => sender?.wake()
  const feed = new EventFeed({ db, log })
  const scheduler = new Scheduler({
    url,
    db,
    wake,
    onEvent: () => feed.wake(),
    post: job =>
      deliverWebhook(job, {
        db,
        secrets: config.encryptionKeys,
        allowPrivate: config.webhookPrivateAddresses,
      }),
    log,
    meter: metrics,
    tracer,
    tell: job =>
      tellNotice(job, {
        db,
        mail: config.noticeMail,
        webhook: config.noticeWebhook,
        allowPrivate: config.noticePrivateAddresses,
        sendMail: async mail => {
          if (!sender) throw new Error('this service sends no mail: SMTP_URL is not set')
          await sender.sendNotice(mail)
        },
      }),
  })
  const checks: HealthParts['checks'] = {
    database: () => checkMigrated(pool),
    scheduler: () => checkScheduler(scheduler),
    delivery: () => checkDelivery(config, sender),
  }
  // before anything is sent: a port that is taken ends the start
  const app = await makeApp(duties, {
    db,
    config,
    log,
    checks,
    metrics,
    feed,
    tracer,
    worker: { wake, sendTest: request => sender?.sendTest(request) },
  })
  stops.push(() => app?.close())
  const address = app && (await listen(app, config, duties))
  signal.throwIfAborted()

  const mailbox = usesMailbox(config) ? await openOwnMailbox(config) : undefined
  stops.push(() => mailbox?.stop())
  stops.push(() => scheduler.stop())
  await startScheduler(scheduler)
  signal.throwIfAborted()
  const smtpUrl = mailbox?.url ?? config.smtpUrl
  if (smtpUrl || (await hasSmtpServers(db))) {
    sender = new Sender({ url, db, smtpUrl, config, log, metrics, tracer })
    stops.push(() => sender?.stop())
    sender.start()
  }
  if (config.bounceMailbox) {
    const reader = new BounceReader({ db, mailbox: openMailbox(config.bounceMailbox), log })
    stops.push(() => reader.stop())
    reader.start()
  }
  return { duties, address, embeddedDatabase, mailbox, isAwake: await db.isAwake() }
}

// what this process does not need is not read: each is of some size

async function startDatabase(config: Config): Promise<EmbeddedDatabase> {
  const { startEmbeddedDatabase } = await import('./embedded/database.ts')
  return startEmbeddedDatabase(config)
}

async function makeApp(duties: Duties, parts: AppParts): Promise<FastifyInstance | undefined> {
  if (duties === 'work' && parts.config.workerPort === undefined) return undefined
  const { buildApp, buildWorkerApp } = await import('./app.ts')
  return duties === 'work' ? buildWorkerApp(parts) : buildApp(parts)
}

async function openOwnMailbox({ stateFolder }: Config): Promise<Mailbox> {
  const { startMailbox } = await import('./embedded/mailbox.ts')
  return startMailbox({ folder: join(stateFolder, 'mailbox') })
}

/** With a connection of its own, so that a pool in which nothing moves is seen, and not waited for. */
function createMetrics(url: string, stops: Stop[]): Metrics {
  const pool = createPool(url, {
    applicationName: 'daybatch metrics',
    max: 1,
    min: 1,
    statementTimeoutMs: METRICS_TIMEOUT_MS,
  })
  stops.push(() => pool.end())
  return new Metrics({ read: () => readMetrics(pool) })
}

/** Servers that the database names are the explicit word, as SMTP_URL is. */
async function hasSmtpServers(db: Daybatch): Promise<boolean> {
  return (await db.listSmtpServers()).some(({ host, is_enabled }) => host !== null && is_enabled)
}

function checkSender(config: Config): void {
  if (config.smtpUrl === undefined || usesMailbox(config) || config.mailFrom !== undefined) return
  throw new StartupError('SMTP_URL is set and MAIL_FROM is not: set MAIL_FROM="Your Name <you@your-domain>"')
}

function checkDkimKeys(config: Config): void {
  try {
    makeSigner(config)
  } catch (error) {
    throw new StartupError(`DKIM_KEYS: ${(error as Error).message}`)
  }
}

async function startScheduler(scheduler: Scheduler): Promise<void> {
  try {
    await scheduler.start()
  } catch (error) {
    const { message } = error as Error
    const advice = isDatabaseAway(error)
      ? 'the database went away during the start, start again when it is back'
      : 'run npx daybatch migrate, and let the user of DATABASE_URL be in daybatch_service'
    throw new StartupError(`pg-boss cannot start: ${message}: ${advice}`)
  }
}

async function listen(app: FastifyInstance, config: Config, duties: Duties): Promise<string> {
  const { host } = config
  const [name, port] = duties === 'work' ? ['WORKER_PORT', config.workerPort] : ['PORT', config.port]
  try {
    return await app.listen({ host, port })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new StartupError(`port ${port} on ${host} is taken: end the program that has it, or set ${name}`)
    }
    throw new StartupError(`HTTP cannot be served on ${host}, port ${port}: ${message}: set HOST and ${name}`)
  }
}

function checkScheduler(scheduler: Scheduler): void {
  if (!scheduler.isRunning) throw new Error('it is starting or stopping')
}

function checkDelivery(config: Config, sender: Sender | undefined): string | undefined {
  if (config.smtpUrl === undefined && !usesMailbox(config) && !sender)
    return 'off: SMTP_URL is not set, and the database names no SMTP server'
  if (!sender?.isRunning) throw new Error('it is starting or stopping')
  return sender.problem
}
