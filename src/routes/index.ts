import type { FastifyPluginAsync } from 'fastify'
import type { Config } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { guardAccess } from './access.ts'
import { campaignRoutes } from './campaigns.ts'
import { contactRoutes } from './contacts.ts'
import { cronRoutes } from './cron.ts'
import { debugRoutes } from './debug.ts'
import { importRoutes } from './imports.ts'
import { ledgerRoutes } from './ledger.ts'
import { listRoutes } from './lists.ts'

/** What the routes of `/api` work with. */
export interface ApiParts {
  db: Daybatch
  /** Tells the delivery worker, if there is one here, that there may be work. */
  wake: () => void
}

/** Everything below `/api`, behind the key. */
export const apiRoutes: FastifyPluginAsync<ApiParts & { config: Config }> = async (
  app,
  { config, db, wake },
) => {
  app.addHook('onRequest', guardAccess(config))
  const all = [campaignRoutes, ledgerRoutes, contactRoutes, listRoutes, importRoutes, cronRoutes, debugRoutes]
  for (const routes of all) {
    await app.register(routes, { db, wake })
  }
}
