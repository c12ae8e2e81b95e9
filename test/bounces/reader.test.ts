import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { BounceReader, openMailbox } from '../../src/bounces/reader.ts'
import type { BounceReport } from '../../src/db/rows.ts'
import { startDovecot } from '../helper/dovecot.ts'
import * as mails from './mails.ts'

const tokenOf = (n: number) => `0001${String(n).padStart(48, '0')}`
const bounceOf = (n: number) => mails.postfix({ to: `bounce+${tokenOf(n)}@bounces.example.com` })

/** Takes reports down; `problem` is what the database answers instead. */
function makeDatabase() {
  const tokens: string[] = []
  const db = {
    tokens,
    problem: undefined as Error | undefined,
    async unsubscribeByToken() {
      return true
    },
    async recordBounces({ reports }: { reports: BounceReport[] }) {
      if (db.problem) throw db.problem
      tokens.push(...(reports[0]!.tokens ?? []))
      return [
        {
          place: 1,
          result: 'recorded' as const,
          kind: null,
          campaign_id: null,
          delivery_id: null,
          suppressed: false,
        },
      ]
    },
  }
  return db
}

function makeReader(url: string) {
  const db = makeDatabase()
  const lines: object[] = []
  const log = {
    info: (details: object, message: string) => lines.push({ ...details, message }),
    warn: (details: object, message: string) => lines.push({ ...details, message }),
  }
  return { db, lines, reader: new BounceReader({ db, mailbox: openMailbox(url), log, intervalMs: 10 }) }
}

const away = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
const refusal = Object.assign(new Error('no'), { code: 'MB017' })

async function makeMaildir(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-maildir-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const name of ['new', 'cur', 'tmp']) await mkdir(join(folder, name))
  return folder
}

t.test('a maildir: new mails are read in their order, once, and marked as seen', async t => {
  const folder = await makeMaildir(t)
  const { db, lines, reader } = makeReader(`maildir:${folder}`)
  await reader.readOnce()
  t.same(lines, [], 'nothing to tell of an empty one')
  for (const n of [1, 2]) await writeFile(join(folder, 'new', `177244200${n}.M1P1.host`), bounceOf(n))
  await writeFile(join(folder, 'new', '1772442003.M1P1.host'), mails.absence({ to: 'x@example.com' }))
  await writeFile(join(folder, 'new', '1772442004.M1P1.host'), '')
  await writeFile(join(folder, 'tmp', '1772442005.M1P1.host'), bounceOf(5))
  await reader.readOnce()
  t.same(db.tokens, [tokenOf(1), tokenOf(2)])
  t.match(lines, [{ recorded: 2, none: 2, mailbox: `maildir ${folder}` }])
  t.same(await readdir(join(folder, 'new')), [])
  t.same((await readdir(join(folder, 'cur'))).sort()[0], '1772442001.M1P1.host:2,S')
  await reader.readOnce()
  t.equal(db.tokens.length, 2)
})

t.test('while the database is away mails stay new; what it refuses is done', async t => {
  const folder = await makeMaildir(t)
  const { db, lines, reader } = makeReader(`maildir:${folder}`)
  for (const n of [1, 2]) await writeFile(join(folder, 'new', `${n}.host`), bounceOf(n))
  db.problem = away
  await reader.readOnce()
  t.match(lines, [{ err: away, message: /trying again/ }])
  t.equal((await readdir(join(folder, 'new'))).length, 2)
  db.problem = refusal
  await reader.readOnce()
  t.match(lines[1], { refused: 2 })
  t.equal((await readdir(join(folder, 'new'))).length, 0)
})

t.test('it reads again and again until it is stopped, and survives a folder that is not there', async t => {
  const folder = await makeMaildir(t)
  const { db, reader } = makeReader(`maildir:${folder}`)
  reader.start()
  await writeFile(join(folder, 'tmp', '1'), bounceOf(1))
  await rename(join(folder, 'tmp', '1'), join(folder, 'new', '1'))
  while (db.tokens.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  await reader.stop()
  const nowhere = makeReader('maildir:/nowhere')
  await nowhere.reader.readOnce()
  t.match(nowhere.lines, [{ mailbox: 'maildir /nowhere', message: /could not be read/ }])
})

t.test('an IMAP server: unseen mails are read once and marked as seen', async t => {
  const dovecot = await startDovecot(t)
  if (!dovecot) return
  const { db, lines, reader } = makeReader(dovecot.url)
  for (const n of [1, 2]) await dovecot.deliver(`177244200${n}.M1P1.host`, bounceOf(n))
  await dovecot.deliver('1772442003.M1P1.host', bounceOf(3).replace('Hello\r\n', 'x\r\n'.repeat(800_000)))
  db.problem = away
  await reader.readOnce()
  t.match(lines, [{ err: away }])
  db.problem = undefined
  await reader.readOnce()
  t.same(
    db.tokens.toSorted(),
    [tokenOf(1), tokenOf(2), tokenOf(3)],
    'after the database was away, and a long one',
  )
  t.match(lines[1], { recorded: 3, mailbox: /^IMAP 127\.0\.0\.1:\d+\/INBOX$/ })
  await reader.readOnce()
  t.equal(db.tokens.length, 3, 'seen ones are not read again')
  await dovecot.deliver('1772442004.M1P1.host', bounceOf(4))
  await reader.readOnce()
  t.same(db.tokens.at(-1), tokenOf(4))
  t.notMatch(JSON.stringify(lines), new RegExp(dovecot.password), 'no password in the log')
})

t.test('an IMAP server that refuses or is not there', async t => {
  const nowhere = makeReader('imap://user:the-password@127.0.0.1:1/INBOX')
  await nowhere.reader.readOnce()
  t.match(nowhere.lines, [{ message: /trying again/, mailbox: 'IMAP 127.0.0.1:1/INBOX' }])
  const dovecot = await startDovecot(t)
  if (!dovecot) return
  const { lines, reader } = makeReader(dovecot.url.replace(dovecot.password, 'the-wrong-password'))
  await reader.readOnce()
  t.match(lines, [{ message: /trying again/ }])
  t.notMatch(JSON.stringify(lines), /the-wrong-password/)
})
