import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { simpleParser } from 'mailparser'
import t, { type Test } from 'tap'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { type MailboxEntry, startMailbox } from '../../src/embedded/mailbox.ts'
import { makeMail } from './mail.ts'

const permit = async () => {}

async function makeFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-mailbox-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function connect(t: Test, url: string, connections = 5) {
  const transport = createSmtpTransport({ url, connections })
  t.teardown(() => transport.close({ force: true }))
  return (email: string) => transport.send(makeMail(email), { permit })
}

async function readLedger(folder: string): Promise<MailboxEntry[]> {
  const text = await readFile(join(folder, 'ledger.jsonl'), 'utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}

t.test('a mail is kept as it was sent', async t => {
  const mailbox = await startMailbox({ folder: await makeFolder(t) })
  t.teardown(() => mailbox.stop())
  t.match(mailbox.url, /^smtp:\/\/127\.0\.0\.1:\d+$/)
  t.equal(mailbox.count(), 0)
  const reply = await connect(t, mailbox.url)('ada@example.org')
  t.match(reply, { stage: 'message', reply_code: 250, enhanced_code: '2.0.0' })
  const [entry] = await readLedger(mailbox.folder)
  t.match(entry, { message_id: '<key-ada@example.org>', from: 'news@example.org', to: ['ada@example.org'] })
  t.equal(mailbox.count(), 1)
  const bytes = await readFile(join(mailbox.folder, entry!.file))
  t.equal(bytes.length, entry!.bytes)
  const mail = await simpleParser(bytes)
  t.equal(mail.subject, 'News for Ada')
  t.match(mail.html, /<p>Hello Ada<\/p>/)
  t.equal(mail.date?.toISOString(), '2026-01-31T09:00:00.000Z')
})

t.test('many at once, over restarts', async t => {
  const folder = await makeFolder(t)
  for (const run of [1, 2]) {
    const mailbox = await startMailbox({ folder })
    const send = connect(t, mailbox.url)
    await Promise.all(Array.from({ length: 50 }, (_, index) => send(`c${run}-${index}@example.org`)))
    t.equal(mailbox.count(), 50 * run)
    await mailbox.stop()
  }
  const entries = await readLedger(folder)
  t.equal(new Set(entries.map(({ file }) => file)).size, 100)
  t.equal(new Set(entries.map(({ to }) => to[0])).size, 100)
  t.equal((await readdir(folder)).filter(name => name.endsWith('.eml')).length, 100)
})

t.test('what a crash left unfinished is cut off', async t => {
  const folder = await makeFolder(t)
  const first = await startMailbox({ folder })
  await connect(t, first.url)('ada@example.org')
  await first.stop()
  await appendFile(join(folder, 'ledger.jsonl'), '{"at":"2026-01-31T09:0')
  await writeFile(join(folder, 'x.eml.tmp'), 'half a ma')
  const mailbox = await startMailbox({ folder })
  t.teardown(() => mailbox.stop())
  t.equal(mailbox.count(), 1)
  await connect(t, mailbox.url)('bob@example.org')
  t.same(
    (await readLedger(folder)).map(({ to }) => to[0]),
    ['ada@example.org', 'bob@example.org'],
  )
  t.same(
    (await readdir(folder)).filter(name => name.endsWith('.tmp')),
    [],
  )
})

t.test('whatever was answered with 250 is there after a kill -9', async t => {
  const folder = await makeFolder(t)
  const program = join(import.meta.dirname, '../helper/mailbox-process.ts')
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [url] = await once(createInterface(child.stdout), 'line')
  const send = connect(t, url, 10)
  const sent: string[] = []
  const ends = Array.from({ length: 300 }, async (_, index) => {
    const email = `c${index}@example.org`
    const { stage, reply_code } = await send(email)
    if (stage !== 'message' || reply_code !== 250) return
    sent.push(email)
    if (sent.length === 60) child.kill('SIGKILL')
  })
  await Promise.all(ends)
  t.ok(sent.length >= 60 && sent.length < 300, `killed after ${sent.length}`)
  const mailbox = await startMailbox({ folder })
  t.teardown(() => mailbox.stop())
  const kept = new Map((await readLedger(folder)).map(entry => [entry.to[0], entry]))
  for (const email of sent) {
    const entry = kept.get(email)
    const bytes = entry && (await readFile(join(folder, entry.file)))
    if (bytes?.length !== entry?.bytes || !bytes) t.fail(`${email} was accepted and is not there`)
  }
})

t.test('a port in use is said in one line', async t => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as { port: number }
  await t.rejects(startMailbox({ folder: await makeFolder(t), port }), {
    message: new RegExp(`cannot listen on port ${port}`),
  })
})
