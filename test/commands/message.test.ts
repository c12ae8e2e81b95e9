import t from 'tap'
import { startMailServer } from '../helper/mail-server.ts'
import { call } from '../helper/make.ts'
import { mailSettings } from './command.ts'
import { CREATE, makeWorld } from './customers.ts'

t.setTimeout(300_000)

t.test('files are attached, shown and taken away', async t => {
  const { pool, shell, run, refuse, findId } = await makeWorld(t)
  await run(...CREATE)
  await shell.write('logo.png', Buffer.from('89504e47', 'hex'))
  await shell.write('terms.pdf', '%PDF')
  t.equal(
    await run('campaign', 'attach', 'Spring offer', './logo.png', '--inline', 'logo'),
    '"Spring offer" has logo.png (4 bytes) from its next batch on; the html shows it by <img src="cid:logo">\n',
  )
  await run('campaign', 'attach', 'Spring offer', 'terms.pdf')
  await run('campaign', 'attach', 'Spring offer', 'message.txt', '--type', 'text/markdown')
  const list = async () => call(pool, 'list_attachments', await findId())
  t.match(await list(), [
    { file_name: 'logo.png', media_type: 'image/png', content_id: 'logo', byte_count: 4 },
    { file_name: 'terms.pdf', media_type: 'application/pdf', content_id: null },
    { file_name: 'message.txt', media_type: 'text/markdown' },
  ])
  await run('campaign', 'detach', 'Spring offer', 'terms.pdf')
  t.match(await list(), [{ file_name: 'logo.png' }, { file_name: 'message.txt' }])
  await refuse(
    ['campaign', 'detach', 'Spring offer', 'terms.pdf'],
    /has no file terms\.pdf; its files: logo\.png, message\.txt\n$/,
  )
  await refuse(['campaign', 'attach', 'Spring offer', 'nix.png'], /there is no file .*nix\.png/)
  await shell.write('empty.txt', '')
  await refuse(['campaign', 'attach', 'Spring offer', 'empty.txt'], /at least one byte/)
  await shell.write('big.bin', Buffer.alloc(10 * 1024 * 1024 + 1))
  await refuse(
    ['campaign', 'attach', 'Spring offer', 'big.bin'],
    /big\.bin has 10485761 bytes: 10485760 is the most/,
  )
})

t.test('a preview, and a test mail in place of a contact', async t => {
  const { pool, shell, run, refuse, serviceUrl } = await makeWorld(t)
  const server = await startMailServer(t)
  const env = {
    ...mailSettings(server),
    DATABASE_URL: serviceUrl,
    PUBLIC_URL: 'https://daybatch.example.com',
  }
  await run(...CREATE, '--html', 'message.html', '--subject', 'For {{first_name|you}}')
  const { rows } = await pool.query(
    `update contacts set first_name = 'Zoë' where id = (select max(id::text)::uuid from contacts) returning id, email`,
  )
  const { stdout, code } = await shell.run(['campaign', 'preview', 'Spring offer', rows[0].id], { env })
  t.equal(code, 0)
  t.equal(
    stdout,
    `From: Example Shop <news@example.com>\nTo: ${rows[0].email}\nSubject: For Zoë\n\nHello Zoë\n\n--- html\n<p>Hello Zoë</p>\n\n`,
  )
  const sent = await shell.run(
    ['test-mail', 'me@example.net', '--campaign', 'Spring offer', '--contact', rows[0].id],
    { env },
  )
  t.match(sent, { code: 0, stdout: /accepted the mail to me@example\.net: 250 2\.0\.0 queued/, stderr: '' })
  t.match(server.received, [{ to: ['me@example.net'], mail: { subject: 'For Zoë', text: 'Hello Zoë\n' } }])
  t.match(server.received[0]!.mail.headers.get('list'), {
    unsubscribe: { url: 'https://daybatch.example.com/u/test' },
  })
  t.same((await pool.query('select from daybatch.deliveries')).rows, [])

  await pool.query(`select daybatch.suppress_address('left@example.org')`)
  const left = await shell.run(['test-mail', 'left@example.org', '--campaign', 'Spring offer'], { env })
  t.match(left, { code: 1, stdout: '', stderr: /suppressed: it gets no mail/ })
  t.match(await shell.run(['campaign', 'preview', 'Spring offer']), {
    code: 1,
    stderr: /the message cannot be made: no sender: set MAIL_FROM/,
  })
  await refuse(['test-mail', 'me@example.net', '--campaign', 'Spring offer'], /set SMTP_URL and MAIL_FROM/)
  t.equal(server.received.length, 1)
})
