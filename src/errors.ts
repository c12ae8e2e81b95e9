import type { FastifyError } from 'fastify'

/** RFC 9457 problem details, as every error is answered. */
export interface Problem {
  /** A stable path under `/problems/`. */
  type: string
  /** What happened, to what. */
  title: string
  status: number
  /** What to do. */
  detail?: string
  /** SQLSTATE of a refusal by the database (class MB) or of a constraint. */
  code?: string
  /** `urn:uuid:` and the request's id, the same as in the log and in the header `x-request-id`. */
  instance?: string
  /** What is wrong where in the request, one entry per finding. */
  errors?: { path: string; message: string }[]
}

/** What SQL refuses by a private SQLSTATE, and how HTTP says it. SQL's message and hint are kept as they are. */
const REFUSALS: Record<string, [status: number, slug: string]> = {
  MB001: [404, 'unknown-campaign'],
  MB002: [409, 'wrong-status'],
  MB003: [409, 'empty-audience'],
  MB004: [422, 'limit-below-one'],
  MB005: [404, 'unknown-list'],
  MB006: [409, 'not-due'],
  MB007: [409, 'batch-open'],
  MB008: [422, 'audience-too-large'],
  MB009: [409, 'engine-asleep'],
  MB010: [409, 'message-missing'],
  MB011: [422, 'unknown-field'],
  MB012: [409, 'engine-column-changed'],
  MB013: [403, 'list-not-visible'],
  MB014: [503, 'pg-boss-missing'],
  MB015: [422, 'invalid-contact'],
  MB016: [404, 'unknown-import'],
  MB017: [422, 'invalid-argument'],
  MB018: [404, 'unknown-contact'],
  MB019: [503, 'tables-hidden'],
  MB020: [404, 'unknown-delivery'],
  MB021: [409, 'books-disagree'],
  MB022: [409, 'promise-broken'],
  MB023: [409, 'history-kept'],
  MB024: [409, 'application-refuses'],
  MB030: [404, 'unknown-link'],
  MB031: [422, 'message-too-large'],
  MB032: [422, 'invalid-attachment'],
  MB033: [422, 'image-missing'],
  MB034: [409, 'address-suppressed'],
  MB040: [409, 'smtp-server-kept'],
  MB041: [422, 'password-needed'],
  MB035: [403, 'webhook-refused'],
  MB036: [409, 'consent-needed'],
  MB060: [409, 'import-not-resumable'],
  MB050: [412, 'changed-meanwhile'],
  MB051: [409, 'address-taken'],
  MB052: [422, 'idempotency-key-reused'],
  MB053: [409, 'request-under-way'],
  MB054: [404, 'unknown-key'],
  MB070: [404, 'unknown-webhook'],
}

/** Values that the types of the request let through and Postgres does not (NUL in a text, a date in the year 300000). */
const INVALID_VALUES = new Set(['22021', '22P05', '22P02', '22003', '22007', '22008'])

/** The connection is lost, refused, not yet there, or the server stops (class 08, 57P0x) or is full (53300). */
const DATABASE_AWAY =
  /^(08...|57P0[1-5]|53300|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EPIPE|ENOENT)$/
const CONNECTION_LOST =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** Ended by a limit of ours or by a conflict: the same call may succeed a moment later. */
const TRY_AGAIN = new Set(['57014', '55P03', '40001', '40P01'])

/** An error that carries its own problem details: thrown by routes for what is refused before SQL is asked. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem

  constructor(status: number, slug: string, title: string, detail?: string) {
    super(title)
    this.problem = { type: `/problems/${slug}`, title, status, ...(detail && { detail }) }
  }
}

/** A problem at start that the operator solves; the message is one line with what to do. */
export class StartupError extends Error {
  override name = 'StartupError'
}

interface DatabaseError extends Error {
  code: string
  hint?: string
  detail?: string
  constraint?: string
  column?: string
}

const hasCode = (error: unknown): error is DatabaseError =>
  error instanceof Error && typeof (error as { code?: unknown }).code === 'string'

/** Whether `error` is a refusal of SQL: expected, its message and hint are for the caller. */
export const isRefusal = (error: unknown): error is DatabaseError =>
  hasCode(error) && /^MB\d{3}$/.test(error.code)

/** Whether `error` says that the database cannot be reached now; the call may or may not have had an effect. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway)
  return (
    (hasCode(error) && DATABASE_AWAY.test(error.code)) ||
    (error instanceof Error && CONNECTION_LOST.test(error.message))
  )
}

/** Whether PostgreSQL answered with this error: it could be reached, and would not do this. */
export const isDatabaseError = (error: unknown): error is DatabaseError =>
  hasCode(error) && 'severity' in error

/** One line for people: what happened, and the hint that PostgreSQL or we gave, from wherever it is nested. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors[0])
  let hint: string | undefined
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    hint ??= (cause as { hint?: string }).hint
  return [error.message, hint]
    .filter(Boolean)
    .join(' ')
    .replaceAll(/\s*\n\s*/g, ' ')
}

/** Any error as problem details. What is not expected becomes a 500 that shows neither SQL nor a stack. */
export function problemFrom(error: unknown, requestId?: string): Problem {
  const problem = describe(error)
  return requestId ? { ...problem, instance: `urn:uuid:${requestId}` } : problem
}

function describe(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  if (isRefusal(error)) return describeRefusal(error)
  if (isDatabaseAway(error)) {
    return make(
      503,
      'database-away',
      'The database cannot be reached',
      'Try again in a few seconds; GET /health/ready says when it is back.',
    )
  }
  if (hasCode(error)) {
    const problem = describeDatabaseError(error) ?? describeRequestError(error)
    if (problem) return problem
  }
  return make(
    500,
    'internal-error',
    'Something went wrong here',
    'The log has the details under the id in `instance`.',
  )
}

function describeRefusal({ code, message, hint, column }: DatabaseError): Problem {
  const [status, slug] = REFUSALS[code] ?? [422, code.toLowerCase()]
  const field = column && { errors: [{ path: `body/${column}`, message }] }
  return { ...make(status, slug, message, hint), code, ...field }
}

const READABLE =
  'Intervals are like 24 hours, times like 2026-01-31T09:00:00Z, ids are uuids; a text holds any character but U+0000.'

function describeDatabaseError(error: DatabaseError): Problem | undefined {
  const { code } = error
  if (TRY_AGAIN.has(code))
    return { ...make(503, 'busy', 'The database was busy with this', 'Try again in a few seconds.'), code }
  if (INVALID_VALUES.has(code))
    return { ...make(400, 'invalid-value', `A value cannot be stored: ${error.message}`, READABLE), code }
  // constraints are named as sentences
  if (code === '23514') {
    const rule = (error.constraint ?? 'a rule of the database').replaceAll('_', ' ')
    return { ...make(422, 'rule-violated', `This breaks a rule of the database: ${rule}`), code }
  }
  if (code === '3F000' || (code === '42883' && error.message.includes('daybatch.'))) {
    return {
      ...make(
        503,
        'not-migrated',
        'The database is not migrated to this version',
        'Run npx daybatch migrate.',
      ),
      code,
    }
  }
  return undefined
}

/** Fastify's own errors: the request could not be read or does not fit its schema. */
function describeRequestError(error: DatabaseError): Problem | undefined {
  const { code, message, statusCode, validation, validationContext } = error as FastifyError
  if (validation) {
    const errors = validation
      .filter(({ keyword }) => keyword !== 'boolean' && keyword !== 'anyOf')
      .map(({ instancePath, message, params }) => ({
        path: `${validationContext}${instancePath}`,
        message: explainFinding(message ?? 'is wrong', params),
      }))
    const detail = errors.map(({ path, message }) => `${path} ${message}`).join('; ')
    return { ...make(400, 'invalid-request', 'The request does not have the expected form', detail), errors }
  }
  switch (code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return make(400, 'malformed-json', 'The body is not valid JSON', message)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return make(415, 'unsupported-media-type', message, 'Send JSON with content-type: application/json.')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return make(
        statusCode ?? 400,
        'invalid-request',
        'The address cannot be read',
        'Encode what is not plain as %XX; an id in it is a uuid.',
      )
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return make(
        413,
        'body-too-large',
        'The body is too large',
        'JSON may have 1 MiB; send many contacts as CSV to /api/lists/{id}/imports.',
      )
  }
  return statusCode && statusCode < 500 ? make(statusCode, 'invalid-request', message) : undefined
}

function explainFinding(message: string, params: Record<string, unknown>): string {
  if (params.format === 'uuid') return 'must be a uuid'
  if (params.format === 'date-time') return 'must be a time like 2026-01-31T09:00:00Z'
  if (params.allowedValue !== undefined) return `must be ${JSON.stringify(params.allowedValue)}`
  if (Array.isArray(params.allowedValues)) return `must be one of ${params.allowedValues.join(', ')}`
  if (Array.isArray(params.additionalProperties))
    return `has unknown fields: ${params.additionalProperties.join(', ')}`
  return message
}

function make(status: number, slug: string, title: string, detail?: string): Problem {
  return { type: `/problems/${slug}`, title, status, ...(detail && { detail }) }
}
