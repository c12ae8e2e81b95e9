import { simpleParser } from 'mailparser'
import { createTransport } from 'nodemailer'
import t from 'tap'
import { AddressError } from '../../src/delivery/address.ts'
import { compileMessage, MessageError } from '../../src/delivery/message.ts'
import { makeDelivery, messageRow } from './mail.ts'

/** The bytes of a mail, as they would go out. */
async function build(changes: Partial<typeof messageRow> = {}, delivery = makeDelivery('ada@example.org')) {
  const mail = compileMessage({ ...messageRow, ...changes })(delivery)
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail(mail)
  return message as Buffer
}

t.test('a mail says what its delivery says', async t => {
  const mail = await simpleParser(await build({ reply_to: 'Desk <desk@example.com>' }))
  t.equal(mail.messageId, '<key-ada@example.com>', 'at the domain of the sender')
  t.equal(mail.date?.toISOString(), '2026-01-31T09:00:00.000Z')
  t.equal(mail.subject, 'News for Ada')
  t.equal(mail.from?.text, '"Daily News" <news@example.com>')
  t.equal(mail.replyTo?.text, '"Desk" <desk@example.com>')
  t.match(mail.to, { text: 'ada@example.org' })
  t.match(mail.text, /^Hello Ada\n/)
  t.match(mail.html, /^<p>Hello Ada<\/p>/)
})

t.test('the same delivery makes the same bytes', async t => {
  const [one, other] = [await build(), await build()]
  t.ok(one.equals(other))
  t.notOk(one.equals(await build({}, makeDelivery('bob@example.org'))))
})

t.test('the envelope has exactly one recipient', async t => {
  const { envelope } = compileMessage(messageRow)(makeDelivery('ada@bücher.example'))
  t.same(envelope, { from: 'news@example.com', to: ['ada@xn--bcher-kva.example'] })
  for (const email of ['b@y.example, c@z.example', 'Ada <ada@example.org>', '"b@y.example"@z.example', '']) {
    t.throws(() => compileMessage(messageRow)(makeDelivery(email)), AddressError, email)
  }
})

t.test('html or text alone', async t => {
  t.match((await build({ html_body: null })).toString(), /^Content-Type: text\/plain/m)
  const html = (await build({ text_body: null })).toString()
  t.match(html, /^Content-Type: text\/html/m)
  t.notMatch(html, /multipart/)
})

t.test('no header can be slipped in', async t => {
  const evil = 'x\r\nBcc: eve@example.org\r\n\r\n<script>'
  const delivery = makeDelivery('ada@example.org', { fields: { first_name: evil } })
  const bytes = await build({ subject: '{{first_name}}\r\nBcc: mallory@example.org' }, delivery)
  const mail = await simpleParser(bytes)
  t.equal(mail.bcc, undefined)
  t.match(mail.subject, /^x Bcc: eve/)
  t.notMatch(mail.html, /<script>/)
})

t.test('no file or address is read, whatever a value says', async t => {
  const mail = compileMessage(messageRow)(makeDelivery('ada@example.org'))
  t.match(mail, { disableFileAccess: true, disableUrlAccess: true })
})

t.test('a message that cannot be made for anybody', async t => {
  const cases: [changes: Partial<typeof messageRow>, message: RegExp][] = [
    [{ sender: null }, /no sender: set MAIL_FROM/],
    [{ sender: '' }, /sender is empty/],
    [{ sender: 'nobody' }, /sender cannot be used/],
    [{ sender: 'a@example.org, b@example.org' }, /more than one address/],
    [{ reply_to: 'Desk <"a b"@example.org>' }, /reply_to cannot be used/],
    [{ html_body: null, text_body: null }, /neither html_body nor text_body/],
  ]
  for (const [changes, message] of cases) {
    t.throws(() => compileMessage({ ...messageRow, ...changes }), { name: 'MessageError', message })
  }
  t.throws(() => compileMessage({ ...messageRow, sender: '' }), MessageError)
})

t.test('MAIL_FROM is the sender of campaigns that name none', async t => {
  const mail = compileMessage(
    { ...messageRow, sender: null },
    { mailFrom: 'Example Shop <news@example.net>' },
  )(makeDelivery('ada@example.org'))
  t.match(mail, {
    from: { name: 'Example Shop', address: 'news@example.net' },
    messageId: '<key-ada@example.net>',
  })
})
