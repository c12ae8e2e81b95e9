import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'

/** A new secret as the Standard Webhooks convention writes it. */
export const makeSecret = (): string => PREFIX + randomBytes(32).toString('base64')

/** What a secret is sealed with: moved to another webhook, it does not open. */
export const secretContext = (webhookId: string): string[] => ['webhook', webhookId]

export interface Signed {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
}

/**
 * The headers of a message (Standard Webhooks 1.0): HMAC-SHA256 of id, time and body, one signature for each secret, so that
 * a receiver may know the old or the new one.
 */
export function signMessage(
  { id, at, body }: { id: string; at: Date; body: string },
  secrets: string[],
): Signed {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map(secret => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
