import { createHmac, timingSafeEqual } from 'node:crypto'
import type { BounceReport } from '../../db/rows.ts'
import { at, findTokens, readTime, textAt } from '../report.ts'
import { parseJson, readSeconds, refuse, type WebhookReader } from './webhook.ts'

/** Mailgun's webhooks: HMAC-SHA256 over timestamp and token, in the body ("Securing webhooks"). */
export function readMailgunBy(signingKey: string): WebhookReader {
  return ({ body }) => {
    const webhook = parseJson(body)
    const { timestamp, token, signature } = readSignature(webhook)
    const expected = createHmac('sha256', signingKey).update(`${timestamp}${token}`).digest()
    const given = Buffer.from(signature, 'hex')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refuse()
    return { reports: readMailgunEvent(at(webhook, 'event-data')), signedAt: readSeconds(timestamp) }
  }
}

function readSignature(webhook: unknown): { timestamp: string; token: string; signature: string } {
  const [timestamp, token, signature] = ['timestamp', 'token', 'signature'].map(name =>
    at(webhook, 'signature', name),
  )
  const time = typeof timestamp === 'number' ? String(timestamp) : timestamp
  if (typeof time !== 'string' || typeof token !== 'string' || typeof signature !== 'string') throw refuse()
  // a fixed length: else a digit may wander from the one to the other
  if (token.length !== 50 || !/^[0-9a-f]{64}$/i.test(signature)) throw refuse()
  return { timestamp: time, token, signature }
}

function readMailgunEvent(event: unknown): BounceReport[] {
  const kind = textAt(event, 'event')
  if (kind !== 'failed' && kind !== 'complained') return []
  const status = at(event, 'delivery-status')
  const code = at(status, 'code')
  const diagnostic = [
    typeof code === 'number' ? String(code) : undefined,
    textAt(status, 'message') ?? textAt(status, 'description'),
  ]
  return [
    {
      tokens: findTokens([textAt(event, 'envelope', 'sender')]),
      email: textAt(event, 'recipient'),
      message_id: textAt(event, 'message', 'headers', 'message-id'),
      ...(kind === 'complained' ? { word: 'complaint' as const } : readFailure(event)),
      ...(kind === 'failed' && {
        recipients: [
          {
            action: 'failed',
            status: textAt(status, 'enhanced-code'),
            diagnostic: diagnostic.filter(Boolean).join(' '),
          },
        ],
      }),
      event_at: readTime(at(event, 'timestamp')),
    },
  ]
}

/** "Permanent" also names what was given up after hours, or refused by policy: then the reply's code decides. */
function readFailure(event: unknown): Pick<BounceReport, 'word'> {
  const reason = textAt(event, 'reason')
  if (textAt(event, 'severity') !== 'permanent') return { word: 'temporary' }
  if (reason === 'bounce' || reason === 'suppress-bounce') return { word: 'permanent' }
  if (reason === 'suppress-complaint') return { word: 'complaint' }
  if (reason === 'espblock') return { word: 'blocked' }
  if (reason === 'old') return { word: 'temporary' }
  return {}
}
