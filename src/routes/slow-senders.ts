import { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * Ends connections whose request has stopped in the middle of its body: nothing came for `idleMs` although this side
 * was ready to read. A request that waits for the database has all of its body and is left alone.
 */
export function dropSlowSenders(app: FastifyInstance, idleMs: number): void {
  app.addHook('onRequest', async request => {
    const { headers } = request
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    if (hasBody) watch(request, idleMs)
  })
}

function watch({ raw, log }: FastifyRequest, idleMs: number): void {
  // an injected request has no connection
  if (!(raw.socket instanceof Socket)) return
  let received = -1
  const timer = setInterval(() => {
    if (raw.complete || raw.destroyed) return clearInterval(timer)
    const isWaiting = raw.readableLength === 0 && raw.socket.bytesRead === received
    received = raw.socket.bytesRead
    if (!isWaiting) return
    clearInterval(timer)
    log.info('the body of a request stopped coming: its connection is ended')
    raw.socket.destroy()
  }, idleMs)
  timer.unref()
  raw.once('close', () => clearInterval(timer))
}
