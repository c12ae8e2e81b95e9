import type pg from 'pg'
import { recordMail } from '../../src/bounces/mail.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { createWorker } from '../../src/delivery/worker.ts'
import type { TestDatabase } from '../helper/database.ts'
import { call, makeCampaign, openBatch, readDeliveries } from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'
import { type Moment, startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import * as mails from './mails.ts'

interface Setting {
  returnPathDomain?: string
  script?: (moment: Moment) => object | undefined
}

/** Sends what is open by a worker with the service's rights; returns the mails that the server accepted. */
async function deliver({ pool, serviceUrl }: TestDatabase, id: string, setting: Setting) {
  const smtp = await startScriptedSmtp({
    script: (setting.script ?? (() => undefined)) as never,
    keepContent: true,
  })
  const transport = createSmtpTransport({ url: smtp.url, connections: 2 })
  const service = createPool(serviceUrl, { applicationName: 'daybatch test delivery' })
  const worker = createWorker({
    db: new Daybatch(service),
    transport,
    workerId: 'test',
    connections: 2,
    mailFrom: 'Example Shop <news@example.com>',
    returnPathDomain: setting.returnPathDomain,
    log: { info() {}, warn() {}, error() {} },
  })
  worker.start()
  await until(async () => (await readDeliveries(pool, id)).every(row => row.settled_at !== null))
  await worker.stop()
  transport.close({ force: true })
  await smtp.stop()
  await service.end()
  return smtp.accepted
}

const kinds = async (db: pg.Pool) =>
  (await db.query('select kind, delivery_id from daybatch.bounces order by delivery_id')).rows

scenario(
  'each mail leaves with a return path of its own, and what comes back there is about it',
  async (t, db, database) => {
    const { id } = await makeCampaign(db, { contacts: 5 })
    await openBatch(db, id)
    const accepted = await deliver(database, id, { returnPathDomain: 'bounces.example.com' })
    t.equal(accepted.length, 5)
    t.equal(new Set(accepted.map(mail => mail.sender)).size, 5)
    for (const { sender, content } of accepted) {
      t.match(sender, /^bounce\+[0-9a-f]{52}@bounces\.example\.com$/)
      t.ok(sender.indexOf('@') <= 64)
      t.match(content, /^From: Example Shop <news@example\.com>$/m, 'the author stays')
      t.notMatch(content, /bounce\+/, 'the token stands in the envelope only')
    }
    const deliveries = await readDeliveries(db, id)
    const { sender } = accepted[2]!
    t.equal(await recordMail(new Daybatch(db), Buffer.from(mails.postfix({ to: sender }))), 'recorded')
    const keys = await call(
      db,
      'make_return_paths',
      deliveries.map(row => row.delivery_id),
    )
    const index = keys[0]!.make_return_paths.findIndex((token: string) => sender.includes(token))
    t.same(await kinds(db), [{ kind: 'hard', delivery_id: deliveries[index]!.delivery_id }])
  },
)

scenario(
  'without a domain the sender is the envelope sender, and no token is made',
  async (t, db, database) => {
    const { id } = await makeCampaign(db, { contacts: 2 })
    await openBatch(db, id)
    const accepted = await deliver(database, id, {})
    t.same(
      accepted.map(mail => mail.sender),
      ['news@example.com', 'news@example.com'],
    )
  },
)

scenario('a new key: mails sent before it are still known by their return path', async (t, db, database) => {
  const { id } = await makeCampaign(db, { contacts: 1 })
  await openBatch(db, id)
  const [mail] = await deliver(database, id, { returnPathDomain: 'bounces.example.com' })
  const bounce = Buffer.from(mails.gmail({ to: mail!.sender }))
  await call(db, 'rotate_token_key')
  t.equal(await recordMail(new Daybatch(db), bounce), 'recorded')
  await call(db, 'rotate_token_key', true)
  t.equal(await recordMail(new Daybatch(db), bounce), 'unknown', 'until its key is retired')
})
