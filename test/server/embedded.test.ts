import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { findEmbeddedDatabase } from '../../src/embedded/database.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, ask, makeFolder, startServer } from './service.ts'

t.test(
  'with nothing set: all parts embedded, a campaign goes out, SIGTERM ends it in order, a second start goes on',
  async t => {
    const folder = await makeFolder(t)
    const server = startServer(t, {}, folder)
    const address = addressOf(await server.saw(ADDRESS))
    await server.saw(/try .*curl.*\n/)
    t.match(server.output(), /embedded: its data is in .*\.daybatch\/postgres/)
    t.match(server.output(), /psql /)
    t.match(server.output(), /embedded mailbox: nothing leaves this machine/)
    t.match(server.output(), /for this machine only: API_KEY is not set/)
    t.match(server.output(), /npx daybatch sql "select \* from daybatch.campaign_status"/)
    t.equal((await fetch(`${address}/health/live`)).status, 200)
    await until(async () => (await fetch(`${address}/health/ready`)).status === 200)

    const list = await ask(`${address}/api/lists`, { name: 'L' })
    const contacts = ['a', 'b', 'c'].map(name => ({ email: `${name}@example.test`, first_name: name }))
    await ask(`${address}/api/lists/${list.id}/contacts`, { contacts })
    const campaign = await ask(`${address}/api/campaigns`, {
      name: 'Greeting',
      text_body: 'Hello {{first_name}}',
      daily_send_limit: 2,
      contact_list_ids: [list.id],
      batch_interval: '3 seconds',
      status: 'sending',
    })
    const done = await until(async () => {
      const found = await ask(`${address}/api/campaigns/${campaign.id}`)
      return found.status === 'completed' && found
    })
    t.match(done, {
      processed_count: 3,
      failed_count: 0,
      batch_history: [{ sent_count: 2 }, { sent_count: 1 }],
    })
    const ledger = await readFile(join(folder, '.daybatch/mailbox/ledger.jsonl'), 'utf8')
    const mails = ledger
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    t.same(mails.flatMap(({ to }) => to).sort(), ['a@example.test', 'b@example.test', 'c@example.test'])
    for (const { file } of mails)
      t.match(await readFile(join(folder, '.daybatch/mailbox', file), 'utf8'), /Hello [abc]/)
    t.equal((await stat(join(folder, '.daybatch/service-password'))).mode & 0o777, 0o600)

    server.child.kill('SIGTERM')
    t.equal(await server.ended, 0)
    t.match(server.output(), /SIGTERM: no more mails are begun[\s\S]*stopped/)
    t.same(
      (await readdir(join(folder, '.daybatch/postgres/data'))).includes('postmaster.pid'),
      false,
      'no database is left',
    )

    const second = startServer(t, {}, folder)
    const again = addressOf(await second.saw(ADDRESS))
    t.match(await ask(`${again}/api/campaigns/${campaign.id}`), { status: 'completed' })
    second.child.kill('SIGINT')
    t.equal(await second.ended, 0)
  },
)

t.test('a service that was killed leaves a database that the next one takes over', async t => {
  const folder = await makeFolder(t)
  const killed = startServer(t, {}, folder)
  await killed.saw(ADDRESS)
  killed.child.kill('SIGKILL')
  await killed.ended
  const url = (await findEmbeddedDatabase({ stateFolder: join(folder, '.daybatch') })) as string
  const client = new pg.Client(url)
  await client.connect()
  t.match((await client.query('select current_user::text as "user"')).rows, [{ user: 'daybatch_embedded' }])
  await t.rejects(
    client.query('select * from public.contacts'),
    { code: '42501' },
    'the service has no rights on tables',
  )
  await client.end()

  const next = startServer(t, {}, folder)
  await next.saw(ADDRESS)
  next.child.kill('SIGTERM')
  t.equal(await next.ended, 0)
  t.equal(await findEmbeddedDatabase({ stateFolder: join(folder, '.daybatch') }), undefined)
})
