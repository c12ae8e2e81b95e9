import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listSettings } from '../../src/config.ts'
import { readDkimKeys } from '../../src/delivery/dkim.ts'
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
/** What pg reads from the environment by itself. */
const OF_POSTGRES = /^(MIGRATE_DATABASE_URL|PG[A-Z]+)$/
/** Names that can never be anybody's (RFC 2606). */
const DOMAIN = 'demo.example'
const READY = /^ {2}http +(http:\/\/[^\s,]+)/m
/** The service gives mails in flight as long to end. */
const STOP_LIMIT_MS = 30_000
const SHOWN_LINES = 10

/** Takes every setting out of this process' environment, and so out of its children's: nothing real may be touched. */
export function forgetRealServers(): void {
  for (const name of listSettings()) delete process.env[name]
  for (const name of Object.keys(process.env)) if (OF_POSTGRES.test(name)) delete process.env[name]
}

/** The demo's mails are as real ones: signed, and to be left by one click. The key's record lies beside them. */
function describeMails(folder: string): Record<string, string> {
  const setting = { domain: DOMAIN, selector: 'demo', file: join(folder, 'dkim.pem') }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(setting.file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const [key] = readDkimKeys([setting])
  mkdirSync(join(folder, 'mailbox'))
  writeFileSync(join(folder, 'mailbox', `${setting.selector}._domainkey.${DOMAIN}.txt`), `${key!.record}\n`)
  return {
    MAIL_FROM: `daybatch demo <news@${DOMAIN}>`,
    PUBLIC_URL: `https://${DOMAIN}`,
    DKIM_KEYS: `${setting.domain}:${setting.selector}:${setting.file}`,
  }
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
      env: { ...process.env, ...describeMails(folder), STATE_FOLDER: folder, PORT: '0', LOG_LEVEL: 'warn' },
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
