import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { CERTIFICATE, PASSWORD, startMailServer, USER } from '../helper/mail-server.ts'
import { makeShell } from './command.ts'

t.setTimeout(300_000)

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`

t.test(
  'a server is made, tested by the doctor, sealed anew and removed; its password is nowhere',
  async t => {
    const { serviceUrl, pool } = await createTestDatabase(t)
    const mail = await startMailServer(t)
    const [one, two] = [key('one'), key('two')]
    const shell = await makeShell(t, {
      DATABASE_URL: serviceUrl,
      MAIL_FROM: 'news@example.com',
      NODE_EXTRA_CA_CERTS: CERTIFICATE,
      ENCRYPTION_KEYS: one,
    })
    const seen: string[] = []
    const run = async (args: string[], options?: Parameters<typeof shell.run>[1]) => {
      const ended = await shell.run(args, options)
      seen.push(ended.stdout, ended.stderr)
      return ended
    }
    const url = `smtp://${USER}@localhost:${mail.port}`
    const set = ['smtp', 'set', 'relay', url, '--password-stdin']
    t.match(await run(set, { env: { ENCRYPTION_KEYS: '' }, input: PASSWORD }), {
      code: 1,
      stderr: /ENCRYPTION_KEYS is not set/,
    })
    t.match(await run(['smtp', 'set', 'relay', `smtp://${USER}:x@localhost`]), {
      code: 1,
      stderr: /--password-stdin/,
    })
    t.match(await run(set, { input: `${PASSWORD}\n` }), { code: 0, stdout: /is set/ })
    t.match(await run(['smtp', 'list']), {
      stdout: new RegExp(`relay: localhost:${mail.port}, TLS optional, as ${USER}\\n`),
    })
    t.match(await run(['doctor']), {
      stdout: new RegExp(`ok    smtp      relay: localhost:${mail.port} takes mails: .*logged in as ${USER}`),
    })

    t.match(
      await run(['doctor'], { env: { SMTP_URL: 'embedded' } }),
      { stdout: /note {2}smtp {6}SMTP_URL=embedded.*\n {2}ok {4}smtp {6}relay: / },
      'beside the mailbox, too',
    )

    // the new key first, the old one still there; then without it
    t.match(await run(['smtp', 'rotate'], { env: { ENCRYPTION_KEYS: `${two},${one}` } }), {
      stdout: /^1 password is sealed anew with the key two/,
    })
    const after = { env: { ENCRYPTION_KEYS: two } }
    t.match(await run(['doctor'], after), { stdout: /ok {4}smtp {6}relay: / })
    t.match(await run(['doctor']), {
      code: 1,
      stdout: /FAIL {2}smtp {6}relay: its password cannot be opened: .*key two/,
    })

    const wrong = ['smtp', 'set', 'relay', '--password-stdin']
    await run(wrong, { ...after, input: 'wrong' })
    t.match(await run(['doctor'], after), {
      code: 1,
      stdout: /FAIL {2}smtp {6}relay: .*5\.7\.8|FAIL {2}smtp {6}relay: .*Invalid login/,
    })
    t.match(await run(['smtp', 'set', 'relay', `smtp://${USER}@mail.example.org`]), {
      code: 1,
      stderr: /another host/,
    })
    t.match(await run(['smtp', 'set', 'default', '--per-second', '5', '--connections', '2']), { code: 0 })
    t.match(
      (await pool.query(`select per_second, connections from daybatch.smtp_servers where name = 'default'`))
        .rows,
      [{ per_second: 5, connections: 2 }],
    )
    await run(['smtp', 'set', 'default', '--per-second', '0'])
    t.match((await pool.query(`select per_second from daybatch.smtp_servers where name = 'default'`)).rows, [
      { per_second: null },
    ])
    t.match(await run(['smtp', 'remove', 'relay']), { code: 0 })
    t.match(await run(['smtp', 'remove', 'relay']), { code: 1, stderr: /there is no SMTP server relay/ })
    const texts = seen.join('\n')
    for (const secret of [one, two].map(text => text.split(':')[1]!))
      t.notOk(texts.includes(secret), 'no key in an answer')
    t.notMatch(texts, /"password"|v1\.one/)
  },
)
