import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import type { AcceptedMail, Phase, ScriptedSmtp, ScriptedSmtpOptions } from './smtp.ts'

class Ended extends Error {}

/** One connection of a scripted server: reads lines until the script or the client ends it. */
export class SmtpSession {
  readonly #socket: Socket
  readonly #smtp: ScriptedSmtp
  readonly #accept: (mail: AcceptedMail) => Promise<void>
  readonly #options: ScriptedSmtpOptions
  readonly #connection: number
  #mail = 0
  #sender = ''
  #recipient = ''
  #client = ''

  constructor(
    socket: Socket,
    smtp: ScriptedSmtp,
    accept: (mail: AcceptedMail) => Promise<void>,
    options: ScriptedSmtpOptions,
  ) {
    this.#socket = socket
    this.#smtp = smtp
    this.#accept = accept
    this.#options = options
    this.#connection = smtp.connections
  }

  async run(): Promise<void> {
    try {
      await this.#answer('greeting', '220 scripted ESMTP')
      let data: string[] | undefined
      for await (const line of this.#lines()) {
        if (data === undefined) {
          if (await this.#command(line)) data = []
        } else if (line === '.') {
          await this.#take(`${data.join('\r\n')}\r\n`)
          data = undefined
        } else {
          data.push(line.startsWith('.') ? line.slice(1) : line)
          if (data.length === 3) await this.#answer('content')
        }
      }
    } catch (error) {
      if (!(error instanceof Ended)) throw error
    }
  }

  async *#lines(): AsyncGenerator<string> {
    let rest = ''
    for await (const chunk of this.#socket) {
      const lines = (rest + chunk.toString('latin1')).split('\r\n')
      rest = lines.pop()!
      yield* lines
    }
  }

  /** Answers one command; true when message data follows. */
  async #command(line: string): Promise<boolean> {
    const verb = /^[A-Z]+/i.exec(line)?.[0].toUpperCase()
    switch (verb) {
      case 'EHLO':
        this.#client = line.slice('EHLO '.length)
        await this.#answer('ehlo', this.#greet())
        return false
      case 'AUTH':
        await this.#answer(
          'auth',
          this.#checkLogin(line) ? '235 2.7.0 welcome' : '535 5.7.8 wrong credentials',
        )
        return false
      case 'MAIL':
        this.#mail += 1
        this.#sender = readPath(line)
        this.#recipient = ''
        await this.#answer('mail', '250 2.1.0 sender ok')
        return false
      case 'RCPT': {
        const recipient = readPath(line)
        if (await this.#answer('rcpt', '250 2.1.5 recipient ok', recipient)) this.#recipient = recipient
        return false
      }
      case 'DATA':
        if (this.#recipient === '') await this.#write('503 5.5.1 no recipient')
        else return this.#answer('data', '354 go ahead')
        return false
      case 'RSET':
        this.#recipient = ''
        await this.#write('250 2.0.0 reset')
        return false
      case 'QUIT':
        await this.#write('221 2.0.0 bye')
        this.#socket.end()
        throw new Ended()
      default:
        await this.#write('502 5.5.1 not implemented')
        return false
    }
  }

  #greet(): string {
    const { pipelining = true, auth, extensions = [] } = this.#options
    const lines = [
      'scripted',
      ...(pipelining ? ['PIPELINING'] : []),
      ...(auth ? ['AUTH PLAIN'] : []),
      ...extensions,
    ]
    return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n')
  }

  #checkLogin(line: string): boolean {
    const { user, pass } = this.#options.auth ?? {}
    return line === `AUTH PLAIN ${Buffer.from(`\0${user}\0${pass}`).toString('base64')}`
  }

  async #take(content: string): Promise<void> {
    if (!(await this.#answer('dot'))) return
    await this.#accept({
      at: new Date().toISOString(),
      message_id: /^message-id:\s*(<[^>]*>)/im.exec(content)?.[1] ?? null,
      recipient: this.#recipient,
      sender: this.#sender,
      client: this.#client,
      bytes: content.length,
      sha256: createHash('sha256').update(content, 'latin1').digest('hex'),
      content,
    })
    await this.#answer('accepted', '250 2.0.0 accepted')
    await this.#answer('done')
  }

  /** Plays the script's step, else the usual reply. True when the conversation goes on as usual. */
  async #answer(phase: Phase, usual?: string, recipient = this.#recipient): Promise<boolean> {
    this.#smtp.reached[phase] += 1
    const moment = {
      phase,
      connection: this.#connection,
      mail: this.#mail,
      recipient,
      client: this.#client,
    }
    const step = await this.#options.script?.(moment)
    if (step === undefined) {
      if (usual !== undefined) await this.#write(usual)
      return true
    }
    if (typeof step === 'string') {
      await this.#write(step)
      return /^[23]/.test(step)
    }
    if (step.reply !== undefined) await this.#write(step.reply)
    return this.#end(step.end)
  }

  async #end(how: 'drop' | 'reset' | 'hang'): Promise<never> {
    if (how === 'drop') this.#socket.destroy()
    if (how === 'reset') this.#socket.resetAndDestroy()
    if (how === 'hang') await new Promise(resolve => this.#socket.once('close', resolve))
    throw new Ended()
  }

  #write(text: string): Promise<void> {
    return new Promise(resolve => {
      this.#socket.write(`${text}\r\n`, () => resolve())
    })
  }
}

const readPath = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? ''
