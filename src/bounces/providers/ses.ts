import type { BounceReport } from '../../db/rows.ts'
import { at, findTokens, listAt, readTime, textAt } from '../report.ts'
import { type Fetch, isSnsUrl, SnsVerifier } from './sns.ts'
import { parseJson, refuse, unreachable, type WebhookReader } from './webhook.ts'

/** Transient bounces that say nothing of the address (SES developer guide, "Bounce types"). */
const BLOCKED = new Set(['ContentRejected', 'AttachmentRejected'])

/**
 * Bounces and complaints of Amazon SES by way of SNS: notifications (`notificationType`) and event publishing
 * (`eventType`). The subscription is confirmed when SNS asks for it; messages must not be "raw".
 */
export function readSesBy(topics: string[], fetch: Fetch): WebhookReader {
  const verifier = new SnsVerifier(topics, fetch)
  return async ({ body }) => {
    const { type, message, timestamp, subscribeUrl } = await verifier.verify(parseJson(body))
    if (type === 'SubscriptionConfirmation') {
      if (!isConfirmation(subscribeUrl)) throw refuse()
      await fetch(subscribeUrl).catch(error => {
        throw unreachable(error)
      })
    }
    return { reports: type === 'Notification' ? readSesMessage(message) : [], signedAt: timestamp }
  }
}

const isConfirmation = (url: unknown): url is string =>
  isSnsUrl(url) && new URL(url).searchParams.get('Action') === 'ConfirmSubscription'

/** A notification of SES; what is none (SNS tells its own news as plain text) is no report. */
export function readSesMessage(text: string): BounceReport[] {
  let event: unknown
  try {
    event = JSON.parse(text)
  } catch {
    return []
  }
  const shared = { tokens: findTokens([textAt(event, 'mail', 'source')]), message_id: readMessageId(event) }
  switch (textAt(event, 'notificationType') ?? textAt(event, 'eventType')) {
    case 'Bounce':
      return listAt(event, 'bounce', 'bouncedRecipients').map(recipient => ({
        ...shared,
        email: textAt(recipient, 'emailAddress'),
        word: readWord(event),
        recipients: [
          {
            action: textAt(recipient, 'action') ?? 'failed',
            status: textAt(recipient, 'status'),
            diagnostic: textAt(recipient, 'diagnosticCode'),
          },
        ],
        event_at: readTime(at(event, 'bounce', 'timestamp')),
      }))
    case 'Complaint':
      return listAt(event, 'complaint', 'complainedRecipients').map(recipient => ({
        ...shared,
        email: textAt(recipient, 'emailAddress'),
        word: 'complaint',
        feedback_type: textAt(event, 'complaint', 'complaintFeedbackType'),
        event_at: readTime(at(event, 'complaint', 'timestamp')),
      }))
    default:
      return []
  }
}

function readWord(event: unknown): 'permanent' | 'temporary' | 'blocked' {
  if (textAt(event, 'bounce', 'bounceType') === 'Permanent') return 'permanent'
  return BLOCKED.has(textAt(event, 'bounce', 'bounceSubType') ?? '') ? 'blocked' : 'temporary'
}

/** SES may have put its own in the place of ours: that one says nothing. */
function readMessageId(event: unknown): string | undefined {
  const id = textAt(event, 'mail', 'commonHeaders', 'messageId')
  return id?.includes('amazonses.com') ? undefined : id
}
