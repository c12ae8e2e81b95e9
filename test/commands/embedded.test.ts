import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { PROJECT } from '../helper/program.ts'
import { ADDRESS, startServer } from '../server/service.ts'
import { makeShell } from './command.ts'

t.setTimeout(300_000)

t.test('beside npm start with nothing set, the commands work on its embedded database', async t => {
  const shell = await makeShell(t)
  const server = startServer(t, { LOG_LEVEL: 'warn' }, shell.folder)
  await server.saw(ADDRESS)
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await shell.run(args)
    t.match({ code, stderr }, { code: 0, stderr: '' }, args.join(' '))
    return stdout
  }
  const findings = await run('doctor')
  t.match(
    findings,
    /ok {4}rights {4}daybatch_embedded is in daybatch_service\n/,
    'with the rights of the service',
  )
  t.match(findings, /ok {4}service {3}one is connected and delivers\n/)
  t.match(findings, /ok {4}smtp {6}the embedded mailbox: nothing leaves this machine\n/)

  await run('import', join(PROJECT, 'scripts/demo/contacts.csv'), '--list', 'Customers')
  await shell.write('message.txt', 'Hello {{first_name | friend}}')
  const campaign = ['--name', 'Offer', '--list', 'Customers', '--text', 'message.txt', '--limit', '10']
  await run('campaign', 'create', ...campaign, '--interval', '5 seconds')
  await run('start', 'Offer')
  const watched = await run('watch', 'Offer')
  t.match(watched, /batch 1 of .*: 10 sent, 7 remaining\n/)
  t.match(watched, /batch 2 of .*: 7 sent, 0 remaining\n/)
  t.match(watched, /completed; in all 17 of 17 sent\n$/)
  const mails = (await readdir(join(shell.folder, '.daybatch/mailbox'))).filter(name => name.endsWith('.eml'))
  t.equal(mails.length, 17)
  t.match(await shell.run(['test-mail', 'me@example.org']), {
    code: 1,
    stderr: /nothing leaves this machine/,
  })
  server.child.kill('SIGTERM')
  t.equal(await server.ended, 0)
})
