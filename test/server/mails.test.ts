// A campaign's mails from the service as a process to a server, read by a MIME parser and a DKIM verifier of other makes;
// then a recipient leaves by one click, as the mailbox providers do it for him.
import { readFile } from 'node:fs/promises'
import { domainToASCII } from 'node:url'
import { dkimVerify } from 'mailauth'
import PostalMime from 'postal-mime'
import t from 'tap'
import { readDkimKeys } from '../../src/delivery/dkim.ts'
import { createTestDatabase } from '../helper/database.ts'
import { makeDkimKeys } from '../helper/dkim-keys.ts'
import { callOne, insertRow, makeContacts, makeList, readCampaign } from '../helper/make.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, makeFolder, startServer } from './service.ts'

t.setTimeout(120_000)

const PNG = Buffer.from('89504e470d0a1a0a'.repeat(500), 'hex')
const PUBLIC_URL = 'https://daybatch.example.com/mail'

const keys = makeDkimKeys(t, ['rsa', 'example.com'], ['ed25519', 'example.com'])
const records = new Map(
  readDkimKeys(keys).map(({ selector, domain, record }) => [`${selector}._domainkey.${domain}`, record]),
)
const { pool, serviceUrl } = await createTestDatabase(t)
const smtp = await startScriptedSmtp({ script: () => undefined, keepContent: true })
t.teardown(() => smtp.stop())

/** Names and addresses as they may come: [email, first name]. */
const people: [email: string, name: string][] = [
  ['plain@example.org', 'Ada'],
  ['quotes@example.org', 'Ada "the Countess", Lovelace; <ada@example.net>'],
  ['lines@example.org', 'Ada\r\nBcc: eve@example.org\r\n\r\nHello'],
  ['controls@example.org', 'A\u0007d\u001ba'],
  ['bidi@example.org', 'A\u202eda\u2066\u200b\ufeff'],
  ['joined@example.org', 'نامه\u200cای 👩\u200d🚀'],
  ['markup@example.org', '<script>alert(1)</script>{{unsubscribe_url}}'],
  ['boundary@example.org', '\r\n--=_NmP-Part_1--\r\n.\r\n'],
  ['ümlaut@bücher.example', 'Zoë'],
  ['long@example.org', 'x'.repeat(5000)],
]

const folder = await makeFolder(t)
const service = startServer(
  t,
  {
    DATABASE_URL: serviceUrl,
    SMTP_URL: smtp.url,
    MAIL_FROM: '"Shop, Büro & Söhne" <news@example.com>',
    PUBLIC_URL: `${PUBLIC_URL}/`,
    UNSUBSCRIBE_MAILTO: 'leave+x@example.com',
    DKIM_KEYS: keys.map(({ domain, selector, file }) => `${domain}:${selector}:${file}`).join(','),
    API_KEY: 'k'.repeat(32),
    PORT: '0',
    STATE_FOLDER: folder,
  },
  folder,
)
const address = addressOf(await service.saw(ADDRESS))

async function sendCampaign(name: string, contacts: string[]): Promise<string> {
  const list = await makeList(pool, contacts)
  const { id } = await insertRow(pool, 'public.campaigns', {
    name,
    subject: 'News for {{first_name}}',
    html_body:
      '<p>Hello {{first_name}}, <img src="cid:logo" alt=""></p>\n<p><a href="{{unsubscribe_url}}">Leave</a></p>\n',
    daily_send_limit: 100,
    contact_list_ids: [list],
    status: 'draft',
  })
  await callOne(pool, 'add_attachment', id, 'logo.png', 'image/png', PNG, 'logo')
  await callOne(
    pool,
    'add_attachment',
    id,
    'Geschäftsbedingungen für alle.pdf',
    'application/pdf',
    Buffer.from('%PDF'),
  )
  await callOne(pool, 'start_campaign', id)
  await until(async () => (await readCampaign(pool, id)).status === 'completed')
  return id
}

const contacts = await makeContacts(
  pool,
  people.map(([email, first_name]) => ({ email, first_name })),
)
const first = await sendCampaign('First', contacts)
const mails = await Promise.all(
  smtp.accepted.map(async ({ recipient, sender, content }) => ({
    recipient: normalize(recipient),
    sender,
    bytes: Buffer.from(content!, 'latin1'),
    mail: await PostalMime.parse(Buffer.from(content!, 'latin1')),
  })),
)

/** The server reads octets; a domain may come in both of its forms where the part before it is beyond ASCII. */
function normalize(recipient: string): string {
  const [local, domain] = Buffer.from(recipient, 'latin1').toString().split('@')
  return `${local}@${domainToASCII(domain!)}`
}

const mailTo = (recipient: string) => mails.find(mail => mail.recipient === recipient)!

t.test('every mail is read by a parser of another make, and says what it should to one person', async t => {
  t.same(
    mails.map(({ recipient }) => recipient).sort(),
    [...people.map(([email]) => email.replace('bücher', 'xn--bcher-kva'))].sort(),
  )
  for (const { recipient, sender, mail, bytes } of mails) {
    t.equal(sender, 'news@example.com')
    t.match(mail.from, { name: 'Shop, Büro & Söhne', address: 'news@example.com' })
    t.match(mail.to, [{ address: recipient }], recipient)
    t.same([mail.cc, mail.bcc], [undefined, undefined])
    t.match(mail.text, /^Hello .*Leave \(https:\/\/daybatch\.example\.com\/mail\/u\/[0-9a-f]{52}\)/s)
    t.match(mail.html, /<img src="cid:logo" alt="">/)
    t.notMatch(mail.html, /<script>/)
    // what turns or hides text, and controls
    t.notMatch(
      `${mail.subject}${mail.text}${mail.html}`,
      /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff]/,
    )
    t.match(
      mail.attachments.map(({ filename, mimeType, contentId, disposition, content }) => ({
        filename,
        mimeType,
        contentId,
        disposition,
        content: Buffer.from(content as ArrayBuffer),
      })),
      [
        {
          filename: 'logo.png',
          mimeType: 'image/png',
          contentId: '<logo>',
          disposition: 'inline',
          content: PNG,
        },
        {
          filename: 'Geschäftsbedingungen für alle.pdf',
          mimeType: 'application/pdf',
          disposition: 'attachment',
          content: Buffer.from('%PDF'),
        },
      ],
    )
    for (const line of bytes.toString('latin1').split('\r\n'))
      t.ok(line.length <= 998, 'RFC 5322 2.1.1', { silent: true } as object)
  }
  t.equal(
    mailTo('quotes@example.org').mail.subject,
    'News for Ada "the Countess", Lovelace; <ada@example.net>',
  )
  t.equal(mailTo('lines@example.org').mail.subject, 'News for Ada Bcc: eve@example.org Hello')
  t.equal(mailTo('bidi@example.org').mail.subject, 'News for Ada')
  t.equal(mailTo('joined@example.org').mail.subject, 'News for نامه\u200cای 👩\u200d🚀')
  t.match(mailTo('markup@example.org').mail.text, '<script>alert(1)</script>{{unsubscribe_url}}')
  t.ok(mailTo('long@example.org').mail.subject!.length <= 900)
})

t.test('only the mail to an address beyond ASCII has octets beyond ASCII', async t => {
  t.match(mailTo('ümlaut@xn--bcher-kva.example').mail.to, [{ address: 'ümlaut@xn--bcher-kva.example' }])
  for (const { recipient, bytes } of mails.filter(
    ({ recipient }) => recipient !== 'ümlaut@xn--bcher-kva.example',
  ))
    t.ok(/^[\t\r\n\x20-\x7e]*$/.test(bytes.toString('latin1')), `${recipient}: 7 bits`)
})

t.test('both signatures of every mail are good, and cover the headers of one click', async t => {
  for (const { recipient, bytes } of mails) {
    const { results } = await dkimVerify(bytes, { resolver: async name => [[records.get(name) ?? '']] })
    t.same(
      results.map(({ status }) => status.result),
      ['pass', 'pass'],
      recipient,
    )
  }
  const [, signed] = /^DKIM-Signature:[\s\S]*?\sh=([^;]*);/.exec(mails[0]!.bytes.toString('latin1')) ?? []
  t.match(signed!.replace(/\s/g, ''), /:list-unsubscribe:list-unsubscribe-post$/)
})

t.test('one click, as RFC 8058 has it: out of every campaign', async t => {
  const { mail } = mailTo('plain@example.org')
  const header = (name: string) => mail.headers.filter(({ key }) => key === name).map(({ value }) => value)
  const [list, ...others] = header('list-unsubscribe')
  t.same(others, [], 'one header')
  t.same(header('list-unsubscribe-post'), ['List-Unsubscribe=One-Click'])
  const [https, mailto] = [...list!.matchAll(/<([^>]+)>/g)].map(match => match[1]!)
  t.match(https, /^https:\/\/daybatch\.example\.com\/mail\/u\/[0-9a-f]+$/)
  t.match(mailto, /^mailto:leave%2Bx@example\.com\?subject=unsubscribe%20[0-9a-f]+$/)
  // the proxy in front takes its prefix away
  const path = https!.slice(PUBLIC_URL.length)
  t.equal((await fetch(`${address}${path}`)).status, 200)
  t.equal(
    (await pool.query('select from contacts where unsubscribed_at is not null')).rowCount,
    0,
    'a look changes nothing',
  )
  const answer = await fetch(`${address}${path}`, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('set-cookie'), null)
  const before = smtp.accepted.length
  await sendCampaign('Second', contacts)
  const later = smtp.accepted.slice(before).map(({ recipient }) => recipient)
  t.equal(later.length, people.length - 1)
  t.notOk(later.includes('plain@example.org'))
})

t.test('a test mail by HTTP goes out signed, and leads to a page that unsubscribes nobody', async t => {
  const before = smtp.accepted.length
  const answer = await fetch(`${address}/api/campaigns/${first}/test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${'k'.repeat(32)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to: 'me@example.net' }),
  })
  t.equal(answer.status, 200)
  const [mail, ...others] = smtp.accepted.slice(before)
  t.same(others, [])
  t.equal(mail!.recipient, 'me@example.net')
  const { results } = await dkimVerify(Buffer.from(mail!.content!, 'latin1'), {
    resolver: async name => [[records.get(name) ?? '']],
  })
  t.same(
    results.map(({ status }) => status.result),
    ['pass', 'pass'],
  )
  t.match(mail!.content, `<${PUBLIC_URL}/u/test>`)
})

t.test('the start says how one leaves and who signs; no key and no link is in the log', async t => {
  const output = service.output()
  t.match(
    output,
    /leaving +one click at https:\/\/daybatch\.example\.com\/mail\/u\/\.\.\., or by mail to leave\+x@example\.com\n/,
  )
  t.match(output, /signing +DKIM for example\.com \(rsa0\), example\.com \(ed255191\)\n/)
  for (const { file } of keys) t.notMatch(output, (await readFile(file, 'utf8')).split('\n')[1]!)
  t.notMatch(output, /\/u\/[0-9a-f]{20}/)
})

t.test('a key that is not there ends the start in one line', async t => {
  const broken = startServer(
    t,
    { DATABASE_URL: serviceUrl, PORT: '0', DKIM_KEYS: 'example.com:mail:/nix.pem' },
    folder,
  )
  t.equal(await broken.ended, 1)
  t.match(
    broken.output(),
    /^daybatch: DKIM_KEYS: the DKIM key of example\.com \(\/nix\.pem\) cannot be read: ENOENT\n$/,
  )
})
