import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { FastifyBaseLogger } from 'fastify'
import type pg from 'pg'
import type { Config } from './config.ts'
import { Daybatch } from './db/daybatch.ts'
import { createPool } from './db/pool.ts'
import { Presence } from './delivery/presence.ts'
import { makeTestMail, type TestMailRequest } from './delivery/preview.ts'
import type { Reply } from './delivery/reply.ts'
import { SmtpServers } from './delivery/servers.ts'
import { createWorker, type Worker } from './delivery/worker.ts'
import { Installation, installationFile } from './installation.ts'
import { describeMessages, EMBEDDED_SENDER, makeSigner } from './mail-settings.ts'
import type { Metrics } from './metrics/metrics.ts'
import { composeNotice, type NoticeMail } from './notices/mail.ts'
import type { Tracer } from './traces/tracer.ts'

export interface SenderOptions {
  /** The database. */
  url: string
  /** Tells that this process is there, also when it may not send from this database. */
  db: Daybatch
  /** undefined: only the SMTP servers that the database names. */
  smtpUrl: string | undefined
  config: Config
  log: FastifyBaseLogger
  metrics?: Metrics | undefined
  tracer?: Tracer | undefined
}

/** A statement of the delivery loop takes milliseconds, a rewrite of the largest arrays seconds. */
const STATEMENT_TIMEOUT_MS = 60_000
/** How often the last attempt's id is written down outside of the database. */
const MIRROR_MS = 10_000

/** The delivery of this process: its worker, its SMTP connections, and a pool that only the right database gets into. */
export class Sender {
  readonly #options: SenderOptions
  readonly #pool: pg.Pool
  readonly #transport: SmtpServers
  readonly #worker: Worker
  readonly #presence: Presence
  #mirroring: NodeJS.Timeout | undefined
  /** Checks take turns: they write one file. */
  #checks: Promise<void> = Promise.resolve()

  constructor(options: SenderOptions) {
    const { url, smtpUrl, config, log, metrics } = options
    const connections = config.smtpConnections
    const workerId = `${hostname()}/${process.pid}/${randomUUID()}`
    this.#options = options
    this.#pool = createPool(url, {
      applicationName: 'daybatch delivery',
      min: 1,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      // a restored or copied database comes with new connections: none is used before it is recognised
      check: client => this.#checkInstallation(new Daybatch(client)),
    })
    const db = new Daybatch(this.#pool, metrics?.observeCall)
    this.#transport = new SmtpServers({
      db,
      url: smtpUrl,
      secrets: config.encryptionKeys,
      connections,
      sign: makeSigner(config),
      meter: metrics,
      log,
    })
    this.#worker = createWorker({
      db,
      transport: this.#transport,
      workerId,
      connections,
      ...describeMessages(config),
      returnPathDomain: config.returnPathDomain,
      log,
      meter: metrics,
      tracer: options.tracer,
    })
    metrics?.watchPool('delivery', this.#pool)
    metrics?.watchDelivery({
      connections: () => this.#transport.usage(),
      worker: () => this.#worker.status(),
      problem: () => this.problem,
    })
    this.#presence = new Presence({
      db: options.db,
      workerId,
      connections,
      status: () => {
        const { held, problem } = this.#worker.status()
        return { held, problem: problem ?? this.#transport.problem }
      },
    })
  }

  get isRunning(): boolean {
    return this.#worker.status().state === 'running'
  }

  /** Why nothing is sent, if so: the database or the SMTP server is away, or it is another database. */
  get problem(): string | undefined {
    return this.#worker.status().problem ?? this.#transport.problem ?? undefined
  }

  start(): void {
    const { log } = this.#options
    this.#worker.start()
    this.#presence.start()
    this.#mirroring = setInterval(() => void this.#mirror(), MIRROR_MS)
    this.#transport.verify().catch(error => {
      log.warn(
        { err: error },
        'the SMTP server takes no mails now: campaigns stay as they are, and it is tried again',
      )
    })
  }

  wake(): void {
    this.#worker.wake()
  }

  /** Sends one mail of a campaign to an address of the operator's; the campaign knows nothing of it. */
  async sendTest(request: TestMailRequest): Promise<Reply> {
    const { db, config } = this.#options
    const mail = await makeTestMail(db, request, describeMessages(config))
    // SMTP_URL's where it is set
    const [server] = await this.#transport.list()
    return this.#transport.send(mail, { permit: async () => {}, server })
  }

  /** Tells an operator, by the first server that takes the mail; throws what the last one said. */
  async sendNotice(notice: NoticeMail): Promise<void> {
    const { config } = this.#options
    const mail = await composeNotice(notice, config.mailFrom ?? EMBEDDED_SENDER)
    let refusal = 'no SMTP server can be used'
    for (const server of await this.#transport.list()) {
      const reply = await this.#transport.send(mail, { permit: async () => {}, server })
      if (reply.stage === 'message' && (reply.reply_code === null || reply.reply_code < 300)) return
      refusal = `${server}: ${reply.stage}: ${reply.reply_text ?? reply.reply_code}`
    }
    throw new Error(refusal)
  }

  /** Claims nothing more, waits for the mails in flight and their reports. */
  async stop(): Promise<void> {
    clearInterval(this.#mirroring)
    await this.#worker.stop()
    this.#transport.close()
    await this.#mirror()
    await this.#presence.stop()
    await this.#pool.end()
  }

  /** Writes down how far this database has come; when it is away, the next connection is checked anyway. */
  async #mirror(): Promise<void> {
    const pool = new Daybatch(this.#pool)
    await pool.withClient(client => this.#checkInstallation(new Daybatch(client))).catch(() => {})
  }

  #checkInstallation(db: Daybatch): Promise<void> {
    const { config, log } = this.#options
    const installation = new Installation({
      db,
      file: installationFile(config),
      expected: config.installationId,
      log: { warn: line => log.warn(line) },
    })
    const check = this.#checks.then(() => installation.check())
    this.#checks = check.catch(() => {})
    return check
  }
}
