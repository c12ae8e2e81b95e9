import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dkimVerify } from 'mailauth'
import { simpleParser } from 'mailparser'
import PostalMime from 'postal-mime'
import t, { type Test } from 'tap'
import { listProcesses, PROJECT, startProgram } from '../helper/program.ts'
import { until } from '../helper/until.ts'

/** Servers that a demo must not touch: nothing listens there, so a demo that tried would fail. */
const REAL_SERVERS = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/real',
  SMTP_URL: 'smtp://127.0.0.1:1',
  MAIL_FROM: 'Example Shop <news@example.com>',
  API_KEY: 'key',
  PGSSLMODE: 'verify-full',
  // a notice would be a mail more, a read mailbox one bounce less
  NOTICE_MAIL: 'ops@example.com',
  NOTICE_WEBHOOK: 'https://127.0.0.1:1/hook',
  BOUNCE_MAILBOX: 'maildir:/nowhere',
  RETURN_PATH_DOMAIN: 'bounces.example.com',
  DKIM_KEYS: 'example.com:mail:/nowhere.pem',
  PUBLIC_URL: 'https://example.com',
}

// run bare, a test file has 30 s; a demo takes about 20, on a busy machine more
t.setTimeout(900_000)

/** What mailauth says of a signature; its own types say less. */
interface Verified {
  status: { result: string }
  signingDomain: string
  signingHeaders: { keys: string }
}

/** A folder to start the demo in (with an .env of real servers), and one for what it makes. */
async function makeFolders(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-demo-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const env = Object.entries(REAL_SERVERS).map(([name, value]) => `${name}="${value}"\n`)
  await writeFile(join(folder, '.env'), env.join(''))
  const made = await mkdtemp(join(folder, 'tmp-'))
  return { folder, made }
}

function startDemo(args: string[], { folder, made }: { folder: string; made: string }) {
  return startProgram([process.execPath, join(PROJECT, 'scripts/demo.ts'), ...args], {
    cwd: folder,
    env: { ...REAL_SERVERS, TMPDIR: made },
  })
}

/** What a demo leaves behind: its mails, and nothing else. */
async function readMails(t: Test, made: string) {
  const [demo, ...others] = await readdir(made)
  t.same(others, [], 'one folder')
  t.same(await readdir(join(made, demo!)), ['mailbox'], 'the database is gone')
  const mailbox = join(made, demo!, 'mailbox')
  const files = (await readdir(mailbox)).filter(name => name.endsWith('.eml'))
  const mails = await Promise.all(files.map(async name => simpleParser(await readFile(join(mailbox, name)))))
  return { mailbox, mails }
}

t.test('17 contacts, 5 a batch: the timeline, the proof, the mails, and nothing left behind', async t => {
  const folders = await makeFolders(t)
  const { code, stdout, stderr } = await startDemo([], folders).ended
  t.equal(stderr, '')
  t.equal(code, 0, stdout)
  t.match(stdout, /17 rows: 17 new contacts, 17 added to the list/)
  t.match(stdout, /insert into campaigns \([^)]*daily_send_limit, contact_list_ids, batch_interval, status\)/)
  const batches = [...stdout.matchAll(/day (\d) {2}batch (\d): (\d mails?, .*)$/gm)].map(match =>
    match.slice(1),
  )
  t.same(batches, [
    ['1', '1', '5 mails, 12 remaining'],
    ['2', '2', '5 mails, 7 remaining'],
    ['3', '3', '5 mails, 2 remaining'],
    ['4', '4', '2 mails, campaign complete'],
  ])
  const findings = [...stdout.matchAll(/^ {3}(ok|WRONG) +(.*?) +([\d.]+)(?: s)? {3}\(/gm)].map(match =>
    match.slice(1),
  )
  t.match(findings, [
    ['ok', 'mails accepted by the SMTP server', '17'],
    ['ok', 'distinct recipients', '17'],
    ['ok', 'mails sent, as the database has it', '17'],
    ['ok', 'largest batch', '5'],
    ['ok', 'smallest distance between batches', /^[4-9]/],
    ['ok', 'batches within limit and interval', '4'],
    ['ok', 'contacts or addresses mailed twice', '0'],
    ['ok', 'rows in daybatch.audit', '0'],
  ])
  t.equal(findings.length, 8)
  for (const view of ['daily_limit_proof', 'no_duplicates_proof', 'audit'])
    t.match(stdout, `(daybatch.${view})`, view)

  const { mailbox, mails } = await readMails(t, folders.made)
  t.match(stdout, `The 17 mails are the .eml files in ${mailbox}`)
  t.equal(mails.length, 17)
  const csv = await readFile(join(PROJECT, 'scripts/demo/contacts.csv'), 'utf8')
  const addresses = csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => line.slice(0, line.indexOf(',')))
  t.same(mails.map(({ to }) => [to].flat()[0]!.text).sort(), addresses.sort())
  const subjects = mails.map(({ subject }) => subject)
  t.ok(subjects.includes('Good morning, Kurt'))
  t.ok(subjects.includes('Good morning, dear reader'), 'the contact without a name')
  t.same(await listProcesses(folders.made), [], 'no process')
  await checkByOthers(t, mailbox)
})

/**
 * Every mail as a parser and a DKIM verifier of other makes read it: both bodies, one recipient, how one leaves, and a
 * good signature that covers this.
 */
async function checkByOthers(t: Test, mailbox: string): Promise<void> {
  const record = await readFile(join(mailbox, 'demo._domainkey.demo.example.txt'), 'utf8')
  const files = (await readdir(mailbox)).filter(name => name.endsWith('.eml'))
  t.equal(files.length, 17)
  for (const file of files) {
    const bytes = await readFile(join(mailbox, file))
    const mail = await PostalMime.parse(bytes)
    t.equal(mail.to?.length, 1)
    t.match(mail.text, /^Hello .*, this is the mail of your day\.\n?$/)
    t.match(mail.html, /^<p>Hello <b>.*<\/b>, this is the mail of your day\.<\/p>\n?$/)
    const headers = mail.headers.filter(({ key }) => key.startsWith('list-unsubscribe'))
    t.match(headers, [
      { key: 'list-unsubscribe', value: /^<https:\/\/demo\.example\/u\/[0-9a-f]{52}>$/ },
      { key: 'list-unsubscribe-post', value: 'List-Unsubscribe=One-Click' },
    ])
    t.equal(headers.length, 2)
    const { results } = await dkimVerify(bytes, {
      resolver: async name => [[name === 'demo._domainkey.demo.example' ? record.trim() : '']],
    })
    const [{ status, signingDomain, signingHeaders } = {} as never, ...others] =
      results as unknown as Verified[]
    t.match(
      { result: status.result, signingDomain, others },
      { result: 'pass', signingDomain: 'demo.example', others: [] },
    )
    t.match(signingHeaders.keys.toLowerCase(), /from.*list-unsubscribe.*list-unsubscribe-post/s)
  }
}

t.test('a file of your own: a byte order mark, semicolons, and rows that are named and left out', async t => {
  const folders = await makeFolders(t)
  const rows = [
    '\ufeffE-Mail;First Name;City',
    'ada@example.org;Ada;"London; UK"',
    'not-an-address;X;Y',
    ';Nobody;',
    'grace@example.org;Grace;New York',
    'ADA@example.org;Ada again;',
    'kurt@example.org;Kurt',
    'alan@example.org;Alan;London',
    'emmy@example.org;;',
  ]
  await writeFile(join(folders.folder, 'my.csv'), rows.map(row => `${row}\r\n`).join(''))
  const { code, stdout, stderr } = await startDemo(['--contacts', 'my.csv', '--limit', '3'], folders).ended
  t.equal(stderr, '')
  t.equal(code, 0, stdout)
  t.match(stdout, /8 rows: 4 new contacts, 4 added to the list "Demo contacts", 4 rejected\n/)
  const rejected = [...stdout.matchAll(/^ +line (\d+): /gm)].map(([, line]) => Number(line))
  t.same(rejected, [3, 4, 6, 7])
  t.match(stdout, /batch 1: 3 mails, 1 remaining\n.*batch 2: 1 mail, campaign complete\n/)
  const { mails } = await readMails(t, folders.made)
  t.same(mails.map(({ to }) => [to].flat()[0]!.text).sort(), [
    'ada@example.org',
    'alan@example.org',
    'emmy@example.org',
    'grace@example.org',
  ])
})

t.test('Ctrl-C stops everything and leaves nothing, early and late', async t => {
  for (const moment of [/1\. Start the service/, /batch 1: 5 mails/]) {
    const folders = await makeFolders(t)
    const demo = startDemo([], folders)
    await until(async () => moment.test(demo.output()), 120_000)
    demo.child.kill('SIGINT')
    t.match(await demo.ended, { code: 130, stderr: 'SIGINT: stopping\n' })
    t.same(await readdir(folders.made), [])
    t.same(await listProcesses(folders.made), [])
  }
})

t.test('what cannot be done is said before anything is started', async t => {
  const folders = await makeFolders(t)
  const wrong: [args: string[], words: RegExp][] = [
    [['--limit', '0'], /'--limit <mails>' argument '0' is invalid\. Give a whole number, at least 1\./],
    [['--contacts', 'nobody.csv'], /npm run demo: there is no file .*nobody\.csv\n$/],
    [['--contacts', '.'], /is not a file\n$/],
  ]
  for (const [args, words] of wrong) {
    const { code, stdout, stderr } = await startDemo(args, folders).ended
    t.match({ code, stdout, stderr }, { code: 1, stdout: '', stderr: words })
  }
  await writeFile(join(folders.folder, 'phones.csv'), 'name,phone\nAda,1\n')
  const { code, stderr } = await startDemo(['--contacts', 'phones.csv'], folders).ended
  t.match({ code, stderr }, { code: 1, stderr: /no e-mail column; nothing was imported.*name, phone/ })
  t.same(await readdir(folders.made), [])
})
