import t from 'tap'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { Presence } from '../../src/delivery/presence.ts'
import { createTestDatabase } from '../helper/database.ts'
import { until } from '../helper/until.ts'

t.test(
  'a worker tells again and again that it lives and whether it can send, and takes its leave',
  async t => {
    const database = await createTestDatabase(t)
    // with the service's own rights
    const pool = createPool(database.serviceUrl, { applicationName: 'daybatch test' })
    t.teardown(() => pool.end())
    const status = { held: 3, problem: null as string | null }
    const presence = new Presence({
      db: new Daybatch(pool),
      workerId: 'one',
      connections: 5,
      status: () => status,
      intervalMs: 20,
    })
    const read = async () => (await database.pool.query('select * from daybatch.worker_status')).rows[0]
    presence.start()
    const first = await until(read)
    t.match(first, { worker_id: 'one', is_alive: true, connections: 5, held_count: 3, problem: null })
    status.problem = 'the SMTP server is away: <ada@example.org> said so'
    const later = await until(async () => {
      const row = await read()
      return row.problem !== null && row
    })
    t.match(later, { started_at: first.started_at, problem: /^the SMTP server is away: </ })
    t.notMatch(later.problem, 'ada@example.org')
    t.ok(later.seen_at > first.seen_at)
    await presence.stop()
    t.equal(await read(), undefined)
  },
)

t.test('a database that is away hears nothing, and stops nobody', async () => {
  const calls: string[] = []
  const presence = new Presence({
    db: {
      async reportWorker() {
        calls.push('report')
        throw new Error('away')
      },
      async forgetWorker() {
        calls.push('forget')
        throw new Error('away')
      },
    },
    workerId: 'one',
    connections: 5,
    status: () => ({ held: 0, problem: null }),
  })
  presence.start()
  await presence.stop()
  t.same(calls, ['report', 'forget'])
})
