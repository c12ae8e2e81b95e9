import type { FastifyPluginAsync } from 'fastify'
import type { Config } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import type { TestMailRequest } from '../delivery/preview.ts'
import type { Reply } from '../delivery/reply.ts'
import type { EventFeed } from '../events/feed.ts'
import { describeMessages, usesMailbox } from '../mail-settings.ts'
import { guardAccess } from './access.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { attachmentRoutes } from './attachments.ts'
import { campaignRoutes } from './campaigns.ts'
import { contactRoutes } from './contacts.ts'
import { cronRoutes } from './cron.ts'
import { debugRoutes } from './debug.ts'
import { eventRoutes } from './events.ts'
import { exportRoutes } from './export.ts'
import { keepAnswers } from './idempotency.ts'
import { importRoutes } from './imports.ts'
import { ledgerRoutes } from './ledger.ts'
import { listRoutes } from './lists.ts'
import { mailboxRoutes } from './mailbox.ts'
import { messageRoutes } from './messages.ts'
import { operationRoutes } from './operation.ts'
import { overviewRoutes } from './overview.ts'
import { readingRoutes } from './reading.ts'
import { suppressionRoutes } from './suppressions.ts'
import { webhookRoutes } from './webhooks.ts'

/** What the routes of `/api` work with. */
export interface ApiParts {
  db: Daybatch
  /** Tells the delivery worker, if there is one here, that there may be work. */
  wake: () => void
  /** Sends a test mail by the SMTP server; undefined: this process sends nothing. */
  sendTest: (request: TestMailRequest) => Promise<Reply> | undefined
}

/** Everything below `/api`, behind the key. */
export const apiRoutes: FastifyPluginAsync<ApiParts & { config: Config; feed: EventFeed }> = async (
  app,
  { config, db, feed, wake, sendTest },
) => {
  app.addHook('onRequest', guardAccess(config))
  keepAnswers(app, db)
  const all = [
    campaignRoutes,
    attachmentRoutes,
    readingRoutes,
    ledgerRoutes,
    contactRoutes,
    listRoutes,
    importRoutes,
    exportRoutes,
    suppressionRoutes,
    operationRoutes,
    apiKeyRoutes,
    cronRoutes,
    debugRoutes,
  ]
  for (const routes of all) {
    await app.register(routes, { db, wake, sendTest })
  }
  await app.register(overviewRoutes, { db, wake, sendTest, hasMailbox: usesMailbox(config) })
  if (usesMailbox(config)) await app.register(mailboxRoutes, { config })
  await app.register(eventRoutes, { db, wake, sendTest, feed })
  await app.register(webhookRoutes, { db, wake, sendTest, config })
  await app.register(messageRoutes, { db, wake, sendTest, messages: describeMessages(config) })
}
