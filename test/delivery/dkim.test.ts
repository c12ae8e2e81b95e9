// Signatures are judged by two verifiers that are not ours: mailauth (npm), and dkimpy (Debian) where it is installed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { dkimVerify } from 'mailauth'
import t from 'tap'
import { chooseKeys, createSigner, type DkimKey, readDkimKeys } from '../../src/delivery/dkim.ts'
import { compileMessage, type MessageOptions } from '../../src/delivery/message.ts'
import { makeDkimKeys } from '../helper/dkim-keys.ts'
import { makeDelivery, messageRow } from './mail.ts'

const settings = makeDkimKeys(t, ['rsa', 'example.com'], ['ed25519', 'example.com'], ['rsa', 'example.net'])
const keys = readDkimKeys(settings)
const sign = createSigner(keys)

const unsubscribe = { publicUrl: 'https://daybatch.example.com', mailto: 'leave@example.com' }

/** What DNS would answer. */
const listRecords = (keys: DkimKey[]) =>
  Object.fromEntries(keys.map(({ selector, domain, record }) => [`${selector}._domainkey.${domain}`, record]))

/** Each signature's algorithm and domain, and what mailauth says of it. */
async function verify(bytes: Buffer, records = listRecords(keys)) {
  const { results } = await dkimVerify(bytes, {
    resolver: async name => {
      const record = records[name]
      if (record === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
      return [[record]]
    },
  })
  // the types that it brings say less than it does
  const told = results as ((typeof results)[number] & { algo: string; signingHeaders?: { keys: string } })[]
  return told.map(({ algo, signingDomain, status, signingHeaders }) => ({
    algo,
    domain: signingDomain,
    result: status.result,
    headers: String(signingHeaders?.keys).toLowerCase(),
  }))
}

/** Debian's, which has Debian's packages. */
const PYTHON3 = '/usr/bin/python3'
const PYTHON = `
import sys, json, dkim
records = json.loads(sys.argv[1])
message = sys.stdin.buffer.read()
answer = lambda name, timeout=5: records.get(name.decode().rstrip('.'), '').encode() or None
signatures = [h for h in dkim.DKIM(message).headers if h[0].lower() == b'dkim-signature']
print(json.dumps([dkim.DKIM(message).verify(idx=i, dnsfunc=answer) for i in range(len(signatures))]))
`
const hasPython = spawnSync(PYTHON3, ['-c', 'import dkim, nacl']).status === 0

/** What dkimpy says of each signature. */
function verifyByDkimpy(bytes: Buffer): boolean[] {
  const { stdout, stderr } = spawnSync(PYTHON3, ['-c', PYTHON, JSON.stringify(listRecords(keys))], {
    input: bytes,
  })
  if (stdout.length === 0) throw new Error(String(stderr))
  return JSON.parse(String(stdout))
}

async function makeBytes(
  changes: Partial<typeof messageRow> = {},
  options: MessageOptions = {},
  fields = {},
) {
  const message = await compileMessage({ ...messageRow, ...changes }, { unsubscribe, ...options })
  const { raw, tail } = message(makeDelivery('ada@example.org', { fields })).compose()
  return Buffer.concat([await sign(raw, tail), tail ?? Buffer.alloc(0)])
}

/** Mails of many shapes. */
const shapes: [name: string, make: () => Promise<Buffer>][] = [
  ['text and html', () => makeBytes()],
  ['text alone', () => makeBytes({ html_body: null })],
  ['an empty value as the whole text', () => makeBytes({ html_body: null, text_body: '{{x}}' })],
  ['empty lines at the end', () => makeBytes({ html_body: null, text_body: 'Hello\n\n\n\n' })],
  ['blanks at the ends of lines', () => makeBytes({ html_body: null, text_body: ' a  b \n\t\n  ' })],
  ['a long subject beyond ASCII', () => makeBytes({ subject: 'Grüße und  mehr 🎁 '.repeat(20) })],
  ['a reply-to with a name', () => makeBytes({ reply_to: '"Desk, the \\"first\\"" <desk@example.com>' })],
  [
    'html whose text is made',
    () =>
      makeBytes({
        text_body: null,
        html_body: '<h1>Hi</h1><a href="https://example.com/?a=1&amp;b=2">go</a>',
      }),
  ],
  ['without a way to leave', () => makeBytes({}, { unsubscribe: undefined })],
  [
    'files',
    () =>
      makeBytes(
        {},
        {
          files: [
            { name: 'logo.png', mediaType: 'image/png', contentId: 'logo', content: Buffer.alloc(5000, 'a') },
            {
              name: 'Bedingungen für alle.txt',
              mediaType: 'text/plain',
              contentId: null,
              content: Buffer.from('as agreed'),
            },
          ],
        },
      ),
  ],
]

t.test('mailauth accepts both signatures of every mail, and they cover the headers', async t => {
  for (const [name, make] of shapes) {
    const results = await verify(await make())
    t.match(
      results,
      [
        { algo: 'rsa-sha256', domain: 'example.com', result: 'pass' },
        { algo: 'ed25519-sha256', domain: 'example.com', result: 'pass' },
      ],
      name,
    )
  }
  const [one] = await verify(await makeBytes())
  for (const header of [
    'from',
    'to',
    'subject',
    'date',
    'message-id',
    'list-unsubscribe',
    'list-unsubscribe-post',
  ])
    t.ok(one!.headers.split(/[:\s]+/).includes(header), header)
})

t.test(
  'so does dkimpy',
  { skip: hasPython ? false : 'python3-dkim and python3-nacl are not installed' },
  async t => {
    for (const [name, make] of shapes) t.same(verifyByDkimpy(await make()), [true, true], name)
  },
)

t.test('whatever a message and a contact say, mailauth accepts the signature', async t => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\r\n', '\n\n\n', ' \t ', '.', '\r', 'Ü'.repeat(90)),
  )
  const property = fc.asyncProperty(text, text, text, async (subject, body, value) => {
    const clean = (words: string) => `x${words.toWellFormed().replaceAll('{{', '')}`
    const bytes = await makeBytes(
      { subject: `${clean(subject)}{{a}}`, text_body: `${clean(body)}{{a}}`, html_body: null },
      {},
      { a: value.toWellFormed() },
    )
    const results = await verify(bytes)
    assert.deepEqual(
      results.map(({ result }) => result),
      ['pass', 'pass'],
    )
  })
  await fc.assert(property, { numRuns: 100 })
  t.pass('100 mails')
})

t.test('whatever is changed on the way is found', async t => {
  const bytes = (await makeBytes()).toString('latin1')
  const changes: [name: string, changed: string][] = [
    ['the body', bytes.replace('First', 'Forst')],
    ['the subject', bytes.replace('Subject: News', 'Subject: Mews')],
    ['the link to leave', bytes.replace('/u/token', '/u/tokem')],
    ['one click', bytes.replace('One-Click', 'Two-Click')],
    ['another From', bytes.replace('From: ', 'From: eve@example.org\r\nFrom: ')],
    ['one more line', `${bytes}buy this\r\n`],
  ]
  for (const [name, changed] of changes) {
    t.not(changed, bytes, name)
    const results = await verify(Buffer.from(changed, 'latin1'))
    t.same(
      results.filter(({ result }) => result === 'pass'),
      [],
      name,
    )
  }
  const other = readDkimKeys(makeDkimKeys(t, ['rsa', 'example.com'], ['ed25519', 'example.com']))
  t.same(
    (await verify(Buffer.from(bytes, 'latin1'), listRecords(other))).filter(
      ({ result }) => result === 'pass',
    ),
    [],
  )
})

t.test('the same mail gets the same bytes', async t => {
  t.ok((await makeBytes()).equals(await makeBytes()))
})

t.test('headers are ASCII lines of at most 78 characters', async t => {
  const head = (await makeBytes()).toString('latin1').split('\r\n\r\n')[0]!
  const [, ...lines] = /^((?:DKIM-Signature:.*\r\n(?:[ \t].*\r\n)*)+)/.exec(head)![0].split('\r\n')
  t.ok(lines.length > 10)
  for (const line of lines) t.ok(line.length <= 78 && /^[\x20-\x7e]*$/.test(line), line)
})

t.test(
  'the keys of the From address sign: its domain, else the nearest above it; none for others',
  async t => {
    const domainsOf = async (sender: string) =>
      (await verify(await makeBytes({ sender }))).map(
        ({ algo, domain, result }) => `${algo} ${domain} ${result}`,
      )
    t.same(await domainsOf('News <a@news.example.net>'), ['rsa-sha256 example.net pass'])
    t.match(
      await domainsOf('"eve@example.com" <a@example.net>'),
      ['rsa-sha256 example.net pass'],
      'a name is no address',
    )
    const [unsigned] = await verify(await makeBytes({ sender: 'a@example.org' }))
    t.equal(unsigned!.result, 'none')
    const named = (...domains: string[]) => domains.map(domain => ({ domain }))
    t.same(
      chooseKeys(named('example.com', 'news.example.com'), 'news.example.com'),
      named('news.example.com'),
    )
    t.same(chooseKeys(named('com'), 'example.com'), [], 'nobody signs for a top level')
    t.same(chooseKeys(named('ample.com'), 'example.com'), [])
  },
)

t.test('a domain beyond ASCII', async t => {
  const idn = readDkimKeys(makeDkimKeys(t, ['ed25519', 'bücher.example']))
  const message = await compileMessage({ ...messageRow, sender: 'News <a@bücher.example>' })
  const signed = await createSigner(idn)(message(makeDelivery('ada@example.org')).compose().raw)
  t.match(await verify(signed, listRecords(idn)), [{ domain: 'xn--bcher-kva.example', result: 'pass' }])
})

t.test('keys that cannot be used are named, and never shown', async t => {
  const [setting] = makeDkimKeys(t, ['rsa', 'example.com', 512])
  const folder = join(setting!.file, '..')
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return { domain: 'example.com', selector: 'x', file: join(folder, name) }
  }
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  })
  const cases: [setting: typeof setting, words: RegExp][] = [
    [setting, /has 512 bits.*openssl genrsa 2048/],
    [write('text', 'SECRET'), /no private key in PEM form/],
    [write('ec.pem', String(ec)), /of the kind ec: DKIM knows rsa and ed25519/],
    [{ domain: 'example.com', selector: 'x', file: join(folder, 'nix') }, /cannot be read: ENOENT/],
  ]
  for (const [setting, message] of cases) {
    t.throws(() => readDkimKeys([setting!]), { message }, String(message))
    try {
      readDkimKeys([setting!])
    } catch (error) {
      t.notMatch((error as Error).message, /SECRET|BEGIN|\n/)
    }
  }
})
