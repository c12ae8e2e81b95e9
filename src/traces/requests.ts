import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Span, Tracer } from './tracer.ts'

/** A span for every request, named by the template of its route; it continues the caller's trace. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', async request => {
    const route = request.routeOptions.url ?? 'unknown'
    const attributes = { 'http.request.method': request.method, 'http.route': route, request_id: request.id }
    const { traceparent } = request.headers
    const parent = typeof traceparent === 'string' ? traceparent : undefined
    spans.set(request, tracer.start(`${request.method} ${route}`, attributes, parent))
  })
  app.addHook('onResponse', async (request, reply) => {
    const span = spans.get(request)
    span?.set({ 'http.response.status_code': reply.statusCode })
    span?.end(reply.statusCode >= 500 ? `answered ${reply.statusCode}` : undefined)
  })
  // the caller went away
  app.addHook('onRequestAbort', async request => spans.get(request)?.end('aborted by the caller'))
}
