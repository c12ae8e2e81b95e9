import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { fetchText } from './bounces/providers/fetch.ts'
import type { Fetch } from './bounces/providers/sns.ts'
import type { Config } from './config.ts'
import type { Daybatch } from './db/daybatch.ts'
import type { TestMailRequest } from './delivery/preview.ts'
import type { Reply } from './delivery/reply.ts'
import { ProblemError, problemFrom } from './errors.ts'
import { EventFeed } from './events/feed.ts'
import type { Metrics } from './metrics/metrics.ts'
import { describeApi } from './openapi.ts'
import { prepareAccess } from './routes/access.ts'
import { dashboardRoutes } from './routes/dashboard.ts'
import { type HealthParts, healthRoutes } from './routes/health.ts'
import { inboundRoutes } from './routes/inbound.ts'
import { apiRoutes } from './routes/index.ts'
import { metricsRoutes, timeRequests } from './routes/metrics.ts'
import { dropSlowSenders } from './routes/slow-senders.ts'
import { answerUnknownRoutes } from './routes/unknown.ts'
import { unsubscribeRoutes } from './routes/unsubscribe.ts'
import { traceRequests } from './traces/requests.ts'
import type { Tracer } from './traces/tracer.ts'

export interface AppParts extends HealthParts {
  db: Daybatch
  config: Config
  log: FastifyBaseLogger
  /** Without them nothing is counted, and /metrics is not there. */
  metrics?: Metrics | undefined
  /** Without it no trace is drawn. */
  tracer?: Tracer | undefined
  /** The delivery worker of this process, if it has one. */
  worker?: {
    wake(): void
    /** Undefined: this process sends nothing. */
    sendTest?(request: TestMailRequest): Promise<Reply> | undefined
  }
  /** Woken by the listener; without one, streams have no news. */
  feed?: EventFeed
  /** How certificates of webhooks are read; tests put files in their place. */
  fetch?: Fetch
  /** How long the rest of a body may keep us waiting (ms); tests wait less. */
  bodyIdleMs?: number
}

/** Of JSON (bytes); imports are streams and have no limit of bytes. */
const BODY_LIMIT = 1024 * 1024
/** To receive a whole request, a large import included (ms). */
const REQUEST_TIMEOUT_MS = 10 * 60 * 1000
/** For more of a body to come (ms). */
const BODY_IDLE_MS = 30_000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The HTTP surface, not listening: the server listens, tests inject. Every error is answered as problem details (RFC 9457). */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { db, config, log, worker, feed = new EventFeed({ db, log }), fetch = fetchText } = parts
  const app = makeApp(parts)
  await app.register(dashboardRoutes)
  await guardApp(app, parts)
  await describeApi(app)
  await addOperation(app, parts)
  await app.register(inboundRoutes, { prefix: '/api/inbound', db, config, fetch })
  await app.register(unsubscribeRoutes, { prefix: '/u', db })
  await app.register(apiRoutes, {
    prefix: '/api',
    db,
    config,
    feed,
    wake: () => worker?.wake(),
    sendTest: request => worker?.sendTest?.(request),
  })
  return app
}

/** What a process that only works answers: how it is, and its figures. */
export async function buildWorkerApp(parts: AppParts): Promise<FastifyInstance> {
  const app = makeApp(parts)
  await guardApp(app, parts)
  await addOperation(app, parts)
  return app
}

function makeApp({ log, metrics, tracer }: AppParts): FastifyInstance {
  const app = fastify({
    loggerInstance: log,
    // probes and Prometheus ask every few seconds
    logController: new LogController({
      // and the path of /u/ is what lets one unsubscribe
      disableRequestLogging: request => /^\/(health\/|u\/|metrics$)/.test(request.url),
    }),
    // a caller's own id, so that its log and ours can be laid together
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && UUID.test(given) ? given.toLowerCase() : randomUUID()
    },
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // answered as problem details, below
    return503OnClosing: false,
    // an address that cannot be read is no route's
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id)
      answerProblem(error, request, reply)
    },
  })
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  // what SQL answers goes out whole: the schemas of answers describe it, and tests compare
  app.setSerializerCompiler(() => answer => JSON.stringify(answer))
  takeJsonOnly(app)
  answerProblems(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  if (metrics) timeRequests(app, metrics)
  if (tracer) traceRequests(app, tracer)
  return app
}

async function guardApp(app: FastifyInstance, { db, config, bodyIdleMs }: AppParts): Promise<void> {
  refuseWhileStopping(app)
  dropSilentConnections(app)
  dropSlowSenders(app, bodyIdleMs ?? BODY_IDLE_MS)
  await prepareAccess(app, config, db)
}

async function addOperation(app: FastifyInstance, { config, checks, metrics }: AppParts): Promise<void> {
  await app.register(healthRoutes, { checks })
  if (metrics) await app.register(metricsRoutes, { metrics, config })
}

/** One content type, so that what is validated is what was parsed; an empty body is none, not broken JSON. */
function takeJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // read as UTF-8 all the same, each letter beyond ASCII would go out as a replacement character
    if (!isUtf8(body)) return done(NOT_UTF_8)
    const text = body.toString()
    if (text.trim() === '') done(null, undefined)
    else parse(request, text, done)
  })
  // read as they are, compressed bytes would be told as broken JSON or a file that is no text
  app.addHook('onRequest', async ({ headers }, reply) => {
    if (/^(identity)?$/i.test(String(headers['content-encoding'] ?? ''))) return
    reply.header('accept-encoding', 'identity')
    throw COMPRESSED
  })
}

const NOT_UTF_8 = new ProblemError(400, 'not-utf-8', 'The body is no text in UTF-8', 'Send JSON in UTF-8.')
const COMPRESSED = new ProblemError(
  415,
  'compressed-body',
  'A compressed body is not taken',
  'Send it as it is, without Content-Encoding.',
)

/** Requests that come while those under way are finished. No connection is kept after them: a kept one delays the end by a minute. */
function refuseWhileStopping(app: FastifyInstance): void {
  let isStopping = false
  app.addHook('preClose', async () => {
    isStopping = true
  })
  app.addHook('onSend', async (_, reply) => {
    if (isStopping) reply.header('connection', 'close')
  })
  // for answers that had begun before
  app.addHook('onResponse', async () => {
    if (isStopping) setImmediate(() => app.server.closeIdleConnections())
  })
  app.addHook('onRequest', async () => {
    if (!isStopping) return
    throw new ProblemError(
      503,
      'stopping',
      'This service is stopping',
      'Ask again; another one, or the next, answers.',
    )
  })
}

/**
 * Connections from which nothing has come when the service stops, such as a browser opens ahead of a request: Node
 * gives them a minute for it, and the end would wait that long.
 */
function dropSilentConnections(app: FastifyInstance): void {
  const connections = new Set<Socket>()
  app.server.on('connection', socket => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  app.addHook('preClose', async () => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
  })
}

function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => answerProblem(error, request, reply))
  answerUnknownRoutes(app)
}

function answerProblem(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemFrom(error, request.id)
  if (problem.status >= 500) request.log.error({ err: error }, problem.title)
  else request.log.info({ problem }, problem.title)
  if (problem.status === 503) reply.header('retry-after', '5')
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  // as text: an address that cannot be read has no route, and no serializer of ours
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}
