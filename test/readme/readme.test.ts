import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import pino from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { USER } from '../helper/mail-server.ts'
import { PROJECT } from '../helper/program.ts'
import { until } from '../helper/until.ts'
import { type Block, findMissingLine, readBlocks } from './blocks.ts'
import { makeWorld, runners, SUPABASE_GRANT, type World } from './world.ts'

t.setTimeout(300_000)

const readme = await readFile(join(PROJECT, 'README.md'), 'utf8')
const isDocker = ({ text }: Block) => text.startsWith('docker ')

t.test('every command of README, in order, as a newcomer types them', async t => {
  const world = await makeWorld(t)
  t.match(readme, `\`${SUPABASE_GRANT}\``)
  let samples = 0
  let output = ''
  for (const block of readBlocks(readme)) {
    const text = await world.fill(block.text)
    if (isDocker(block)) {
      output = ''
    } else if (block.language === 'text') {
      // a sample of what the block before it prints; other texts follow no command
      if (output) {
        samples += 1
        t.equal(findMissingLine(text, output), undefined, `README.md:${block.line}: as printed`, { output })
      }
      output = ''
    } else {
      await t.test(`README.md:${block.line} ${block.text.split('\n')[0]}`, async t => {
        const run = runners[block.language]
        if (!run) throw new Error(`a block of ${block.language} is nothing that can be run`)
        output = await run(t, world, text)
      })
    }
  }
  t.equal(samples, 7, 'samples of output were compared')
  await checkMails(t, world)
  t.equal(await world.newcomer.stopService(), 0, 'SIGTERM to npm start: exit code 0')
})

/** The test mail, the campaign that was made from files, and those by SQL, HTTP and Supabase. */
async function checkMails(t: Test, { db, mailServer: { received } }: World): Promise<void> {
  await until(async () => received.length >= 17)
  // what would be one too many comes before the campaigns are complete
  const readCampaigns =
    'select name, status, jsonb_array_length(contacts_processed) as sent from campaigns order by created_at'
  await until(async () => (await db.query(readCampaigns)).rows.every(({ status }) => status === 'completed'))
  t.same(
    (await db.query(readCampaigns)).rows,
    ['Spring', 'Late', 'Summer', 'Autumn', 'Winter'].map(name => ({
      name: `${name} offer`,
      status: 'completed',
      sent: 3,
    })),
  )
  t.ok(
    received.every(({ from, secure, user }) => from === 'news@example.com' && secure && user === USER),
    'all from MAIL_FROM, by TLS and login',
  )
  const offers = ['An offer for', 'An offer for', 'An offer for', 'Late offer', 'Winter offer']
  const expected = ['Ada', 'Grace', 'office'].flatMap(name =>
    offers.map(subject => {
      const whom = name === 'office' ? 'you' : name
      return `${name.toLowerCase()}@example.org: ${subject}${subject.endsWith(' for') ? ` ${whom}` : ''}`
    }),
  )
  t.same(
    received.map(({ to, mail }) => `${to}: ${mail.subject}`).sort(),
    ['you@example.org: Test mail of daybatch', 'you@example.org: An offer for Ada', ...expected].sort(),
    'each contact has one mail of each campaign',
  )
  const texts = received.map(({ mail }) => mail.text)
  t.ok(texts.includes('Hello Grace,\nour spring offer is for you and for all of New York, NY.\n'), 'fields')
  t.ok(texts.includes('Hello friend,\nour spring offer is for you and for all of your town.\n'), 'defaults')
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
  const listHeadings = (text: string) =>
    Array.from(text.matchAll(/^#+ (.*)$/gm), match => match[1]!.toLowerCase().replaceAll(' ', '-'))
  for (const [, target = ''] of readme.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith('https://')) continue
    const [path = '', heading] = target.split('#')
    if (path !== '') await t.resolves(access(join(PROJECT, path)), target)
    if (heading === undefined) continue
    const text = path === '' ? readme : await readFile(join(PROJECT, path), 'utf8')
    t.ok(listHeadings(text).includes(heading), target)
  }
})

t.test('the routes of the table are there', async t => {
  const pool = new pg.Pool()
  const log = pino({ level: 'silent' })
  const app = await buildApp({ db: new Daybatch(pool), config: readConfig({}), log, checks: {} })
  t.teardown(() => app.close())
  let count = 0
  for (const [, verbs = '', path = ''] of readme.matchAll(
    /`((?:GET|POST|PATCH|DELETE)(?:, (?:GET|POST|PATCH|DELETE))*) (\/[^`?]+)(?:\?[^`]*)?`/g,
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
  const [, before = '', choices = '', after = ''] = /^(.*)\{([\w-]+(?:,[\w-]+)+)\}(.*)$/.exec(path) ?? []
  const paths = choices ? choices.split(',').map(choice => before + choice + after) : [path]
  return paths.map(one => one.replaceAll(/\{(\w+)\}/g, ':$1'))
}
