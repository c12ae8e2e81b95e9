import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('../../../src/server.ts', import.meta.url))

export interface ServiceOptions {
  /** Its name in logs, and for EHLO. */
  name: string
  /** The state folder and the working folder (no `.env` there); lives of one service share it. */
  folder: string
  databaseUrl: string
  smtpUrl: string
  connections: number
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** One process of `src/server.ts`, as `npm start` runs it. */
export class ServiceProcess {
  readonly name: string
  readonly exited: Promise<Exit>
  /** Null while it runs. */
  exit: Exit | null = null
  readonly #child: ChildProcess
  readonly #log: string

  constructor({ name, folder, databaseUrl, smtpUrl, connections }: ServiceOptions) {
    this.name = name
    mkdirSync(folder, { recursive: true })
    this.#log = join(folder, 'service.log')
    const output = openSync(this.#log, 'a')
    const smtp = new URL(smtpUrl)
    smtp.searchParams.set('name', name)
    this.#child = spawn(process.execPath, [SERVER], {
      cwd: folder,
      stdio: ['ignore', output, output],
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: databaseUrl,
        SMTP_URL: smtp.href,
        SMTP_CONNECTIONS: String(connections),
        MAIL_FROM: 'Fault Programme <faults@example.org>',
        STATE_FOLDER: folder,
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'warn',
      },
    })
    closeSync(output)
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('exit', (code, signal) => {
        this.exit = { code, signal }
        resolve(this.exit)
      })
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Whether it has said where it listens: the last thing that it does at its start. */
  get isReady(): boolean {
    return this.exit === null && /^ +http /m.test(readFileSync(this.#log, 'utf8'))
  }

  /** At once, without waiting: for a kill at an exact moment. */
  signal(signal: NodeJS.Signals): void {
    if (this.exit === null) this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.exited
  }

  /** SIGTERM, and its end. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM')
    return this.exited
  }

  /** The last lines of its log, for a failure. */
  tail(lines = 5): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  }
}
