import t from 'tap'
import { readCampaign, runBatch } from '../helper/make.ts'
import { CREATE, makeWorld } from './customers.ts'

t.setTimeout(300_000)

t.test('steering by name: where it stands, and what it waits for', async t => {
  const { pool, run, refuse, findId } = await makeWorld(t)
  await run(...CREATE, '--limit', '2')
  const id = await findId()
  const status = async () => (await readCampaign(pool, id)).status
  t.match(
    await run('campaign', 'schedule', 'Spring offer', '2099-03-01T09:00:00+01:00'),
    '"Spring offer": scheduled for 2099-03-01 08:00:00Z\n',
  )
  await refuse(['campaign', 'schedule', 'Spring offer', '2099-03-01T09:00:00'], /is no time with its zone/)
  t.match(
    await run('start', 'Spring offer'),
    /^"Spring offer": sending, .*\nnext: npx daybatch watch "Spring offer"\n$/,
  )
  t.equal(await status(), 'sending')
  t.match(await run('campaign', 'start', id), /^"Spring offer": sending/, 'again, by id')
  t.equal((await runBatch(pool, id)).sent_count, 2, 'a start is now, whatever it was scheduled for')
  t.match(
    await run('campaign', 'pause', 'Spring offer', 'wrong subject'),
    '"Spring offer": paused: wrong subject; in all 2 of 3 sent\nnext: npx daybatch campaign resume "Spring offer"\n',
  )
  t.match(
    await run('campaign', 'resume', 'Spring offer'),
    /^"Spring offer": sending, batch 2 is due \d{4}-.*Z; in all 2 of 3 sent\n/,
  )
  await run('campaign', 'limit', 'Spring offer', '7')
  t.equal((await readCampaign(pool, id)).daily_send_limit, 7)
  await refuse(['campaign', 'limit', 'Spring offer', '0'], /at least 1/)
  t.match(
    await run('campaign', 'list'),
    new RegExp(`^name .*\nSpring offer  sending  66\\.7 %  batch 2 is due .*${id}\n$`),
  )
  t.match(await run('campaign', 'cancel', 'Spring offer'), /^"Spring offer": cancelled/)
  await refuse(
    ['campaign', 'start', 'Spring offer'],
    /^daybatch: campaign \S+ \(Spring offer\) is cancelled: it cannot be started\. Make a new campaign/,
  )
  await refuse(['campaign', 'start', 'Autumn'], /no campaign is called "Autumn": there are "Spring offer"\n$/)
  await refuse(['campaign', 'start', '7a5c42f4-06a5-4b8c-98a9-afa7c8089a81'], /does not exist/)
})

t.test('names: two of one name, and more campaigns than a page', async t => {
  const { pool, list, run, refuse } = await makeWorld(t)
  t.match(
    await run('campaign', 'list'),
    'there is no campaign; make one by npx daybatch campaign create, or send\n',
  )
  await pool.query(
    `insert into campaigns (name, text_body, contact_list_ids)
     select 'Campaign ' || n, 'Hello', array[$1::uuid] from generate_series(1, 405) as n union all select 'Campaign 7', 'Hello', array[$1::uuid]`,
    [list],
  )
  await refuse(
    ['campaign', 'start', 'Campaign 7'],
    /2 campaigns are called "Campaign 7": give the id of one: \S+ \(draft\), \S+ \(draft\)\n$/,
  )
  t.match(await run('campaign', 'start', 'Campaign 1'), /sending/)
  t.equal((await run('campaign', 'list')).trimEnd().split('\n').length, 407)
})

t.test('a start that would send nothing is refused with the reason', async t => {
  const { shell, run, refuse } = await makeWorld(t, 0)
  await run(...CREATE)
  await refuse(['start', 'Spring offer'], /has nobody in its audience\. Put contacts on its lists/)
  await shell.write('message.txt', 'Hello {{first_nam}}')
  await run(...CREATE.map(word => (word === 'Spring offer' ? 'Other' : word)))
  await refuse(['start', 'Other'], /^daybatch: .*(nobody in its audience|\{\{first_nam\}\})/)
})
