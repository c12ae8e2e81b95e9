import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import type { Webhook } from '../db/rows.ts'
import { findCampaign } from './campaigns.ts'
import { withDb } from './connection.ts'
import { CommandError } from './failure.ts'
import { readInteger } from './options.ts'
import type { Output } from './output.ts'

/** Adds `daybatch webhook`: who is told of events over HTTP. */
export function addWebhook(program: Command, output: Output): void {
  const webhook = program
    .command('webhook')
    .description('out-going webhooks: who is told of events over HTTP')
  webhook
    .command('create <url> <events...>')
    .description('make one; its secret is shown once, and stands sealed in the database (ENCRYPTION_KEYS)')
    .option('--campaign <campaign>', 'only of this campaign, by name or id')
    .addHelpText(
      'after',
      '\nExample:\n  npx daybatch webhook create https://example.com/hook completed bounced',
    )
    .action((url: string, eventTypes: string[], { campaign }: { campaign?: string }) =>
      withDb(async db => {
        const { makeWebhook } = await import('../webhooks/making.ts')
        const campaignId = campaign === undefined ? undefined : (await findCampaign(db, campaign)).id
        const { webhookId, secret } = await makeWebhook(db, readConfig(), { url, eventTypes, campaignId })
        output.tell({ id: webhookId, secret }, [
          `webhook ${webhookId} is made; its secret, which is not shown again: ${secret}`,
          `next: npx daybatch webhook test ${webhookId}`,
        ])
      }),
    )
  webhook
    .command('list')
    .description('show all: what waits, what is dead, what is off and why')
    .addHelpText('after', '\nExample:\n  npx daybatch webhook list')
    .action(() =>
      withDb(async db => {
        const webhooks = await db.listWebhooks()
        output.tell(webhooks, webhooks.map(describe))
      }),
    )
  webhook
    .command('remove <id>')
    .description('take one away, with its messages')
    .addHelpText('after', '\nExample:\n  npx daybatch webhook remove WEBHOOK_ID')
    .action((webhookId: string) =>
      withDb(async db => {
        if (!(await db.removeWebhook({ webhookId })))
          throw new CommandError(`there is no webhook ${webhookId}: npx daybatch webhook list`)
        output.tell({ id: webhookId, removed: true }, `webhook ${webhookId} is removed`)
      }),
    )
  webhook
    .command('test <id>')
    .description('send a test message; a running service sends it')
    .addHelpText('after', '\nExample:\n  npx daybatch webhook test WEBHOOK_ID')
    .action((webhookId: string) =>
      withDb(async db => {
        const messageId = await db.testWebhook({ webhookId })
        output.tell(
          { id: webhookId, message_id: messageId },
          `a test message waits; what the receiver says stands in daybatch.webhook_log (${messageId})`,
        )
      }),
    )
  webhook
    .command('replay <id>')
    .description('tell it again: one of the three')
    .option('--since <time>', 'everything since this time, like 2026-01-31T09:00:00Z')
    .option('--since-event <id>', 'everything since this event', readInteger)
    .option('--message <id>', 'one message')
    .addHelpText('after', '\nExample:\n  npx daybatch webhook replay WEBHOOK_ID --since 2027-03-01T00:00:00Z')
    .action((webhookId: string, options: { since?: string; sinceEvent?: number; message?: string }) =>
      withDb(async db => {
        const { since, sinceEvent: sinceEventId, message: messageId } = options
        const replayed = await db.replayWebhook({ webhookId, since, sinceEventId, messageId })
        output.tell({ id: webhookId, replayed }, `${replayed} messages are told again`)
      }),
    )
}

function describe({ id, url, event_types: events, ...webhook }: Webhook): string {
  const state = webhook.is_enabled ? 'on' : `off (${webhook.disabled_reason})`
  const counts = `${webhook.waiting_count} waiting, ${webhook.dead_count} dead`
  const failing = webhook.failing_since === null ? '' : `, failing since ${webhook.failing_since}`
  return `${id}: ${url}: ${events.join(', ')}: ${state}, ${counts}${failing}`
}
