import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../errors.ts'

/**
 * What no route answers is a problem as well: 405 with `Allow` where the address has routes of other methods (RFC 9110,
 * section 15.5.6), else 404. To be called before the first route is added.
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const addresses = new Map<string, { matches: RegExp; methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const address = addresses.get(url) ?? { matches: makePattern(url), methods: new Set() }
    for (const each of [method].flat()) address.methods.add(each)
    addresses.set(url, address)
  })
  app.setNotFoundHandler(({ method, url }, reply) => {
    const path = url.split('?')[0]!
    const known = [...addresses.values()].filter(({ matches }) => matches.test(path))
    const allowed = [...new Set(known.flatMap(({ methods }) => [...methods]))].sort().join(', ')
    if (allowed === '')
      throw new ProblemError(
        404,
        'unknown-route',
        `Nothing answers ${method} ${path}`,
        'GET /openapi.json lists every route with its methods; /docs shows them.',
      )
    reply.header('allow', allowed)
    throw new ProblemError(
      405,
      'unknown-method',
      `${path} does not answer ${method}`,
      `It answers ${allowed}; GET /openapi.json says what for.`,
    )
  })
}

/** `/api/lists/:id` and `/dashboard/*` as they stand in addresses. */
function makePattern(url: string): RegExp {
  const pattern = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[^/]+/g, '[^/]+')
    .replace(/\*/g, '.*')
  return new RegExp(`^${pattern}$`)
}
