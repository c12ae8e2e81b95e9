import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Daybatch } from '../db/daybatch.ts'
import { ProblemError } from '../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is kept of an answer that has a secret in it. */
    keptBody?: (body: string) => string
  }
  interface FastifyRequest {
    /** The request's key in daybatch.idempotent_requests, while its answer is awaited. */
    requestKey?: Buffer
  }
}

/** Headers of an answer that are part of it. */
const KEPT_HEADERS = ['content-type', 'location', 'etag'] as const

/**
 * `Idempotency-Key` on every POST of `/api`: the request is done once, and for 24 hours its answer is given again, with
 * `idempotency-replayed: true`. Another body is 422 (MB052), one that is under way or whose process died 409 (MB053). What
 * was refused (4xx, or the database was busy) changed nothing and is forgotten, so that it may be tried again. Of a body that is a stream (imports)
 * its length and type are compared. Call it within `/api`, behind the guard.
 */
export function keepAnswers(app: FastifyInstance, db: Daybatch): void {
  app.addHook('preHandler', async (request, reply) => {
    const key = readIdempotencyKey(request)
    if (key === undefined) return
    const requestKey = hash([key, request.method, request.url.split('?')[0], request.caller?.keyId ?? ''])
    const given = await db.beginRequest({ requestKey, bodyHash: hashBody(request) })
    if (given.is_new) {
      request.requestKey = requestKey
      return
    }
    return reply
      .code(given.status_code ?? 200)
      .headers({ ...given.headers, 'idempotency-replayed': 'true' })
      .serializer((body: string) => body)
      .send(given.body ?? undefined)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { requestKey } = request
    if (requestKey === undefined) return payload
    request.requestKey = undefined
    const { statusCode } = reply
    // 5xx: whether it had its effect is not known, so it stays begun
    if (statusCode >= 500 && !isTakenBack(payload)) return payload
    if (statusCode >= 400) await db.finishRequest({ requestKey })
    else {
      const headers: Record<string, string> = {}
      for (const name of KEPT_HEADERS) {
        const value = reply.getHeader(name)
        if (value !== undefined) headers[name] = String(value)
      }
      const keep = request.routeOptions.config.keptBody ?? (text => text)
      const body = typeof payload === 'string' ? keep(payload) : undefined
      await db.finishRequest({ requestKey, statusCode, headers, body })
    }
    return payload
  })
}

/** Problem details with a SQLSTATE: the database answered, and took back what it had begun. */
const isTakenBack = (payload: unknown): boolean =>
  typeof payload === 'string' && 'code' in JSON.parse(payload)

function readIdempotencyKey({ method, headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  if (method !== 'POST' || key === undefined) return undefined
  // as a string of RFC 8941, or bare
  const text = /^"(.*)"$/.exec(String(key))?.[1] ?? String(key)
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text
  throw new ProblemError(
    400,
    'invalid-request',
    'This Idempotency-Key cannot be used',
    'Send 1 to 255 printable characters without spaces: a new uuid for each new request.',
  )
}

function hashBody({ body, headers, url }: FastifyRequest): Buffer {
  const content =
    body === undefined || Buffer.isBuffer(body)
      ? (body ?? '')
      : isStream(body)
        ? `${headers['content-type']} ${headers['content-length']}`
        : JSON.stringify(body)
  return hash([url.split('?')[1] ?? '', content])
}

const isStream = (body: unknown) => typeof (body as { pipe?: unknown } | null)?.pipe === 'function'

/** Each part with its length, so that no two lists of parts look alike. */
function hash(parts: (string | Buffer | undefined)[]): Buffer {
  const sha = createHash('sha256')
  for (const part of parts) {
    const bytes = Buffer.from(part ?? '')
    sha.update(`${bytes.length} `).update(bytes)
  }
  return sha.digest()
}
