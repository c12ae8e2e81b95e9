import t from 'tap'
import { readCampaign } from '../helper/make.ts'
import { CREATE, makeWorld } from './customers.ts'

t.setTimeout(300_000)

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
    'Offers <offers@example.com>',
    '--reply-to',
    'answers@example.com',
    '--interval',
    '90 minutes',
  ]
  const stdout = await run(...CREATE, ...options, ...more)
  const id = await findId()
  t.equal(
    stdout,
    `campaign "Spring offer" is a draft: 3 contacts, 20 mails every 1 hour 30 minutes (${id})\nnext: npx daybatch campaign start "Spring offer"\n`,
  )
  t.match(await readCampaign(pool, id), {
    status: 'draft',
    contact_list_ids: [list],
    daily_send_limit: 20,
    subject: 'An offer for {{first_name | you}}',
    sender: 'Offers <offers@example.com>',
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
    /no list is called "Nobody"\. There are "Customers"\. Make one: npx daybatch import/,
  )
  await refuse([...CREATE, '--html', 'nix.html'], /there is no file/)
  await refuse([...CREATE, '--html', 'latin1.txt'], /latin1\.txt is not UTF-8/)
  await refuse([...CREATE, '--limit', '0'], /^daybatch: .*at least 1/)
  await refuse([...CREATE, '--limit', 'many'], /Give a whole number/)
  await refuse([...CREATE, '--interval', '1 day'], /^daybatch: .*hours/)
  const { rows } = await pool.query('select count(*)::integer as count from campaigns')
  t.equal(rows[0].count, 0, 'nothing was made')
  await run(...CREATE)
  await refuse(
    CREATE,
    /there is a campaign "Spring offer" already \(\S+, draft\): npx daybatch campaign show \S+, or choose another name/,
  )
})
