import { createPublicKey, verify } from 'node:crypto'
import type { BounceReport } from '../../db/rows.ts'
import { at, readTime, textAt } from '../report.ts'
import { headerOf, parseJson, readSeconds, refuse, type WebhookReader } from './webhook.ts'

/** Why SendGrid did not even try: it remembers what came back before. */
const DROPPED = new Map<string, BounceReport['word']>([
  ['Bounced Address', 'permanent'],
  ['Invalid', 'permanent'],
  ['Spam Reporting Address', 'complaint'],
])

/** SendGrid's signed event webhook: ECDSA over the timestamp and the body as it came. */
export function readSendgridBy(publicKey: string): WebhookReader {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  return request => {
    const timestamp = headerOf(request, 'x-twilio-email-event-webhook-timestamp')
    const signature = headerOf(request, 'x-twilio-email-event-webhook-signature')
    const signedAt = readSeconds(timestamp)
    const signed = Buffer.concat([Buffer.from(timestamp!), request.body])
    if (signature === undefined || !verify('sha256', signed, key, Buffer.from(signature, 'base64')))
      throw refuse()
    const events = parseJson(request.body)
    return { reports: (Array.isArray(events) ? events : [events]).flatMap(readSendgridEvent), signedAt }
  }
}

function readSendgridEvent(event: unknown): BounceReport[] {
  const word = readWord(event)
  if (word === undefined) return []
  return [
    {
      email: textAt(event, 'email'),
      message_id: textAt(event, 'smtp-id'),
      word,
      recipients: [
        { action: 'failed', status: textAt(event, 'status'), diagnostic: textAt(event, 'reason') },
      ],
      event_at: readTime(at(event, 'timestamp')),
    },
  ]
}

function readWord(event: unknown): BounceReport['word'] {
  switch (textAt(event, 'event')) {
    case 'bounce':
      return textAt(event, 'type') === 'blocked' ? 'blocked' : 'permanent'
    case 'dropped':
      return DROPPED.get(textAt(event, 'reason') ?? '')
    case 'spamreport':
      return 'complaint'
    default:
      return undefined
  }
}
