import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findEmbeddedPostgres, postgresFolder, startEmbeddedPostgres } from '../../src/embedded/postgres.ts'

/** `npm start` as a process of its own, with everything embedded in one folder. */
export interface DemoService {
  /** Where it answers HTTP. */
  address: string
  /** Its embedded PostgreSQL, as superuser. */
  databaseUrl: string
  /** Rejects, with the last lines it wrote, when the process ends before stop() is called. */
  ended: Promise<never>
}

const SERVER = fileURLToPath(new URL('../../src/server.ts', import.meta.url))
/** Real servers, and what pg reads from the environment by itself: nothing that a demo may touch. */
const UNWANTED =
  /^(DATABASE_URL|MIGRATE_DATABASE_URL|SMTP_URL|SMTP_CONNECTIONS|MAIL_FROM|API_KEY|CRON_SECRET|HOST|INSTALLATION_ID|STARTUP_TIMEOUT|PG[A-Z]+)$/
const READY = /^ {2}http +(http:\/\/[^\s,]+)/m
/** The service gives mails in flight as long to end. */
const STOP_LIMIT_MS = 30_000
const SHOWN_LINES = 10

/** Takes real servers out of this process' environment, and so out of its children's. */
export function forgetRealServers(): void {
  for (const name of Object.keys(process.env)) if (UNWANTED.test(name)) delete process.env[name]
}

/** The process that is started and stopped; `start` may be under way when `stop` is called. */
export class DemoProcess {
  readonly #folder: string
  readonly #child
  #output = ''
  #isReady = false
  #isStopping = false
  readonly #exit: Promise<string>

  constructor(folder: string) {
    this.#folder = folder
    this.#child = spawn(process.execPath, [SERVER], {
      // no .env is read there, and a process group of its own: Ctrl-C reaches it through stop() only, and once
      cwd: folder,
      detached: true,
      env: { ...process.env, STATE_FOLDER: folder, PORT: '0', LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#exit = new Promise(resolve => {
      this.#child.once('error', error => resolve(error.message))
      this.#child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this.#output += text
      })
    }
  }

  /** Resolves when HTTP is answered and the worker runs. */
  async start(): Promise<DemoService> {
    const ended = this.#exit.then(how => {
      if (this.#isStopping) return new Promise<never>(() => {})
      const lines = this.#output.trimEnd().split('\n').slice(-SHOWN_LINES)
      throw new Error([`the service ended by itself (${how})`, ...lines].join('\n  '))
    })
    // whoever waits for it sees it; until then it is nobody's unhandled rejection
    ended.catch(() => {})
    const address = await Promise.race([this.#readAddress(), ended])
    this.#isReady = true
    const database = await findEmbeddedPostgres(postgresFolder(this.#folder))
    if (!database) throw new Error(`no embedded database runs in ${this.#folder}`)
    return { address, databaseUrl: database.url, ended }
  }

  #readAddress(): Promise<string> {
    return new Promise(resolve => {
      const look = () => {
        const address = READY.exec(this.#output)?.[1]
        if (address) resolve(address)
      }
      this.#child.stdout.on('data', look)
      look()
    })
  }

  /** Ends the service as SIGTERM does in production, and makes sure that no database is left behind. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#child.kill('SIGTERM')
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS)
    const how = await this.#exit
    clearTimeout(limit)
    const folder = postgresFolder(this.#folder)
    if (await findEmbeddedPostgres(folder)) await (await startEmbeddedPostgres({ folder })).stop()
    // one that is still on its way up may end by the signal itself
    if (this.#isReady && how !== 'code 0') throw new Error(`the service did not stop as it should (${how})`)
  }
}
