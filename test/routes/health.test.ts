import t from 'tap'
import { checkMigrated } from '../../src/db/contract.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { createPool } from '../../src/db/pool.ts'
import { createTestDatabase } from '../helper/database.ts'
import { openApi } from './api.ts'

t.test('ready says what works, with remarks', async t => {
  const { send } = await openApi(t, {
    checks: { database: async () => {}, delivery: () => 'off: SMTP_URL is not set' },
  })
  t.match(await send('GET', '/health/live'), { status: 200, body: { status: 'live' } })
  t.match(await send('GET', '/health/ready'), {
    status: 200,
    body: { status: 'ready', checks: { database: 'ok', delivery: 'off: SMTP_URL is not set' } },
  })
})

t.test('a database that is not migrated: 503 with the command', async t => {
  const empty = await createTestDatabase(t, { empty: true })
  const { send } = await openApi(t, { checks: { database: () => checkMigrated(empty.pool) } })
  const answer = await send('GET', '/health/ready')
  t.match(answer, { status: 503, body: { type: '/problems/not-ready', detail: /npx daybatch migrate/ } })
  t.ok(answer.headers['retry-after'])
  t.equal((await send('GET', '/health/live')).status, 200)
})

t.test('a database that is away: 503 everywhere, and nothing about its address', async t => {
  const away = createPool('postgres://someone:secret@127.0.0.1:1/nothing', { applicationName: 'test' })
  t.teardown(() => away.end())
  const { send, db } = await openApi(t, { checks: { database: () => checkMigrated(away) } })
  t.match(await send('GET', '/health/ready'), {
    status: 503,
    body: { checks: { database: 'The database cannot be reached' } },
  })
  const broken = new Daybatch(away)
  t.rejects(broken.contractVersion())
  db.listCampaigns = args => broken.listCampaigns(args)
  const answer = await send('GET', '/api/campaigns')
  t.match(answer, { status: 503, body: { type: '/problems/database-away', detail: /health\/ready/ } })
  t.ok(answer.headers['retry-after'])
  t.notMatch(JSON.stringify(answer.body), /secret|127\.0\.0\.1/)
})
