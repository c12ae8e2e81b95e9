import { createHash, timingSafeEqual } from 'node:crypto'
import rateLimiter from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { Config } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { type KeyScope, keyScopes } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'
import { isLoopbackName } from '../loopback.ts'
import { type Caller, KeyRing } from './keys.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be made for; GET: read, everything else: write. */
    scope?: KeyScope
    /** This route is open to CRON_SECRET too. */
    acceptsCronSecret?: boolean
    /** This route is open to INBOUND_SECRET too. */
    acceptsInboundSecret?: boolean
    /** This route is open to METRICS_TOKEN too. */
    acceptsMetricsToken?: boolean
  }
  interface FastifyInstance {
    keyRing: KeyRing
    /** Refuses a caller that has come too often: one with this key, or from its address. */
    countRequest: (request: FastifyRequest, reply: FastifyReply, key: string | undefined) => Promise<void>
  }
  interface FastifyRequest {
    /** Who is calling, once guardAccess has looked. */
    caller?: Caller
  }
}

type AccessConfig = Pick<Config, 'apiKey' | 'cronSecret' | 'inboundSecret' | 'metricsToken' | 'host'>

/**
 * Guards the routes of `/api`: with API_KEY set every request needs it, or a key of `daybatch.api_keys` with the scope of
 * the route, as `Authorization: Bearer <key>` or `X-API-Key`, never in the address. With CRON_SECRET set the cron route
 * takes that as well, and is not open without one of them; so does INBOUND_SECRET for mails that came back, and
 * METRICS_TOKEN for /metrics. What is open answers only what cannot come from a web page of somebody else. Where keys are
 * needed, each key, and each address without a good one, has RATE_LIMIT requests a minute: 429 above.
 */
export function guardAccess({ apiKey, cronSecret, inboundSecret, metricsToken, host }: AccessConfig) {
  const api = [apiKey].filter(isSet).map(digest)
  const cron = [apiKey, cronSecret].filter(isSet).map(digest)
  const inbound = [apiKey, inboundSecret].filter(isSet).map(digest)
  const metrics = [apiKey, metricsToken].filter(isSet).map(digest)
  const guard: onRequestAsyncHookHandler = async (request, reply) => {
    const { keyRing, countRequest } = request.server
    const { acceptsCronSecret, acceptsInboundSecret, acceptsMetricsToken } = request.routeOptions.config
    const accepted = acceptsCronSecret
      ? cron
      : acceptsInboundSecret
        ? inbound
        : acceptsMetricsToken
          ? metrics
          : api
    const given = readKey(request)
    const isKey = given !== undefined && KeyRing.isKey(given)
    if (accepted.length === 0 && !isKey) {
      request.caller = { scope: 'admin' }
      return refuseOtherSites(request, host)
    }
    const isSecret =
      given !== undefined && accepted.map(secret => timingSafeEqual(secret, digest(given))).includes(true)
    const known = isSecret ? ({ scope: 'admin' } satisfies Caller) : isKey ? keyRing.recall(given) : undefined
    await countRequest(request, reply, isSecret ? 'secret' : known?.keyId)
    request.caller = known ?? (isKey ? await keyRing.find(given) : undefined)
    if (given === undefined) throw unauthorized('No key was sent')
    if (request.caller === undefined) throw unauthorized('This key is not the right one')
    checkScope(request, request.caller)
  }
  return guard
}

/** Digests have one length, so that comparing them tells nothing about the secret's. */
const digest = (secret: string) => createHash('sha256').update(secret).digest()

const isSet = (secret: string | undefined): secret is string => secret !== undefined

function readKey({ headers }: FastifyRequest): string | undefined {
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  const key = headers['x-api-key']
  return bearer?.trim() ?? (typeof key === 'string' ? key.trim() : undefined)
}

/** What a key must be made for to call a route. */
export const scopeOf = (method: string, scope?: KeyScope): KeyScope =>
  scope ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'write')

function checkScope({ method, routeOptions }: FastifyRequest, { scope }: Caller): void {
  const needed = scopeOf(method, routeOptions.config.scope)
  if (keyScopes.indexOf(scope) >= keyScopes.indexOf(needed)) return
  throw new ProblemError(
    403,
    'scope-too-small',
    `This key may ${scope} only, and this needs ${needed}`,
    `Use a key of scope ${needed}: daybatch key create "who uses it" --scope ${needed}`,
  )
}

/** What every guard of an app shares: the keys that it knows, and how often each caller came in this minute. */
export async function prepareAccess(
  app: FastifyInstance,
  { rateLimit, apiKey }: Pick<Config, 'rateLimit' | 'apiKey'>,
  db: Daybatch,
): Promise<void> {
  app.decorate('keyRing', new KeyRing(db))
  await app.register(rateLimiter, { global: false })
  const names = new WeakMap<FastifyRequest, string>()
  const look = app.createRateLimit({
    max: rateLimit,
    timeWindow: '1 minute',
    keyGenerator: request => names.get(request) ?? request.ip,
  })
  const isLimited = rateLimit > 0 && apiKey !== undefined
  app.decorate('countRequest', async (request, reply, key) => {
    if (!isLimited) return
    names.set(request, key === undefined ? `from ${request.ip}` : `by ${key}`)
    const limit = await look(request)
    if (limit.isAllowed || !limit.isExceeded) return
    reply.header('retry-after', String(limit.ttlInSeconds))
    throw new ProblemError(
      429,
      'too-many-requests',
      `More than ${rateLimit} requests came in a minute`,
      `Go on in ${limit.ttlInSeconds} seconds; RATE_LIMIT sets another limit.`,
    )
  })
}

const unauthorized = (title: string) =>
  new ProblemError(
    401,
    'unauthorized',
    title,
    'Send Authorization: Bearer <API_KEY>, or X-API-Key: <API_KEY>.',
  )

/**
 * A service that is open to this machine is open to its browser: a page of another site may let a name of its own point
 * to 127.0.0.1 (the Host header then says that name), or send requests across sites (the browser then says so).
 */
function refuseOtherSites({ headers, host, hostname }: FastifyRequest, configured: string): void {
  if (!isLoopbackName(hostname) && hostname !== configured) {
    throw new ProblemError(
      403,
      'unknown-host',
      `The host name ${hostname} is not this machine`,
      'Use http://127.0.0.1, or set API_KEY.',
    )
  }
  const site = headers['sec-fetch-site'] ?? 'none'
  const isOwn = site === 'same-origin' || site === 'none'
  if (!isOwn || (headers.origin !== undefined && originHost(headers.origin) !== host)) {
    throw new ProblemError(
      403,
      'cross-site',
      'Requests from other sites are refused',
      'Set API_KEY and send it.',
    )
  }
}

const originHost = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined)
