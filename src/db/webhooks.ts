import { ReadingStatements } from './reading.ts'
import type { PageStart, Webhook, WebhookMessage, WebhookMessageRow, WebhookSecretRow } from './rows.ts'

/** Who is told of events over HTTP, and each message with its tries. */
export abstract class WebhookStatements extends ReadingStatements {
  createWebhook(args: {
    webhookId: string
    url: string
    eventTypes: string[]
    sealedSecret: string
    campaignId?: string | undefined
  }): Promise<string> {
    return this.value(
      `select daybatch.create_webhook(p_webhook_id => $1::uuid, p_url => $2::text, p_event_types => $3::text[],
         p_sealed_secret => $4::text, p_campaign_id => $5::uuid) as value`,
      [args.webhookId, args.url, args.eventTypes, args.sealedSecret, args.campaignId ?? null],
    )
  }

  /** Whether there was one. */
  removeWebhook(args: { webhookId: string }): Promise<boolean> {
    return this.value('select daybatch.remove_webhook(p_webhook_id => $1::uuid) as value', [args.webhookId])
  }

  /** MB070: unknown. */
  switchWebhook(args: { webhookId: string; isEnabled: boolean }): Promise<void> {
    return this.value(
      'select daybatch.switch_webhook(p_webhook_id => $1::uuid, p_is_enabled => $2::boolean) as value',
      [args.webhookId, args.isEnabled],
    )
  }

  /** The secret before it signs too for 24 hours. */
  rotateWebhookSecret(args: { webhookId: string; sealedSecret: string }): Promise<void> {
    return this.value(
      'select daybatch.rotate_webhook_secret(p_webhook_id => $1::uuid, p_sealed_secret => $2::text) as value',
      [args.webhookId, args.sealedSecret],
    )
  }

  /** In the order of their making; one, or a page. */
  listWebhooks(args: PageStart & { webhookId?: string } = {}): Promise<Webhook[]> {
    return this.values(
      `select value from daybatch.list_webhooks(p_webhook_id => $1::uuid, p_after_created_at => $2::timestamptz,
         p_after_id => $3::uuid, p_limit => $4::integer) as value`,
      [args.webhookId ?? null, args.afterCreatedAt ?? null, args.afterId ?? null, args.limit ?? 200],
    )
  }

  /** Newest first. MB070: unknown webhook. */
  listWebhookMessages(
    args: PageStart & { webhookId: string; status?: WebhookMessage['status'] | undefined },
  ): Promise<WebhookMessage[]> {
    return this.values(
      `select value from daybatch.list_webhook_messages(p_webhook_id => $1::uuid, p_status => $2::text,
         p_after_created_at => $3::timestamptz, p_after_id => $4::uuid, p_limit => $5::integer) as value`,
      [
        args.webhookId,
        args.status ?? null,
        args.afterCreatedAt ?? null,
        args.afterId ?? null,
        args.limit ?? 50,
      ],
    )
  }

  /** The id of the message. */
  testWebhook(args: { webhookId: string }): Promise<string> {
    return this.value('select daybatch.test_webhook(p_webhook_id => $1::uuid) as value', [args.webhookId])
  }

  /** How many messages are told again: one, or everything since; name one of the three. */
  replayWebhook(args: {
    webhookId: string
    sinceEventId?: number | undefined
    since?: string | undefined
    messageId?: string | undefined
  }): Promise<number> {
    return this.value(
      `select daybatch.replay_webhook(p_webhook_id => $1::uuid, p_since_event_id => $2::bigint,
         p_since => $3::timestamptz, p_message_id => $4::uuid) as value`,
      [args.webhookId, args.sinceEventId ?? null, args.since ?? null, args.messageId ?? null],
    )
  }

  /** Undefined: there is nothing to send. */
  async takeWebhookMessage(args: { messageId: string }): Promise<WebhookMessageRow | undefined> {
    const [message] = await this.rows<WebhookMessageRow>(
      'select * from daybatch.take_webhook_message(p_message_id => $1::uuid)',
      [args.messageId],
    )
    return message
  }

  /** The new status of the message. */
  async recordWebhookTry(args: {
    messageId: string
    attemptNumber: number
    /** null: no answer came */
    statusCode: number | null
    answer: string
    tookMs: number
    retryAfter?: number | undefined
  }): Promise<string> {
    const status = await this.value<string | null>(
      `select daybatch.record_webhook_try(p_message_id => $1::uuid, p_attempt_number => $2::integer,
         p_status_code => $3::integer, p_answer => $4::text, p_took_ms => $5::integer, p_retry_after_s => $6::integer) as value`,
      [
        args.messageId,
        args.attemptNumber,
        args.statusCode,
        args.answer,
        args.tookMs,
        args.retryAfter === undefined ? null : Math.min(args.retryAfter, 86_400),
      ],
    )
    return status ?? 'removed'
  }

  /** The number of messages that were made of new tries. */
  collectOutcomes(): Promise<number> {
    return this.value('select daybatch.collect_outcomes() as value')
  }

  listWebhookSecrets(): Promise<WebhookSecretRow[]> {
    return this.rows('select * from daybatch.list_webhook_secrets()')
  }

  /** The same secrets, sealed with another key. */
  resealWebhookSecret(args: {
    webhookId: string
    sealedSecret: string
    previousSealedSecret: string | null
  }): Promise<void> {
    return this.value(
      `select daybatch.reseal_webhook_secret(p_webhook_id => $1::uuid, p_sealed_secret => $2::text,
         p_previous_sealed_secret => $3::text) as value`,
      [args.webhookId, args.sealedSecret, args.previousSealedSecret],
    )
  }
}
