import type { InjectOptions } from 'fastify'
import pino, { type Logger } from 'pino'
import { type AppParts, buildApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { EventFeed } from '../../src/events/feed.ts'
import { createTestDatabase, type Testing } from '../helper/database.ts'

export const JSON_TYPE = { 'content-type': 'application/json' }
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000'

export interface Answer {
  status: number
  headers: Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  body: any
}

/** The app on a database of its own, as the service's login; `send` injects a request. */
export async function openApi(
  t: Testing,
  options: {
    config?: Partial<Config>
    checks?: AppParts['checks']
    fetch?: AppParts['fetch']
    log?: Logger
    bodyIdleMs?: number
    sendTest?: NonNullable<AppParts['worker']>['sendTest']
  } = {},
) {
  const database = await createTestDatabase(t)
  const pool = createPool(database.serviceUrl, { applicationName: 'daybatch test service' })
  const db = new Daybatch(pool)
  const calls = { wake: 0 }
  const log = options.log ?? pino({ level: 'silent' })
  // no listener wakes it: a test does
  const feed = new EventFeed({ db, log })
  const app = await buildApp({
    db,
    config: { ...readConfig({}), ...options.config },
    log,
    feed,
    ...(options.bodyIdleMs && { bodyIdleMs: options.bodyIdleMs }),
    checks: options.checks ?? {},
    ...(options.fetch && { fetch: options.fetch }),
    worker: {
      wake() {
        calls.wake += 1
      },
      sendTest: options.sendTest,
    },
  })
  t.teardown(async () => {
    await app.close()
    await pool.end()
  })

  async function inject(request: InjectOptions): Promise<Answer> {
    const { statusCode, headers, body } = await app.inject(request)
    return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) }
  }
  const send = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) =>
    inject({ method, url, ...(payload && { payload, headers: JSON_TYPE }) })
  const sendCsv = (listId: string, text: string | Buffer) =>
    inject({
      method: 'POST',
      url: `/api/lists/${listId}/imports`,
      payload: text,
      headers: { 'content-type': 'text/csv' },
    })

  /** A list with contacts of these addresses. */
  async function makeList(...emails: string[]): Promise<string> {
    const list = await send('POST', '/api/lists', { name: 'Readers' })
    if (emails.length > 0) {
      await send('POST', `/api/lists/${list.body.id}/contacts`, {
        contacts: emails.map(email => ({ email })),
      })
    }
    return list.body.id
  }
  return { ...database, app, db, feed, pool: database.pool, calls, inject, send, sendCsv, makeList }
}
