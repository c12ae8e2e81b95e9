import { readFileSync } from 'node:fs'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { scopeOf } from './routes/access.ts'
import { ProblemAnswer } from './routes/describe.ts'
import { describeFields } from './routes/field-words.ts'

const { version, license } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

const TAGS: Record<string, string> = {
  campaigns: 'Make, steer and look at campaigns',
  contacts: 'Whom one may write to',
  lists: 'Lists of contacts, and imports',
  imports: 'What became of imports',
  suppressions: 'Addresses never mailed again',
  forecast: 'What-if without a campaign',
  operation: 'The whole installation',
  keys: 'Who may call the API',
  cron: 'For an outside cron',
  debug: 'The self-test',
  inbound: 'What comes back after a mail was accepted',
  events: 'What happens, live and by webhook',
  overview: 'What the page shows',
  audience: 'Who would be mailed',
  health: 'For a load balancer',
}

const OPERATION = /^(smtp-servers|bounce-limits|purge-|check-operation|adopt-|take-over|confirm-|rotate-)/

/**
 * The API as OpenAPI 3.1, made from the schemas of the routes that are registered after this: `/openapi.json`, and
 * `/docs` to browse it, from files of our own. Register it before the routes.
 */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'daybatch',
        version,
        description:
          'Bulk e-mail campaigns in exact daily batches. Errors are problem details (RFC 9457): `detail` says what to do, `code` is SQL’s. Lists go on by `next_cursor`. Every POST takes an `Idempotency-Key`; changes of a campaign take `If-Match`.',
        license: { name: license, identifier: license },
      },
      servers: [{ url: '/' }],
      security: [{ bearer: [] }, { key: [] }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'API_KEY, or a key of /api/keys' },
          key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: describeRoute(schema, url, route), url }),
    transformObject: documentObject => {
      if (!('openapiObject' in documentObject)) return {}
      nameOperations(documentObject.openapiObject.paths as Paths)
      return documentObject.openapiObject
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { validatorUrl: null, deepLinking: true },
    staticCSP:
      "default-src 'self'; base-uri 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; frame-ancestors 'none'; form-action 'none'; object-src 'none'",
  })
}

interface ApiSchema extends FastifySchema {
  summary?: string
  hide?: boolean
}

/** Adds what follows from the route itself: tag, name, scope, headers, errors. */
function describeRoute(given: FastifySchema | undefined, url: string, route: RouteOptions): FastifySchema {
  const schema: ApiSchema = { ...given }
  const method = [route.method].flat()[0]!
  const words = url.split('/').filter(word => word !== '' && word !== 'api')
  const tag = tagOf(words[0] ?? '')
  // what is no part of the API: the page, its files, the unsubscribe page
  if (tag === undefined || [route.method].flat().includes('HEAD')) return { ...schema, hide: true }
  const headers = describeHeaders(method, url)
  const isOpen = tag === 'health' || (tag === 'inbound' && !url.endsWith('/dsn'))
  return {
    ...schema,
    ...(schema.querystring !== undefined && { querystring: describeFields(schema.querystring, url) }),
    ...(schema.body !== undefined && { body: describeFields(schema.body, url) }),
    tags: [tag],
    ...(isOpen ? { security: [] } : { description: `Scope: ${scopeOf(method, route.config?.scope)}.` }),
    ...(headers && { headers }),
    response: {
      ...(schema.response ?? { 200: { description: 'Done' } }),
      '4xx': PROBLEM,
      '5xx': PROBLEM,
    },
  } as FastifySchema
}

const PROBLEM = {
  description: 'Refused or failed: `detail` says what to do',
  content: { 'application/problem+json': { schema: ProblemAnswer } },
}

const tagOf = (word: string): string | undefined =>
  word in TAGS ? word : OPERATION.test(word) ? 'operation' : word === 'webhooks' ? 'events' : undefined

function describeHeaders(method: string, url: string) {
  const properties: Record<string, object> = {}
  if (method === 'POST' && url.startsWith('/api/')) {
    properties['idempotency-key'] = {
      type: 'string',
      maxLength: 255,
      description: 'A new uuid for each new request: a retry gets the answer of the first, for 24 hours.',
    }
  }
  if (
    /^\/api\/campaigns\/:id(\/(start|schedule|pause|resume|cancel|contacts))?$/.test(url) &&
    method !== 'GET'
  ) {
    properties['if-match'] = {
      type: 'string',
      description: 'The ETag that was read: 412 when it is another now.',
    }
  }
  return Object.keys(properties).length > 0 ? { type: 'object', properties } : undefined
}

interface Operation {
  operationId?: string
  summary?: string
  requestBody?: { required?: boolean; content: Record<string, { schema?: { required?: string[] } }> }
}
type Paths = Record<string, Record<string, Operation>>

/** `postCampaignsByIdStart`: unique, since method and path are. A body whose every field may be left out may be, too. */
function nameOperations(paths: Paths): void {
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, shared] of Object.entries(operations)) {
      // a route of two methods has one description
      const operation = { ...shared }
      operations[method] = operation
      const words = path
        .replace(/^\/api/, '')
        .replaceAll('{', 'by-')
        .split(/[^A-Za-z0-9]+/)
      operation.operationId = [method, ...words.filter(Boolean).map(capitalize)].join('')
      operation.summary ??= operation.operationId
      const { requestBody } = operation
      const schemas = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema)
      if (requestBody) requestBody.required = schemas.some(schema => (schema?.required ?? ['']).length > 0)
    }
  }
}

const capitalize = (word: string) => word[0]!.toUpperCase() + word.slice(1)
