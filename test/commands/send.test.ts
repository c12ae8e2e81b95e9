// send: from two files to mails that arrived, beside a service, and alone.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { startMailServer } from '../helper/mail-server.ts'
import { PROJECT, startProgram } from '../helper/program.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, startServer } from '../server/service.ts'
import { mailSettings, makeShell, type Shell } from './command.ts'

t.setTimeout(300_000)

const CONTACTS = 'email,first_name\nada@example.org,Ada\ngrace@example.org,Grace\nalan@example.org,\n'
const SEND = ['send', 'contacts.csv', '--message', 'message.txt', '--name', 'Offer']

async function writeFiles(shell: Shell): Promise<void> {
  await shell.write('contacts.csv', CONTACTS)
  await shell.write('message.txt', 'Hello {{first_name | friend}}')
}

const readMailbox = async (folder: string) =>
  (await readdir(join(folder, '.daybatch/mailbox'))).filter(name => name.endsWith('.eml'))

t.test(
  'with nothing set and nothing running it brings its own service, and leaves nothing running',
  async t => {
    const shell = await makeShell(t)
    await writeFiles(shell)
    t.match(await shell.run([...SEND, '--detach']), {
      code: 1,
      stdout: '',
      stderr: /no service runs.*npx daybatch serve/,
    })
    const { code, stdout, stderr } = await shell.run([...SEND, '--limit', '2', '--interval', '10 seconds'])
    t.match({ code, stderr }, { code: 0, stderr: '' })
    t.match(stdout, /nothing leaves this machine: the mails are files in \.daybatch\/mailbox\n/)
    t.match(stdout, /3 rows: 3 new contacts, 3 added to the new list "Offer"\n/)
    t.match(
      stdout,
      /"Offer" is started: 2 mails every 10 seconds, 2 batches to come, the last one on \S+ \S+Z\n/,
    )
    t.match(stdout, /batch 2 of .*: 1 sent, 0 remaining\n.*completed; in all 3 of 3 sent\n$/)
    t.equal((await readMailbox(shell.folder)).length, 3)
    t.match(
      await shell.run(['campaign', 'list']),
      { code: 1, stderr: /no embedded database runs/ },
      'it is stopped',
    )

    const again = await shell.run(SEND)
    t.match(again, { code: 1, stderr: /there is a campaign "Offer" already \(\S+, completed\)/ })
    t.notMatch(again.stdout, /rows:/, 'nothing is imported for what is not sent')
    t.equal((await readMailbox(shell.folder)).length, 3)
  },
)

t.test('left by Ctrl-C, alone: what is under way is finished, and serve goes on', async t => {
  const shell = await makeShell(t)
  await writeFiles(shell)
  const alone = startProgram([process.execPath, join(PROJECT, 'src/cli.ts'), ...SEND, '--limit', '2'], {
    cwd: shell.folder,
  })
  await until(async () => /batch 1 of .*: 2 sent, 1 remaining\n.*batch 2 is due/.test(alone.output()))
  alone.child.kill('SIGINT')
  t.match(await alone.ended, {
    code: 130,
    stdout: /"Offer" is not over: npx daybatch serve goes on where it stopped\n$/,
  })

  const server = startServer(t, { LOG_LEVEL: 'warn' }, shell.folder)
  await server.saw(ADDRESS)
  const beside = startProgram([process.execPath, join(PROJECT, 'src/cli.ts'), 'watch', 'Offer'], {
    cwd: shell.folder,
  })
  await until(async () => /batch 2 is due/.test(beside.output()))
  beside.child.kill('SIGINT')
  await beside.ended

  const detached = await shell.run([
    ...SEND.map(word => (word === 'Offer' ? 'Second' : word)),
    '--detach',
    '--json',
  ])
  t.match(detached, { code: 0, stderr: '' })
  const lines = detached.stdout.trimEnd().split('\n')
  t.match(JSON.parse(lines.at(-1)!), { event: 'started', name: 'Second', batches: 1, finish_at: String })
  await until(async () => (await readMailbox(shell.folder)).length === 5)
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
})

async function makeRealWorld(t: Test) {
  const { serviceUrl, pool } = await createTestDatabase(t)
  const mail = await startMailServer(t)
  const shell = await makeShell(t, { DATABASE_URL: serviceUrl, ...mailSettings(mail) })
  await writeFiles(shell)
  const countCampaigns = async () =>
    (await pool.query('select count(*)::integer as count from campaigns')).rows[0].count
  return { pool, mail, shell, countCampaigns }
}

t.test('real mails are asked for, and where nobody can be asked nothing is sent without --yes', async t => {
  const { shell, countCampaigns } = await makeRealWorld(t)
  t.match(await shell.run(SEND), {
    code: 1,
    stderr:
      /^daybatch: send "Offer" to 3 contacts of "Offer", 5 a batch, by localhost:\d+\? Nobody can be asked here: give --yes\. Nothing was sent\n$/,
  })
  t.equal(await countCampaigns(), 0)
  t.match(
    await shell.run(SEND),
    {
      code: 1,
      stderr: /there is a list "Offer" already, with 3 contacts: give --list "Offer" to mail all of them too/,
    },
    'who is on a list already is mailed only when that is meant',
  )
  await shell.write('message.txt', 'Hello {{first_nam}}')
  t.match(await shell.run([...SEND, '--list', 'Offer', '--yes']), { code: 1, stderr: /first_nam/ })
  t.equal(await countCampaigns(), 0, 'refused: there is no half-made campaign that takes the name')
  await shell.write('message.txt', 'Hello')
  t.match(await shell.run([...SEND, '--list', 'Offer', '--yes', '--detach']), {
    code: 0,
    stdout: /next: npx daybatch watch "Offer", or npx daybatch campaign pause "Offer"\n$/,
  })
  t.equal(await countCampaigns(), 1)
})

t.test('what cannot be sent is refused before anything is begun', async t => {
  const { pool, shell } = await makeRealWorld(t)
  const wrong: [args: string[], words: RegExp][] = [
    [['send', 'nix.csv', '--message', 'message.txt'], /there is no file .*nix\.csv/],
    [['send', 'contacts.csv', '--message', 'nix.txt'], /there is no file .*nix\.txt/],
    [
      ['send', 'contacts.csv', '--message', 'message.txt', '--message', 'message.txt'],
      /at most once for each/,
    ],
    [['send', 'contacts.csv'], /required option '--message <file>'/],
    [[...SEND, '--limit', 'many'], /Give a whole number/],
  ]
  for (const [args, words] of wrong)
    t.match(await shell.run([...args, '--yes']), { code: 1, stdout: '', stderr: words })
  t.equal((await pool.query('select from contact_lists')).rowCount, 0)
})

t.test('rejected rows and failed contacts: the others got their mail, exit code 2', async t => {
  const shell = await makeShell(t)
  await writeFiles(shell)
  await shell.write('contacts.csv', `${CONTACTS}nobody\n`)
  t.match(await shell.run(SEND), { code: 2, stdout: /1 rejected\n[\s\S]*completed; in all 3 of 3 sent\n$/ })
})
