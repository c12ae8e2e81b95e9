import t, { type Test } from 'tap'
import { checkDomain, makeResolver } from '../../src/commands/checks/domain.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { readDkimKeys } from '../../src/delivery/dkim.ts'
import { makeDkimKeys } from '../helper/dkim-keys.ts'
import { startDnsServer, type Zone } from '../helper/dns-server.ts'
import { makeShell } from './command.ts'

t.setTimeout(120_000)

const settings = makeDkimKeys(t, ['rsa', 'example.com'], ['ed25519', 'example.com'])
const [rsa, ed25519] = readDkimKeys(settings)
const config: Config = {
  ...readConfig({
    DATABASE_URL: 'postgres://u@h/x',
    SMTP_URL: 'smtp://u:secret@mail.example.com',
    MAIL_FROM: 'Shop <news@example.com>',
  }),
  dkimKeys: settings,
}

/** A domain where all is in order. */
const goodZone: Zone = {
  'TXT example.com': ['unrelated', 'v=spf1 include:_spf.example.net -all'],
  [`TXT ${rsa!.selector}._domainkey.example.com`]: [rsa!.record],
  [`TXT ${ed25519!.selector}._domainkey.example.com`]: [ed25519!.record],
  'TXT _dmarc.example.com': ['v=DMARC1; p=none; rua=mailto:dmarc@example.com'],
  'A mail.example.com': ['192.0.2.25'],
  'PTR 25.2.0.192.in-addr.arpa': ['mail.example.com'],
}

const zone: Zone = {}
const server = await startDnsServer(t, zone)

/** What is found, as `name: state text`, with changes of the zone (undefined: not there). */
async function check(
  changes: Record<string, string[] | undefined> = {},
  { domain = 'example.com', changed = {} }: { domain?: string; changed?: Partial<Config> } = {},
): Promise<string[]> {
  for (const name of Object.keys(zone)) delete zone[name]
  for (const [name, values] of Object.entries({ ...goodZone, ...changes })) if (values) zone[name] = values
  const lines: string[] = []
  for await (const { state, name, text } of checkDomain(
    { ...config, ...changed },
    domain,
    makeResolver(server),
  ))
    lines.push(`${name}: ${state} ${text}`)
  return lines
}

t.test('all is in order', async t => {
  t.match(await check(), [
    /^from: ok MAIL_FROM is of example\.com$/,
    /^spf: ok "v=spf1 include:_spf\.example\.net -all"/,
    /^dkim: ok rsa0\._domainkey\.example\.com has the key that signs, RSA of 2048 bits$/,
    /^dkim: ok ed255191\._domainkey\.example\.com has the key that signs, Ed25519$/,
    /^dmarc: ok "v=DMARC1; p=none/,
    /^ptr: ok 192\.0\.2\.25 is mail\.example\.com, and mail\.example\.com is 192\.0\.2\.25$/,
  ])
})

t.test('what is wrong, and what to put there', async t => {
  const name = `${rsa!.selector}._domainkey.example.com`
  const shown = `"${rsa!.record.slice(0, 255)}" "${rsa!.record.slice(255)}"`
  const cases: [what: string, changes: Record<string, string[] | undefined>, line: string | RegExp][] = [
    [
      'no SPF',
      { 'TXT example.com': ['x'] },
      /^spf: fail example\.com has no SPF record: add a TXT record.*v=spf1/,
    ],
    ['no TXT', { 'TXT example.com': undefined }, /^spf: fail .*no SPF record/],
    ['two SPF', { 'TXT example.com': ['v=spf1 -all', 'v=spf1 ~all'] }, /^spf: fail .*2 SPF records.*merge/],
    ['SPF for all', { 'TXT example.com': ['v=spf1 +all'] }, /^spf: fail .*lets everybody send/],
    ['open end', { 'TXT example.com': ['v=spf1 mx'] }, /^spf: note .*does not end/],
    [
      'no key',
      { [`TXT ${name}`]: undefined },
      `dkim: fail ${name} is not there: put this TXT record at ${name}: ${shown}`,
    ],
    [
      'another key',
      { [`TXT ${name}`]: [ed25519!.record] },
      /^dkim: fail .*another key than .*0\.pem: put this TXT/,
    ],
    ['revoked', { [`TXT ${name}`]: ['v=DKIM1; p='] }, /^dkim: fail .*revoked/],
    ['two keys', { [`TXT ${name}`]: ['v=DKIM1; p=AAAA', ed25519!.record] }, /^dkim: fail .*2 records/],
    ['in test', { [`TXT ${name}`]: [`${rsa!.record}; t=y`] }, /^dkim: note .*t=y/],
    [
      'as OpenDKIM writes it',
      { [`TXT ${name}`]: [rsa!.record.replace('p=MII', 'p=M II ')] },
      /^dkim: ok rsa0/,
    ],
    [
      'no DMARC',
      { 'TXT _dmarc.example.com': undefined },
      /^dmarc: fail .*put this TXT record at _dmarc\.example\.com: "v=DMARC1; p=none/,
    ],
    [
      'no policy',
      { 'TXT _dmarc.example.com': ['v=DMARC1; rua=mailto:x@example.com'] },
      /^dmarc: fail .*no policy/,
    ],
    [
      'two DMARC',
      { 'TXT _dmarc.example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
      /^dmarc: fail .*2 records/,
    ],
    ['no name', { 'PTR 25.2.0.192.in-addr.arpa': undefined }, /^ptr: note 192\.0\.2\.25 has no name.*PTR/],
    [
      'a name that leads elsewhere',
      { 'PTR 25.2.0.192.in-addr.arpa': ['host.example.net'], 'A host.example.net': ['192.0.2.1'] },
      /^ptr: note .*host\.example\.net, which has other addresses/,
    ],
    ['no such server', { 'A mail.example.com': undefined }, /^ptr: fail mail\.example\.com has no address/],
  ]
  for (const [what, changes, line] of cases) {
    const lines = await check(changes)
    t.ok(
      lines.some(found => (typeof line === 'string' ? found === line : line.test(found))),
      `${what}: ${lines.join(' | ').slice(0, 900)}`,
    )
  }
})

t.test('other domains and settings', async t => {
  const find = async (line: RegExp, ...args: Parameters<typeof check>) => {
    const lines = await check(...args)
    t.ok(
      lines.some(found => line.test(found)),
      `${line}: ${lines.join(' | ').slice(0, 900)}`,
    )
  }
  await find(/^domain: fail .*write it like example\.com/, {}, { domain: 'no domain' })
  await find(/^dmarc: ok .* at _dmarc\.example\.com/, {}, { domain: 'News.Example.com' })
  await find(
    /^from: note MAIL_FROM is of example\.com: what is said here of news\.example\.com does not help/,
    {},
    { domain: 'news.example.com' },
  )
  await find(
    /^dkim: fail no key of DKIM_KEYS signs for example\.org \(they are of example\.com\)/,
    {},
    { domain: 'example.org' },
  )
  await find(
    /^dkim: note DKIM_KEYS is not set: your mail server must sign/,
    {},
    { changed: { dkimKeys: [] } },
  )
  await find(/^dkim: note there is no RSA key/, {}, { changed: { dkimKeys: [settings[1]!] } })
  await find(
    /^dkim: fail .*cannot be read: ENOENT/,
    {},
    { changed: { dkimKeys: [{ ...settings[0]!, file: '/nix' }] } },
  )
  await find(/^ptr: note SMTP_URL is not set/, {}, { changed: { smtpUrl: undefined } as never })
  await find(/^ptr: note 127\.0\.0\.1 is this machine/, {}, { changed: { smtpUrl: 'smtp://127.0.0.1' } })
  const [short] = makeDkimKeys(t, ['rsa', 'example.com', 1024])
  const [key] = readDkimKeys([short!])
  await find(
    /^dkim: note .*RSA of 1024 bits: make one of 2048/,
    { [`TXT ${short!.selector}._domainkey.example.com`]: [key!.record] },
    { changed: { dkimKeys: [short!] } },
  )
})

t.test('return paths: a sender of their own, with records of its own', async t => {
  const at = (returnPathDomain: string) => ({ changed: { returnPathDomain } })
  const find = async (...args: Parameters<typeof check>) =>
    (await check(...args)).filter(line => line.startsWith('return: '))
  const name = 'bounces.example.com'
  const records = { [`TXT ${name}`]: ['v=spf1 ip4:192.0.2.25 -all'], [`MX ${name}`]: ['mx.example.com'] }
  t.match(await find(records, at(name)), [
    /^return: ok "v=spf1 ip4:192\.0\.2\.25 -all"/,
    /^return: ok bounces to bounces\.example\.com go to mx\.example\.com$/,
  ])
  t.match(await find({}, at(name)), [
    /^return: fail bounces\.example\.com has no SPF record: add a TXT record to bounces\.example\.com/,
    /^return: fail bounces\.example\.com has no MX record, so no bounce arrives/,
  ])
  t.match(
    await find(
      { 'TXT bounces.example.net': records[`TXT ${name}`], 'MX bounces.example.net': ['mx.example.net'] },
      at('bounces.example.net'),
    ),
    [
      /^return: note RETURN_PATH_DOMAIN is bounces\.example\.net: SPF does not count for example\.com in DMARC/,
      /ok/,
      /ok/,
    ],
  )
  t.same(await find(), [], 'without the setting nothing is asked')
})

t.test('offline it says what it could not check, and what must be there', async t => {
  const lines: string[] = []
  // nothing listens there
  for await (const { state, name, text } of checkDomain(config, 'example.com', makeResolver('127.0.0.1:1')))
    lines.push(`${name}: ${state} ${text}`)
  t.match(lines, [
    /^from: ok/,
    /^spf: note could not be checked, DNS did not answer \(E\w+\): the SPF record of example\.com$/,
    /^dkim: note could not be checked.*rsa0\._domainkey\.example\.com; it must be "v=DKIM1; k=rsa; p=/,
    /^dkim: note could not be checked.*ed255191/,
    /^dmarc: note could not be checked.*_dmarc\.example\.com$/,
    /^ptr: note could not be checked.*the addresses of mail\.example\.com$/,
  ])
})

t.test('npx daybatch doctor --domain', async t => {
  await checkCommand(t)
})

async function checkCommand(t: Test): Promise<void> {
  await check()
  const shell = await makeShell(t, {
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'Shop <news@example.com>',
    DKIM_KEYS: settings.map(({ domain, selector, file }) => `${domain}:${selector}:${file}`).join(', '),
  })
  const { stdout, stderr } = await shell.run(['doctor', '--domain', 'example.com', '--dns', server])
  t.equal(stderr, '')
  t.match(stdout, /^ {2}ok {4}dkim {6}signs for example\.com \(rsa0, rsa-sha256\), example\.com \(ed255191/m)
  const other = await shell.run(['doctor'], { env: { MAIL_FROM: 'news@example.org' } })
  t.match(other.stdout, /^ {2}note {2}dkim {6}signs for .*, and not for MAIL_FROM/m)
  const broken = await shell.run(['doctor'], { env: { DKIM_KEYS: 'example.com:x:/nix' } })
  t.match(broken.stdout, /^ {2}FAIL {2}dkim {6}.*cannot be read: ENOENT/m)
  t.match(stdout, /^ {2}ok {4}spf {7}"v=spf1/m)
  t.match(stdout, /^ {2}ok {4}dkim {6}rsa0\._domainkey/m)
  t.match(stdout, /^ {2}ok {4}dmarc {5}"v=DMARC1/m)
  t.match(await shell.run(['doctor', '--domain', 'example.com', '--dns', 'x y']), {
    code: 1,
    stderr: /no address of a DNS server/,
  })
}
