import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Config } from '../config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { guardAccess } from './access.ts'

/** `GET /metrics` for Prometheus: behind API_KEY or METRICS_TOKEN where one is set, else for this machine only. */
export const metricsRoutes: FastifyPluginAsync<{ metrics: Metrics; config: Config }> = async (
  app,
  { metrics, config },
) => {
  app.addHook('onRequest', guardAccess(config))
  app.get('/metrics', { config: { acceptsMetricsToken: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.write()),
  )
}

/** Times every request by the template of its route, so that no id and no mistyped path becomes a label. */
export function timeRequests(app: FastifyInstance, metrics: Pick<Metrics, 'timeRequest'>): void {
  app.addHook('onResponse', async (request, reply) => {
    // open for as long as somebody looks
    if (String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream')) return
    const route = request.routeOptions.url
    metrics.timeRequest({
      method: route === undefined ? 'any' : request.method,
      route: route ?? 'unknown',
      status: `${Math.floor(reply.statusCode / 100)}xx`,
      ms: reply.elapsedTime,
    })
  })
}
