import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import pino from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { startTestCluster, withDatabase } from '../helper/cluster.ts'
import { CERTIFICATE, PASSWORD, startMailServer, USER } from '../helper/mail-server.ts'
import { insertRow } from '../helper/make.ts'
import { PROJECT } from '../helper/program.ts'
import { until } from '../helper/until.ts'
import { type Block, findMissingLine, readBlocks } from './blocks.ts'
import { Newcomer } from './newcomer.ts'

t.setTimeout(180_000)

const readme = await readFile(join(PROJECT, 'README.md'), 'utf8')
const SUPABASE_GRANT = 'grant daybatch_app to service_role'
const isDocker = ({ text }: Block) => text.startsWith('docker ')

t.test('every command of README, in order, as a newcomer types them', async t => {
  const cluster = await startTestCluster()
  t.teardown(() => cluster.stop())
  const admin = new pg.Client(cluster.url)
  await admin.connect()
  await admin.query('create database shop')
  await admin.end()
  const db = new pg.Pool({ connectionString: withDatabase(cluster.url, 'shop') })
  t.teardown(() => db.end())
  const mailServer = await startMailServer(t)
  const newcomer = await Newcomer.arrive(t, { NODE_EXTRA_CA_CERTS: CERTIFICATE })

  const { host, password } = new URL(cluster.url)
  const placeholders: [placeholder: string, value: () => Promise<string>][] = [
    // the packages of this clone are installed
    ['npm ci && ', async () => ''],
    ['postgres:secret@', async () => `postgres:${password}@`],
    ['db.example.com/', async () => `${host}/`],
    ['db.example.com:5432/', async () => `${host}/`],
    [
      'user:password@smtp.example.com:587',
      async () => `${USER}:${PASSWORD}@localhost:${mailServer.port}?requireTLS=true`,
    ],
    ['smtp.example.com:587', async () => `localhost:${mailServer.port}`],
    ['127.0.0.1:3000', async () => `127.0.0.1:${newcomer.port}`],
    [
      'LIST_ID',
      async () => (await db.query(`select id from contact_lists where name = 'Customers'`)).rows[0].id,
    ],
  ]
  const fill = async (text: string) => {
    let filled = text
    for (const [placeholder, value] of placeholders)
      if (filled.includes(placeholder)) filled = filled.replaceAll(placeholder, await value())
    return filled
  }

  const run: Record<string, (text: string, name: string) => Promise<string>> = {
    async bash(text, name) {
      if (text === 'npm start') return newcomer.startService()
      const { code, stdout, stderr } = await newcomer.type(text)
      t.equal(code, 0, `${name}: exit code 0\n${stdout}${stderr}`)
      t.notMatch(stdout, '"type":"/problems/', `${name}: HTTP has no problem with it`)
      return stdout
    },
    async ini(text) {
      await writeFile(join(newcomer.folder, '.env'), text)
      return ''
    },
    async sql(text, name) {
      const { command, rowCount, rows } = await db.query(text)
      if (command === 'INSERT') t.equal(rowCount, 1, name)
      if (text.includes('daybatch.audit')) t.same(rows, [], name)
      if (text.includes('daybatch.campaign_status')) t.equal(rows.length, 4, name)
      return ''
    },
    async js(text, name) {
      t.match(readme, `\`${SUPABASE_GRANT}\``, name)
      await runAsSupabase(db, text)
      return ''
    },
    async json(text, name) {
      const { crons, rewrites } = JSON.parse(text)
      t.equal(crons[0].path, '/api/cron/process-campaigns', name)
      t.match(rewrites[0], { source: crons[0].path, destination: new RegExp(`^https://.*${crons[0].path}$`) })
      return ''
    },
  }

  let samples = 0
  let output = ''
  for (const block of readBlocks(readme)) {
    const { language, line } = block
    const name = `README.md:${line} ${block.text.split('\n')[0]}`
    const text = await fill(block.text)
    if (isDocker(block)) {
      output = ''
    } else if (language === 'text') {
      // a sample of what the block before it prints; other texts follow no command
      if (output) {
        samples += 1
        t.equal(findMissingLine(text, output), undefined, `${name}: as printed\n${output}`)
      }
      output = ''
    } else {
      t.ok(run[language], `${name}: ${language} is something that can be run`)
      output = await run[language]!(text, name)
    }
  }
  t.equal(samples, 6, 'samples of output were compared')

  // the self-test, the campaign from files, and those by SQL, HTTP and Supabase
  await until(async () => mailServer.received.length >= 13)
  const { rows } = await db.query(
    'select name, status, jsonb_array_length(contacts_processed) as sent from campaigns order by created_at',
  )
  t.same(rows, [
    { name: 'Spring offer', status: 'completed', sent: 3 },
    { name: 'Summer offer', status: 'completed', sent: 3 },
    { name: 'Autumn offer', status: 'completed', sent: 3 },
    { name: 'Winter offer', status: 'completed', sent: 3 },
  ])
  const mails = mailServer.received.map(({ from, to, secure, user, mail }) => [
    from,
    to.join(),
    secure,
    user,
    mail.subject,
  ])
  const campaignMails = ['ada', 'grace', 'office'].flatMap(name =>
    ['An offer for', 'An offer for', 'An offer for', 'Winter offer'].map(subject => [
      'ann@example.com',
      `${name}@example.org`,
      true,
      USER,
      subject === 'Winter offer' ? subject : `${subject} ${{ ada: 'Ada', grace: 'Grace' }[name] ?? 'you'}`,
    ]),
  )
  t.same(
    mails.sort(),
    [['ann@example.com', 'you@example.org', true, USER, 'Test mail of daybatch'], ...campaignMails].sort(),
  )
  const texts = mailServer.received.map(({ mail }) => mail.text)
  t.ok(texts.includes('Hello Grace,\nour spring offer is for you and for all of New York, NY.\n'))
  t.ok(texts.includes('Hello friend,\nour spring offer is for you and for all of your town.\n'))
  t.equal(await newcomer.stopService(), 0, 'SIGTERM to npm start: exit code 0')
})

/** A Supabase client's insert: PostgREST makes one statement of it, as the role service_role. */
async function runAsSupabase(db: pg.Pool, text: string): Promise<void> {
  const client = await db.connect()
  try {
    await client.query(`create role service_role nologin bypassrls; ${SUPABASE_GRANT}; set role service_role`)
    const supabase = {
      from: (table: string) => ({ insert: (row: object) => insertRow(client, `public.${table}`, row) }),
    }
    const run = new Function('supabase', `return (async () => { ${text} })()`)
    await run(supabase)
  } finally {
    client.release(true)
  }
}

t.test(
  'the environment: README, .env.example and src/config.ts have the same variables and defaults',
  async t => {
    const source = await readFile(join(PROJECT, 'src/config.ts'), 'utf8')
    const known = [...new Set(Array.from(source.matchAll(/\((?:env, )'([A-Z_]+)'/g), match => match[1]!))]
    if (source.includes("read(env, 'MAIL_FROM')")) known.push('MAIL_FROM')
    const expected = [...new Set([...known, 'MIGRATE_DATABASE_URL'])].sort()
    const table = Array.from(readme.matchAll(/^\| `([A-Z_]+)` \|(.*?)\|.*\|$/gm), match => match.slice(1))
    t.same(table.map(([name]) => name).sort(), expected)
    const example = await readFile(join(PROJECT, '.env.example'), 'utf8')
    t.same(Array.from(example.matchAll(/^#([A-Z_]+)=/gm), match => match[1]).sort(), expected)

    const { port, stateFolder, smtpConnections, logLevel, startupTimeoutMs } = readConfig({})
    const defaults: Record<string, unknown> = {
      PORT: port,
      STATE_FOLDER: stateFolder,
      SMTP_CONNECTIONS: smtpConnections,
      LOG_LEVEL: logLevel,
      STARTUP_TIMEOUT: startupTimeoutMs / 1000,
    }
    for (const [name, value] of Object.entries(defaults)) {
      t.equal(
        table
          .find(row => row[0] === name)?.[1]
          ?.replaceAll('`', '')
          .trim(),
        String(value),
        name,
      )
      t.match(example, `#${name}=${value}\n`)
    }
  },
)

t.test('links lead somewhere', async t => {
  const headings = Array.from(readme.matchAll(/^#+ (.*)$/gm), match =>
    match[1]!.toLowerCase().replaceAll(' ', '-'),
  )
  for (const [, target = ''] of readme.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith('#')) t.ok(headings.includes(target.slice(1)), target)
    else if (!target.startsWith('https://')) await t.resolves(access(join(PROJECT, target)), target)
  }
})

t.test('the routes of the table are there', async t => {
  const pool = new pg.Pool()
  const log = pino({ level: 'silent' })
  const app = await buildApp({ db: new Daybatch(pool), config: readConfig({}), log, checks: {} })
  t.teardown(() => app.close())
  let count = 0
  for (const [, verbs = '', path = ''] of readme.matchAll(
    /`((?:GET|POST|PATCH)(?:, (?:GET|POST|PATCH))*) (\/[^`]+)`/g,
  )) {
    for (const url of expandBraces(path)) {
      for (const method of verbs.split(', ')) {
        t.ok(app.hasRoute({ method, url }), `${method} ${url}`)
        count += 1
      }
    }
  }
  t.ok(count > 20)
})

/** `/a/{id}/{start,pause}`: `/a/:id/start` and `/a/:id/pause`. */
function expandBraces(path: string): string[] {
  const [, before = '', choices = '', after = ''] = /^(.*)\{(\w+(?:,\w+)+)\}(.*)$/.exec(path) ?? []
  const paths = choices ? choices.split(',').map(choice => before + choice + after) : [path]
  return paths.map(one => one.replaceAll(/\{(\w+)\}/g, ':$1'))
}
