import assert from 'node:assert/strict'
import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import MailComposer from 'nodemailer/lib/mail-composer'
import t from 'tap'
import { AddressError } from '../../src/delivery/address.ts'
import { compileMessage, MessageError } from '../../src/delivery/message.ts'
import { compileTemplate } from '../../src/delivery/template.ts'
import { makeDelivery, messageRow } from './mail.ts'

/** The bytes of a mail, as they would go out. */
async function build(changes: Partial<typeof messageRow> = {}, delivery = makeDelivery('ada@example.org')) {
  const message = await compileMessage({ ...messageRow, ...changes })
  return message(delivery).compose().raw
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
  const message = await compileMessage(messageRow)
  const { envelope } = message(makeDelivery('ada@bücher.example'))
  t.same(envelope, { from: 'news@example.com', to: ['ada@xn--bcher-kva.example'] })
  for (const email of ['b@y.example, c@z.example', 'Ada <ada@example.org>', '"b@y.example"@z.example', '']) {
    t.throws(() => message(makeDelivery(email)), AddressError, email)
  }
})

/** Words, what quoted-printable and headers are particular about, and line ends of all makes. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom(
        '=',
        '=20',
        ' ',
        '\t',
        '.',
        '-- ',
        '\n',
        '\r\n',
        '=?utf-8?Q?x?=',
        'wort'.repeat(30),
        'ü'.repeat(40),
      ),
    ),
    { maxLength: 12 },
  )
  .map(parts =>
    parts
      .join('')
      .replaceAll('{{', '{')
      .replace(/\r(?!\n)/g, ''),
  )
const anyTemplate = fc
  .array(fc.oneof(anyText, fc.constantFrom('{{first_name}}', '{{city | your town}}', '\n{{a|b\nc}}\n')), {
    maxLength: 6,
  })
  .map(parts => `x${parts.join('')}`)

const lines = (text: string) => text.replace(/\r\n?|\n/g, '\r\n')

t.test('a filled message says what nodemailer would have composed', async t => {
  const fields = fc.record({ first_name: anyText, city: anyText })
  const property = fc.asyncProperty(
    anyTemplate,
    fc.option(anyTemplate),
    anyTemplate,
    fields,
    async (subject, text, html, values) => {
      const delivery = makeDelivery('ada@example.org', { fields: values })
      const filled = await build({ subject, text_body: text, html_body: html }, delivery)
      const composed = await new MailComposer({
        from: 'Daily News <news@example.com>',
        to: 'ada@example.org',
        messageId: '<key-ada@example.com>',
        date: delivery.message_date,
        subject: compileTemplate(subject, { escape: 'header' })(values),
        text: lines(compileTemplate(text ?? 'made of the html', { escape: 'text' })(values)),
        html: lines(compileTemplate(html, { escape: 'html' })(values)),
        textEncoding: 'quoted-printable',
      })
        .compile()
        .build()
      const [a, b] = [await simpleParser(filled), await simpleParser(composed)]
      for (const name of ['subject', 'html', 'messageId', 'from', 'to', 'date'] as const)
        assert.deepEqual(a[name], b[name], name)
      if (text !== null) assert.deepEqual(a.text, b.text)
      const [head, ...bodies] = filled.toString('latin1').split('\r\n\r\n')
      const isAscii = (text: string, longest: number) =>
        text.split('\r\n').every(line => line.length <= longest && /^[\t\x20-\x7e]*$/.test(line))
      // RFC 5322 2.1.1: a header without a blank cannot be folded
      assert.ok(isAscii(head!, 998), 'head')
      assert.ok(isAscii(bodies.join('\r\n\r\n'), 76), 'bodies')
    },
  )
  await fc.assert(property, { numRuns: 300 })
  t.pass('300 messages')
})

t.test('text alone is one part; html alone gets a text made of it', async t => {
  const text = (await build({ html_body: null })).toString()
  t.match(text, /^Content-Type: text\/plain/m)
  t.notMatch(text, /multipart/)
  const html = `<style>p{color:red}</style><h1>News for {{first_name|<you>}}</h1>
    <p>Tom &amp; Jerry say <b>{{greeting | hello, friend}}</b>.<br>Second line</p>
    <a href="https://example.com/?c={{city}}&amp;x=1">Shop</a> <img src="https://example.com/x.png" alt="Logo">
    <ul><li>one<li>two</ul><a href="{{unsubscribe_url}}">Unsubscribe</a>`
  const mail = await simpleParser(
    await build(
      { text_body: null, html_body: html },
      makeDelivery('ada@example.org', { fields: { city: 'Köln' } }),
    ),
  )
  t.equal(
    mail.text,
    'News for <you>\n\nTom & Jerry say hello, friend.\nSecond line\n\nShop (https://example.com/?c=Köln&x=1)\n * one\n * two\n\nUnsubscribe ()\n',
  )
  t.match(mail.html, '<h1>News for &lt;you&gt;</h1>')
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
    await t.rejects(compileMessage({ ...messageRow, ...changes }), { name: 'MessageError', message })
  }
  await t.rejects(compileMessage({ ...messageRow, sender: '' }), MessageError)
})

t.test('MAIL_FROM is the sender of campaigns that name none', async t => {
  const message = await compileMessage(
    { ...messageRow, sender: null },
    { mailFrom: 'Example Shop <news@example.net>' },
  )
  const mail = message(makeDelivery('ada@example.org'))
  const { messageId, from } = await simpleParser(mail.compose().raw)
  t.equal(messageId, '<key-ada@example.net>')
  t.equal(from?.text, '"Example Shop" <news@example.net>')
})
