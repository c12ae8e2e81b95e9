import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP port of its own in front of another one, which may be changed: what a virtual address is in a failover. */
export class Forwarder {
  /** Port on 127.0.0.1; undefined: every connection is refused at once. */
  target: number | undefined
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor() {
    this.#server = createServer({ noDelay: true }, client => this.#forward(client))
  }

  static async start(): Promise<Forwarder> {
    const forwarder = new Forwarder()
    await new Promise<void>(resolve => forwarder.#server.listen(0, '127.0.0.1', resolve))
    return forwarder
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends every connection without a word. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  stop(): void {
    this.#server.close()
    this.dropAll()
  }

  #forward(client: Socket): void {
    this.#keep(client)
    if (this.target === undefined) {
      client.destroy()
      return
    }
    const server = connect({ port: this.target, host: '127.0.0.1', noDelay: true })
    this.#keep(server)
    client.pipe(server)
    server.pipe(client)
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
  }
}
