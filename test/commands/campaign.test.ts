import t, { type Test } from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { accepted, makeContacts, makeList, noSuchUser, readCampaign, runBatch, send } from '../helper/make.ts'
import { startProgram } from '../helper/program.ts'
import { until } from '../helper/until.ts'
import { makeShell } from './command.ts'

t.setTimeout(120_000)

const CREATE = [
  'campaign',
  'create',
  '--name',
  'Spring offer',
  '--list',
  'Customers',
  '--text',
  'message.txt',
]

async function makeWorld(t: Test, contacts = 3) {
  const { pool, serviceUrl } = await createTestDatabase(t)
  const shell = await makeShell(t, { DATABASE_URL: serviceUrl })
  const ids = await makeContacts(pool, contacts)
  const list = await makeList(pool, ids, 'Customers')
  await shell.write('message.txt', '\ufeffHello {{first_name | friend}}\n')
  await shell.write('message.html', '<p>Hello {{first_name | friend}}</p>\n')
  /** Runs a command that must succeed and returns what it printed. */
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await shell.run(args)
    t.match({ code, stderr }, { code: 0, stderr: '' }, args.join(' '))
    return stdout
  }
  /** Runs one that must not. */
  const refuse = async (args: string[], words: RegExp | string) => {
    const { code, stdout, stderr } = await shell.run(args)
    t.match({ code, stdout, stderr }, { code: 1, stdout: '', stderr: words }, args.join(' '))
  }
  const findId = async (name = 'Spring offer') =>
    (await pool.query('select id from campaigns where name = $1', [name])).rows[0].id as string
  return { pool, shell, list, run, refuse, findId, serviceUrl }
}

t.test('a campaign made from files has all that was given, and is a draft', async t => {
  const { pool, list, run, findId } = await makeWorld(t)
  const options = [
    '--html',
    'message.html',
    '--limit',
    '20',
    '--subject',
    'An offer for {{first_name | you}}',
  ]
  const more = [
    '--from',
    'Bo <bo@example.com>',
    '--reply-to',
    'answers@example.com',
    '--interval',
    '90 minutes',
  ]
  const stdout = await run(...CREATE, ...options, ...more)
  const id = await findId()
  t.equal(
    stdout,
    `campaign "Spring offer" is a draft: 3 contacts, 20 mails every 1 hour 30 minutes (${id})\nnext: npm run campaign -- start "Spring offer"\n`,
  )
  t.match(await readCampaign(pool, id), {
    status: 'draft',
    contact_list_ids: [list],
    daily_send_limit: 20,
    subject: 'An offer for {{first_name | you}}',
    sender: 'Bo <bo@example.com>',
    reply_to: 'answers@example.com',
    text_body: 'Hello {{first_name | friend}}\n',
    html_body: '<p>Hello {{first_name | friend}}</p>\n',
  })
})

t.test('what was not given takes the defaults', async t => {
  const { pool, run, findId } = await makeWorld(t)
  t.match(await run(...CREATE), '3 contacts, 5 mails every 24 hours')
  t.match(await readCampaign(pool, await findId()), {
    daily_send_limit: 5,
    subject: null,
    sender: null,
    html_body: null,
  })
})

t.test('what cannot be made is refused with what to do', async t => {
  const { pool, shell, run, refuse } = await makeWorld(t)
  await shell.write('latin1.txt', Buffer.from('Gr\xfc\xdfe', 'latin1'))
  const without = (option: string) =>
    CREATE.filter((word, index) => word !== option && CREATE[index - 1] !== option)
  await refuse(without('--text'), /give the message: --text message\.txt, --html message\.html, or both/)
  await refuse(without('--name'), /required option '--name <name>' not specified/)
  await refuse(without('--list'), /required option '--list <name>' not specified/)
  await refuse(
    [...CREATE, '--list', 'Nobody'],
    /no list is called "Nobody"\. There are "Customers"\. Make one: npm run import/,
  )
  await refuse([...CREATE, '--html', 'nix.html'], /there is no file/)
  await refuse([...CREATE, '--html', 'latin1.txt'], /latin1\.txt is not UTF-8/)
  await refuse([...CREATE, '--limit', '0'], /^daybatch: .*at least 1/)
  await refuse([...CREATE, '--limit', 'many'], /Give a whole number/)
  await refuse([...CREATE, '--interval', '1 day'], /^daybatch: .*hours/)
  const { rows } = await pool.query('select count(*)::integer as count from campaigns')
  t.equal(rows[0].count, 0, 'nothing was made')
  await run(...CREATE)
  await refuse(CREATE, /there is a campaign "Spring offer" already \(\S+, draft\): choose another name/)
})

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
    /^"Spring offer": sending, .*\nnext: npm run watch -- "Spring offer"\n$/,
  )
  t.equal(await status(), 'sending')
  t.match(await run('campaign', 'start', id), /^"Spring offer": sending/, 'again, by id')
  t.equal((await runBatch(pool, id)).sent_count, 2, 'a start is now, whatever it was scheduled for')
  t.match(
    await run('campaign', 'pause', 'Spring offer', 'wrong subject'),
    '"Spring offer": paused: wrong subject; in all 2 of 3 sent\n',
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
  await refuse(
    ['campaign', 'start', 'Autumn'],
    /no campaign is called "Autumn": npm run campaign -- list shows all/,
  )
  await refuse(['campaign', 'start', '7a5c42f4-06a5-4b8c-98a9-afa7c8089a81'], /does not exist/)
})

t.test('names: two of one name, and more campaigns than a page', async t => {
  const { pool, list, run, refuse } = await makeWorld(t)
  t.equal(await run('campaign', 'list'), 'there is no campaign\n')
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

t.test('watch prints each batch and ends with the campaign', async t => {
  const { pool, shell, serviceUrl, run, findId } = await makeWorld(t)
  await run(...CREATE, '--limit', '2', '--interval', '1 second')
  const id = await findId()
  t.match(
    await run('watch', '--once', 'Spring offer'),
    /Z {2}draft \(npm run campaign -- start "Spring offer"\)\n$/,
  )
  await run('start', 'Spring offer')
  await runBatch(pool, id, [accepted, noSuchUser])
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname
  const watch = startProgram([process.execPath, cli, 'watch', 'Spring offer'], {
    cwd: shell.folder,
    env: { DATABASE_URL: serviceUrl },
  })
  await until(async () =>
    /batch 1 of .*: 1 sent, 1 failed, 1 remaining\n.*batch 2 is due .*in all 1 of 3 sent, 1 failed\n/.test(
      watch.output(),
    ),
  )
  await pool.query(`select daybatch.pause_campaign($1, 'lunch')`, [id])
  await until(async () =>
    watch
      .output()
      .includes('paused: lunch; in all 1 of 3 sent, 1 failed (npm run campaign -- resume "Spring offer")\n'),
  )
  await pool.query('select daybatch.resume_campaign($1)', [id])
  // due a second after the first
  await until(
    async () =>
      (await pool.query(`select action from daybatch.process_campaigns($1)`, [id])).rows[0].action ===
      'opened',
  )
  await send(pool, id)
  await pool.query('select daybatch.close_batch($1)', [id])
  const { code, stdout, stderr } = await watch.ended
  t.match({ code, stderr }, { code: 0, stderr: '' })
  t.match(stdout, /batch 2 of .*: 1 sent, 0 remaining\n.*completed; in all 2 of 3 sent, 1 failed\n$/)
})

t.test('watch ends with exit code 1 when the campaign is cancelled', async t => {
  const { run, shell } = await makeWorld(t)
  await run(...CREATE)
  await run('campaign', 'cancel', 'Spring offer')
  t.match(await shell.run(['watch', 'Spring offer']), {
    code: 1,
    stderr: 'daybatch: campaign "Spring offer" was cancelled\n',
  })
})
