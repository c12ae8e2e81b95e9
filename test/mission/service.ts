import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { createWorker } from '../../src/delivery/worker.ts'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase, type TestDatabase, type Testing } from '../helper/database.ts'
import { type Row, readCampaign } from '../helper/make.ts'
import { type Script, type ScriptedSmtp, startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'

const CONNECTIONS = 3

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  body: any
}

export interface Service extends TestDatabase {
  smtp: ScriptedSmtp
  /** A request to the listening port; a text goes out as it is, an object as JSON. */
  ask(method: 'GET' | 'POST', path: string, body?: Row | string): Promise<Answer>
  /** Waits until the worker has sent and closed as many batches as this, and does no more by the time of this clock. */
  closed(id: string, batches: number): Promise<Row>
}

/**
 * The HTTP interface on a port and the delivery worker, with the service's rights, on a database whose clock stands at
 * `at`. The scheduler is left out: it keeps the real time, these tests move theirs and call the cron themselves.
 */
export async function startService(
  t: Testing,
  { at, script }: { at: string; script?: Script },
): Promise<Service> {
  const database = await createTestDatabase(t)
  await setClock(database.pool, at)
  const smtp = await startScriptedSmtp(script && { script })
  const pool = createPool(database.serviceUrl, { applicationName: 'mission test service' })
  const db = new Daybatch(pool)
  const transport = createSmtpTransport({ url: smtp.url, connections: CONNECTIONS })
  let rounds = 0
  const listWork = db.listWork.bind(db)
  db.listWork = options => {
    rounds++
    return listWork(options)
  }
  const config = readConfig({ MAIL_FROM: 'News <news@example.org>' })
  const log = { info() {}, warn() {}, error() {} }
  const worker = createWorker({
    db,
    transport,
    workerId: 'mission',
    connections: CONNECTIONS,
    log,
    mailFrom: config.mailFrom,
  })
  const app = await buildApp({ db, config, log: pino({ level: 'silent' }), checks: {}, worker })
  await app.listen({ host: '127.0.0.1', port: 0 })
  worker.start()
  t.teardown(async () => {
    await app.close()
    await worker.stop()
    transport.close({ force: true })
    await pool.end()
    await smtp.stop()
  })
  const { port } = app.server.address() as AddressInfo

  async function ask(method: 'GET' | 'POST', path: string, body?: Row | string): Promise<Answer> {
    const isJson = typeof body === 'object'
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body }),
      ...(isJson && { headers: { 'content-type': 'application/json' } }),
    })
    return { status: response.status, body: await response.json() }
  }
  async function closed(id: string, batches: number): Promise<Row> {
    const row = await until(async () => {
      const row = await readCampaign(database.pool, id)
      return row.batch_history.length === batches && row
    })
    // a round that found the batch still open processes the campaign: by a clock moved meanwhile it would open the next
    const begun = rounds
    worker.wake()
    await until(async () => rounds > begun)
    return row
  }
  return { ...database, smtp, ask, closed }
}
