import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase, type TestDatabase } from '../helper/database.ts'
import { startMailServer } from '../helper/mail-server.ts'
import { makeCampaign, runBatch } from '../helper/make.ts'
import { mailSettings, makeShell } from './command.ts'

t.setTimeout(300_000)

/** Runs the doctor and returns what it found: name -> `state text`. */
async function runDoctor(t: Test, env: Record<string, string>) {
  const shell = await makeShell(t, env)
  const { code, stdout, stderr } = await shell.run(['doctor'])
  t.equal(stderr, '')
  const lines = [...stdout.matchAll(/^ {2}(ok|note|FAIL) +(\S+) +(.*)$/gm)]
  const findings: Record<string, string> = {}
  for (const [, state, name, text] of lines) findings[name!] = `${state} ${text}`
  return {
    code,
    findings,
    failed: lines.filter(([, state]) => state === 'FAIL').map(match => match[2]),
    stdout,
  }
}

t.test('all is in order: one line each, exit code 0, nothing sent', async t => {
  const { serverUrl, mail } = await makeWorld(t)
  const { code, findings, stdout } = await runDoctor(t, serverUrl)
  t.match(findings, {
    database: /^ok PostgreSQL \d+\.\d+ at 127\.0\.0\.1:\d+\/\S+ as daybatch_test_service$/,
    schema: /^ok migrated/,
    extension: /^ok plpgsql/,
    roles: 'ok all are there',
    pooler: /^ok/,
    rights: /^ok daybatch_test_service is in daybatch_service$/,
    'pg-boss': /^ok schema 46, both queues/,
    engine: /^ok awake$/,
    clock: /^ok .*0\.\d\d s/,
    notices: /^ok/,
    identity: /^ok/,
    audit: /^ok no campaign is active$/,
    service: /^note none delivers.*npx daybatch serve$/,
    smtp: /^ok localhost:\d+ takes mails: .*logged in as user$/,
    sender: 'ok Example Shop <news@example.com>',
  })
  t.match(stdout, /\nall is in order; nothing was sent\n$/)
  t.equal(code, 0)
  t.same(mail.received, [])
})

t.test('for monitoring: --strict tells of notes by exit code 2, of failures by 1', async t => {
  const { database, serverUrl } = await makeWorld(t)
  const shell = await makeShell(t, serverUrl)
  t.match(await shell.run(['doctor', '--strict']), { code: 2, stdout: /note {2}workers +none was seen/ })
  t.match(await shell.run(['doctor', '--help']), {
    code: 0,
    stdout: /Exit code: 0 .*; 1 .*; with --strict 2/,
  })
  await database.pool.query('alter table daybatch.claims set (autovacuum_enabled = off)')
  t.match(await shell.run(['doctor', '--strict']), { code: 1, stdout: /FAIL {2}vacuum +autovacuum is off/ })
})

t.test('what is wrong with the database, and what to do', async t => {
  const changes: [name: string, change: (db: TestDatabase) => Promise<unknown>, line: RegExp][] = [
    [
      'engine',
      db => db.pool.query('update daybatch.settings set taken_over_at = null'),
      /asleep.*daybatch\.take_over\(true\)/,
    ],
    [
      'clock',
      db => setClock(db.pool, '2020-01-01T00:00:00Z'),
      /current_moment\(\) is \d+ s off.*npx daybatch migrate/,
    ],
    [
      'pg-boss',
      db => db.pool.query(`select pgboss.delete_queue('daybatch.sweep')`),
      /no queue daybatch\.sweep: npx daybatch migrate/,
    ],
    [
      'schema',
      db => db.pool.query('delete from daybatch.migrations where id > 3'),
      /older than this program: run npx daybatch migrate/,
    ],
    [
      'extension',
      db => db.pool.query('drop extension plpgsql cascade'),
      /plpgsql was dropped.*restore a backup/,
    ],
    [
      'schema',
      db =>
        db.pool.query(
          `create or replace function daybatch.contract_version() returns integer language sql set search_path = '' as 'select 2'`,
        ),
      /newer than this program: deploy the newer program/,
    ],
    ['audit', breakBookkeeping, /1 disagreements: select \* from daybatch\.audit/],
  ]
  for (const [name, change, line] of changes) {
    await t.test(name, async t => {
      const { database, serverUrl } = await makeWorld(t)
      await change(database)
      const { code, findings, failed } = await runDoctor(t, serverUrl)
      t.match(findings[name], line)
      t.same(failed, [name], 'nothing else is blamed')
      t.equal(code, 1)
    })
  }

  await t.test('a login without rights, and one with too many', async t => {
    const { database, serverUrl } = await makeWorld(t)
    const { code, findings } = await runDoctor(t, { ...serverUrl, DATABASE_URL: database.url })
    t.match(findings.rights, /^note postgres is a superuser/)
    t.match(findings.audit, /^ok arrays and ledger agree$/, 'all campaigns, for a login that may look')
    t.equal(code, 0)

    const login = `stranger_${database.name}`.slice(0, 60)
    await database.pool.query(`create role ${login} login password 'x'`)
    t.teardown(() => dropLogin(database, login))
    const url = new URL(database.url)
    url.username = login
    url.password = 'x'
    const stranger = await runDoctor(t, { ...serverUrl, DATABASE_URL: url.href })
    t.match(stranger.findings.schema, new RegExp(`^FAIL .*grant daybatch_service to ${login}`))
    t.equal(stranger.code, 1)
  })

  await t.test('not migrated, not there, not answering, not set', async t => {
    const { serverUrl } = await makeWorld(t)
    const empty = await createTestDatabase(t, { empty: true })
    const check = async (url: string, words: RegExp) => {
      const { code, findings, failed } = await runDoctor(t, { ...serverUrl, DATABASE_URL: url })
      t.match(Object.values(findings).join('\n'), words)
      t.equal(failed.length, 1)
      t.equal(code, 1)
      t.match(findings.smtp, /^ok/, 'the rest is checked all the same')
    }
    await check(empty.url, /FAIL database \S+ is not migrated: run npx daybatch migrate/)
    const other = new URL(empty.url)
    other.pathname = '/nix'
    await check(other.href, /database "nix" does not exist: create it, then run npx daybatch migrate/)
    other.password = 'wrong'
    await check(other.href, /password authentication failed.*DATABASE_URL/)
    await check('postgres://u@127.0.0.1:1/x', /127\.0\.0\.1:1\/x did not answer.*ECONNREFUSED.*DATABASE_URL/)
    const { SMTP_URL: _, ...unset }: Record<string, string> = serverUrl
    const { findings, code } = await runDoctor(t, { ...unset, DATABASE_URL: '' })
    t.match(findings.database, /no embedded database runs in \.daybatch: start one by npx daybatch serve/)
    t.match(findings.smtp, /^ok the embedded mailbox/)
    t.equal(code, 1)
  })

  await t.test('a database that was restored behind what the service has seen', async t => {
    const { database, serverUrl } = await makeWorld(t)
    const shell = await makeShell(t, serverUrl)
    const { rows } = await database.pool.query('select installation_id from daybatch.settings')
    await shell.run(['doctor'])
    const memory = { installation_id: rows[0].installation_id, high_water: '17' }
    await writeFile(join(shell.folder, 'installation.json'), JSON.stringify(memory))
    const { code, stdout } = await shell.run(['doctor'], { env: { STATE_FOLDER: '.' } })
    t.match(stdout, /FAIL {2}identity {2}.*restored or lost commits.*sql\/README\.md/)
    t.equal(code, 1)
  })
})

t.test('what is wrong with the mail server, and what to do', async t => {
  const { mail, serverUrl } = await makeWorld(t)
  const settings: [env: Record<string, string>, name: string, line: RegExp][] = [
    [{ SMTP_URL: '' }, 'smtp', /SMTP_URL is not set, nothing is sent/],
    [{ MAIL_FROM: '' }, 'sender', /MAIL_FROM is not set/],
    [{ MAIL_FROM: 'News <news@-example.com>' }, 'sender', /MAIL_FROM: .*the domain is not valid/],
    [
      { SMTP_URL: `smtp://user:wrong@localhost:${mail.port}` },
      'smtp',
      /535 5\.7\.8 .*correct user and password/,
    ],
    [{ SMTP_URL: `smtp://localhost:${mail.port}?x=1` }, 'smtp', /unknown setting x/],
    [{ SMTP_URL: 'smtp://127.0.0.1:1' }, 'smtp', /ECONNREFUSED.*correct host and port/],
    [{ SMTP_URL: `smtps://localhost:${mail.port}` }, 'smtp', /./],
    [{ NODE_EXTRA_CA_CERTS: '' }, 'smtp', /self-signed certificate.*NODE_EXTRA_CA_CERTS/],
  ]
  for (const [env, name, line] of settings) {
    const { code, findings, failed } = await runDoctor(t, { ...serverUrl, ...env })
    t.match(findings[name], line, JSON.stringify(env))
    t.same(failed, [name])
    t.equal(code, 1)
  }
  t.same(mail.received, [])
})

t.test('a setting that cannot be used ends it in one line', async t => {
  const shell = await makeShell(t)
  const { code, stdout, stderr } = await shell.run(['doctor'], { env: { PORT: 'x' } })
  t.match(
    { code, stdout, stderr },
    { code: 1, stdout: '', stderr: 'daybatch: PORT is x: set a whole number from 0 to 65535\n' },
  )
})

async function makeWorld(t: Test) {
  const database = await createTestDatabase(t)
  const mail = await startMailServer(t)
  return { database, mail, serverUrl: { DATABASE_URL: database.serviceUrl, ...mailSettings(mail) } }
}

/** A campaign whose arrays do not add up, as only a superuser with the engine's marker can make one. */
async function breakBookkeeping({ pool }: TestDatabase): Promise<void> {
  const { id } = await makeCampaign(pool, { contacts: 3, limit: 2 })
  await runBatch(pool, id)
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`set local daybatch.engine_writes = 'on'`)
    await client.query('update campaigns set total_contacts = 4 where id = $1', [id])
    await client.query('commit')
  } finally {
    client.release()
  }
}

async function dropLogin({ pool }: TestDatabase, login: string): Promise<void> {
  await pool.query(`drop role ${login}`)
}
