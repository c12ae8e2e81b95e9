import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { CallReader, type Frame, FrameReader, readRow } from './postgres-frames.ts'

/** A call of a client at the moment before it reaches the server (`request`), or before its answer leaves (`reply`). */
export interface CallMoment {
  /** Name of our function, `pgboss fetch`, `commit`, ...: see nameCall. */
  call: string
  when: 'request' | 'reply'
  /** Of a reply: the rows as text, and whether the call failed. */
  rows: (string | null)[][]
  failed: boolean
}

/**
 * `drop` ends the connection on both sides instead (a lost request, or a lost reply to what is committed); `silence`
 * lets nothing through any more and keeps the sockets open.
 */
export type CallStep = 'drop' | 'silence' | undefined

/** A proxy in front of PostgreSQL that may lose what it carries, call by call. */
export class PostgresProxy {
  /** Port on 127.0.0.1; undefined: every connection is refused at once. */
  target: number | undefined
  onCall: (moment: CallMoment) => CallStep = () => undefined
  readonly #server: Server
  readonly #connections = new Set<Connection>()

  private constructor() {
    this.#server = createServer({ noDelay: true }, client => this.#accept(client))
  }

  static async start(): Promise<PostgresProxy> {
    const proxy = new PostgresProxy()
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends the connections that have gone silent, as a network does some time. */
  dropSilent(): void {
    for (const connection of this.#connections) if (connection.isSilent) connection.drop()
  }

  stop(): void {
    this.#server.close()
    for (const connection of this.#connections) connection.drop()
  }

  #accept(client: Socket): void {
    if (this.target === undefined) {
      client.on('error', () => {})
      client.destroy()
      return
    }
    const server = connect({ port: this.target, host: '127.0.0.1', noDelay: true })
    const connection = new Connection(client, server, moment => this.onCall(moment))
    this.#connections.add(connection)
    client.on('close', () => this.#connections.delete(connection))
  }
}

class Connection {
  isSilent = false
  readonly #client: Socket
  readonly #server: Socket
  readonly #onCall: (moment: CallMoment) => CallStep
  readonly #calls = new CallReader()
  /** Messages of a call that is not asked for yet. */
  #request: Buffer[] = []
  /** The call under way, and what its answer is so far. */
  #pending: { call: string; frames: Frame[] } | undefined

  constructor(client: Socket, server: Socket, onCall: (moment: CallMoment) => CallStep) {
    this.#client = client
    this.#server = server
    this.#onCall = onCall
    const requests = new FrameReader('client')
    const replies = new FrameReader('server')
    client.on('data', chunk => {
      for (const frame of requests.read(chunk)) this.#takeRequest(frame)
    })
    server.on('data', chunk => {
      for (const frame of replies.read(chunk)) this.#takeReply(frame)
    })
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => {})
      socket.on('close', () => {
        // a silent connection is not told that the other side is gone
        if (!this.isSilent || socket === client) other.destroy()
      })
    }
  }

  drop(): void {
    this.#client.resetAndDestroy()
    this.#server.destroy()
  }

  #takeRequest(frame: Frame): void {
    if (this.isSilent) return
    const call = this.#calls.read(frame)
    this.#request.push(frame.bytes)
    if (call !== undefined) {
      if (!this.#passes({ call, when: 'request', rows: [], failed: false })) return
      this.#pending = { call, frames: [] }
    }
    if (call !== undefined || !/[PBDE]/.test(frame.type)) {
      this.#server.write(Buffer.concat(this.#request))
      this.#request = []
    }
  }

  #takeReply(frame: Frame): void {
    if (this.isSilent) return
    const pending = this.#pending
    if (!pending) {
      this.#client.write(frame.bytes)
      return
    }
    pending.frames.push(frame)
    // ReadyForQuery ends an answer; a copy goes on only when the client hears of it
    const isEnd = frame.type === 'Z'
    if (!isEnd && !/[GHW]/.test(frame.type)) return
    if (isEnd) {
      this.#pending = undefined
      const rows = pending.frames.filter(({ type }) => type === 'D').map(readRow)
      const failed = pending.frames.some(({ type }) => type === 'E')
      if (!this.#passes({ call: pending.call, when: 'reply', rows, failed })) return
    }
    this.#client.write(Buffer.concat(pending.frames.map(({ bytes }) => bytes)))
    pending.frames = []
  }

  #passes(moment: CallMoment): boolean {
    const step = this.#onCall(moment)
    if (step === 'drop') this.drop()
    if (step === 'silence') this.isSilent = true
    return step === undefined
  }
}
