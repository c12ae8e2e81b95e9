import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { Config } from '../config.ts'
import { ProblemError } from '../errors.ts'
import { isLoopbackName } from '../loopback.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route is open to CRON_SECRET too. */
    acceptsCronSecret?: boolean
    /** This route is open to INBOUND_SECRET too. */
    acceptsInboundSecret?: boolean
    /** This route is open to METRICS_TOKEN too. */
    acceptsMetricsToken?: boolean
  }
}

/**
 * Guards the routes of `/api`: with API_KEY set every request needs it, as `Authorization: Bearer <key>` or `X-API-Key`;
 * with CRON_SECRET set the cron route takes that as well, and is not open without one of them; so does INBOUND_SECRET
 * for mails that came back, and METRICS_TOKEN for /metrics. What is open answers only
 * what cannot come from a web page of somebody else.
 */
export function guardAccess({
  apiKey,
  cronSecret,
  inboundSecret,
  metricsToken,
  host,
}: Pick<Config, 'apiKey' | 'cronSecret' | 'inboundSecret' | 'metricsToken' | 'host'>) {
  const api = [apiKey].filter(isSet).map(digest)
  const cron = [apiKey, cronSecret].filter(isSet).map(digest)
  const inbound = [apiKey, inboundSecret].filter(isSet).map(digest)
  const metrics = [apiKey, metricsToken].filter(isSet).map(digest)
  const guard: onRequestAsyncHookHandler = async request => {
    const { acceptsCronSecret, acceptsInboundSecret, acceptsMetricsToken } = request.routeOptions.config
    const accepted = acceptsCronSecret
      ? cron
      : acceptsInboundSecret
        ? inbound
        : acceptsMetricsToken
          ? metrics
          : api
    if (accepted.length === 0) return refuseOtherSites(request, host)
    const given = readKey(request)
    if (given === undefined) throw unauthorized('No key was sent')
    const isRight = accepted.map(secret => timingSafeEqual(secret, digest(given))).includes(true)
    if (!isRight) throw unauthorized('This key is not the right one')
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
