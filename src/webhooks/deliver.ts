import type { Daybatch } from '../db/daybatch.ts'
import type { WebhookJob } from '../schedule/queues.ts'
import type { SecretBox } from '../secret-box.ts'
import { postJson } from './post.ts'
import { secretContext, signMessage } from './signature.ts'

export interface WebhookDeliveryOptions {
  db: Pick<Daybatch, 'takeWebhookMessage' | 'recordWebhookTry' | 'collectOutcomes'>
  secrets: SecretBox
  /** `WEBHOOK_PRIVATE_ADDRESSES` */
  allowPrivate: boolean
}

/**
 * Does one job of the queue: sends a message once and records the answer, by which SQL decides whether it is tried again.
 * Throws when this service cannot send it (a secret whose key is not in ENCRYPTION_KEYS): another one may.
 */
export async function deliverWebhook(
  { message_id: messageId }: WebhookJob,
  { db, secrets, allowPrivate }: WebhookDeliveryOptions,
): Promise<string> {
  if (messageId === null) return `${await db.collectOutcomes()} messages`
  const message = await db.takeWebhookMessage({ messageId })
  if (!message) return 'nothing to send'
  const { webhook_id, url, body } = message
  const keys = [message.sealed_secret, message.previous_sealed_secret]
    .filter(sealed => sealed !== null)
    .map(sealed => secrets.open(sealed, secretContext(webhook_id)))
  const headers = { ...signMessage({ id: `msg_${messageId}`, at: new Date(), body }, keys) }
  const start = performance.now()
  const answer = await postJson({
    url,
    text: body,
    headers,
    allowPrivate,
    setting: 'WEBHOOK_PRIVATE_ADDRESSES',
  }).catch((error: Error) => ({ status: null, text: error.message, retryAfter: undefined }))
  return db.recordWebhookTry({
    messageId,
    attemptNumber: message.attempt_number,
    statusCode: answer.status,
    answer: answer.text,
    tookMs: Math.round(performance.now() - start),
    retryAfter: answer.retryAfter,
  })
}
