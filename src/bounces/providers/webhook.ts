import type { BounceReport } from '../../db/rows.ts'
import { ProblemError } from '../../errors.ts'

/** A webhook as it came, before anything was believed of it. */
export interface WebhookRequest {
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** What a verified webhook says. */
export interface Webhook {
  reports: BounceReport[]
  /** When the provider signed it, where it says so. */
  signedAt?: Date
}

/** Verifies a webhook and reads it; throws a ProblemError for what is forged or broken. */
export type WebhookReader = (request: WebhookRequest) => Promise<Webhook> | Webhook

/** One answer for everything that is wrong with a signature: whoever forges learns nothing from it. */
export const refuse = () =>
  new ProblemError(
    403,
    'webhook-refused',
    'This webhook is not signed as it should be: nothing was recorded',
    'Compare the key in the environment with the one that the provider shows.',
  )

/** Amazon could not be asked now; it sends the message again. */
export const unreachable = (error: Error) =>
  new ProblemError(503, 'provider-unreachable', `The provider cannot be asked: ${error.message}`)

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new ProblemError(400, 'malformed-json', 'The body is not valid JSON')
  }
}

/** A single header; undefined when it is missing or was sent twice. */
export function headerOf({ headers }: WebhookRequest, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Seconds since 1970 as providers sign them. */
export function readSeconds(text: string | undefined): Date {
  if (text === undefined || !/^\d{1,11}$/.test(text)) throw refuse()
  return new Date(Number(text) * 1000)
}
