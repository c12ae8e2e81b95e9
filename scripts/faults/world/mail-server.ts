import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AcceptedMail, Moment, Step } from '../../../test/helper/smtp.ts'
import type { FromServer, MailEvent, MailPlan, ToServer } from './mail-plan.ts'

const PROGRAM = fileURLToPath(new URL('mail-server-process.ts', import.meta.url))

export type MailLine = Omit<AcceptedMail, 'content'>

interface Events {
  hello: [client: string]
}

/** A SMTP server in a process of its own; what it accepts is on disk before its 250. */
export class MailServer extends EventEmitter<Events> {
  /** Answers for moments when the plan says `asks`. */
  script: (moment: Moment) => Step | Promise<Step> = () => undefined
  readonly #folder: string
  #plan: MailPlan
  #port = 0
  #starts = 0
  #child: ChildProcess | undefined

  constructor(folder: string, plan: MailPlan) {
    super()
    this.#folder = folder
    this.#plan = plan
  }

  get url(): string {
    const login = this.#plan.auth ? 'daybatch:secret@' : ''
    return `smtp://${login}127.0.0.1:${this.#port}`
  }

  /** Starts it; after a kill with the same ledger on the same port. */
  async start(): Promise<void> {
    // a restarted server must not repeat the choices of the one before
    const plan = { ...this.#plan, seed: this.#plan.seed + this.#starts++ }
    const args = [this.#ledgerFile, this.#eventFile, String(this.#port), JSON.stringify(plan)]
    const child = fork(PROGRAM, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: {} })
    this.#child = child
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromServer) => {
        if (message.type === 'listening') {
          this.#port = message.port
          resolve()
        }
        if (message.type === 'hello') this.emit('hello', message.client)
        if (message.type === 'moment') void this.#answer(child, message.id, message.moment)
      })
      child.once('exit', () => reject(new Error('the SMTP server did not start')))
    })
  }

  change(plan: MailPlan): void {
    this.#plan = plan
    this.#send({ type: 'plan', plan })
  }

  /** Ends every connection without a word. */
  dropAll(): void {
    this.#send({ type: 'dropAll' })
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  /** Every mail it accepted, in order. */
  async readLedger(): Promise<MailLine[]> {
    return readLines(this.#ledgerFile)
  }

  async readEvents(): Promise<MailEvent[]> {
    return readLines(this.#eventFile)
  }

  async #answer(child: ChildProcess, id: number, moment: Moment): Promise<void> {
    const step = await this.script(moment)
    if (child === this.#child) this.#send({ type: 'step', id, step })
  }

  #send(message: ToServer): void {
    if (this.#child?.connected) this.#child.send(message)
  }

  get #ledgerFile(): string {
    return join(this.#folder, 'ledger.jsonl')
  }

  get #eventFile(): string {
    return join(this.#folder, 'events.jsonl')
  }
}

async function readLines<Line>(path: string): Promise<Line[]> {
  if (!existsSync(path)) return []
  const lines = (await readFile(path, 'utf8')).split('\n')
  // a last line without its end was never told to anybody
  return lines.slice(0, -1).map(line => JSON.parse(line))
}
