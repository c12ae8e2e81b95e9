import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import type { Bench, BenchContext, Row } from '../bench.ts'
import { type Database, listSlowest, startServer } from '../world/database.ts'
import { readPeakMemory } from '../world/processes.ts'

const CLI = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url))
const CONTACTS = { short: 20_000, long: 1_000_000 }
const RUNS = { short: 1, long: 2 }
/** Memory is looked at as often (ms); the system keeps the peak. */
const LOOK_MS = 50

export const bench: Bench = {
  name: 'import',
  about: 'A CSV file of 1,000,000 contacts onto a list, by the command, against \\copy of the same file.',
  run,
}

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const contacts = CONTACTS[size]
  const file = join(context.folder, 'contacts.csv')
  await pipeline(Readable.from(makeLines(contacts)), createWriteStream(file))
  const server = await startServer(context)
  const rate = (ms: number) => (1000 * contacts) / ms
  const imported: number[] = []
  const memory: number[] = []
  const copied: number[] = []
  const byHand: number[] = []
  for (let run = 0; run < RUNS[size]; run++) {
    const database = await server.createDatabase()
    copied.push(rate(await measureCopy(database, file)))
    byHand.push(rate(await measureByHand(database)))
    await server.dropDatabase(database)
    const other = await server.createDatabase()
    const { ms, peak } = await measureImport(context, other, file, contacts)
    imported.push(rate(ms))
    memory.push(peak)
    if (context.profile) for (const line of await listSlowest(other)) context.log(line)
    await server.dropDatabase(other)
  }
  const unit = 'contacts/s'
  const name = `contacts on a list, of ${contacts.toLocaleString('en')} lines of CSV`
  return [
    {
      name,
      unit,
      better: 'more',
      runs: imported,
      yardstick: {
        name: '\\copy of the file, then inserts into contacts and the list, by hand',
        runs: byHand,
      },
      limits: [{ of: 'ratio', atLeast: 0.5 }],
    },
    {
      name: `the same, against \\copy alone: one table without key, index, check or list`,
      unit,
      better: 'more',
      runs: imported,
      yardstick: { name: '\\copy into a plain table', runs: copied },
      limits: [{ of: 'ratio', atLeast: 0.5 }],
    },
    {
      name: 'memory of the importing process, at its peak',
      unit: 'MB',
      better: 'less',
      runs: memory,
      limits: [{ of: 'figure', atMost: 200 }],
    },
  ]
}

/** Addresses in no order, as in real files; one line in twenty has quotation marks. */
function* makeLines(contacts: number): Generator<string> {
  yield 'email,first_name,last_name,city\n'
  let seed = 12_345
  let lines = ''
  for (let n = 1; n <= contacts; n++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    const last = n % 20 === 0 ? `"Surname, ${n % 7919}"` : `Surname ${n % 7919}`
    lines += `${seed.toString(36)}.${n}@example${n % 977}.org,Name ${n % 5000},${last},City ${n % 1000}\n`
    if (lines.length < 65_536 && n < contacts) continue
    yield lines
    lines = ''
  }
}

async function withClient<Result>(
  { url }: Database,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: 'daybatch bench' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** What psql's \copy does. */
function measureCopy(database: Database, file: string): Promise<number> {
  return withClient(database, async client => {
    await client.query('create table public.file (email text, first_name text, last_name text, city text)')
    const start = performance.now()
    await pipeline(
      createReadStream(file, { highWaterMark: 1 << 16 }),
      client.query(from('copy public.file from stdin with (format csv, header)')),
    )
    copyMs = performance.now() - start
    return copyMs
  })
}

/** Of the copy that measureByHand goes on from. */
let copyMs = 0

/** What a DBA types after it for the same end: valid addresses, each once, as contacts on a list; one transaction. */
function measureByHand(database: Database): Promise<number> {
  return withClient(database, async client => {
    const { rows } = await client.query(
      `insert into public.contact_lists (name) values ('By hand') returning id`,
    )
    const start = performance.now()
    await client.query('begin')
    await client.query(
      `insert into public.contacts (email, first_name, last_name, attributes)
       select distinct on (lower(f.email)) f.email, f.first_name, f.last_name, jsonb_build_object('city', f.city)
       from public.file as f
       where daybatch.is_valid_address(f.email) and not exists (select from public.contacts as c where lower(c.email) = lower(f.email))`,
    )
    await client.query(
      `insert into public.contact_list_members (list_id, contact_id)
       select $1, c.id from public.file as f join public.contacts as c on lower(c.email) = lower(f.email) on conflict do nothing`,
      [rows[0].id],
    )
    await client.query('commit')
    return copyMs + performance.now() - start
  })
}

/** The command, as anybody runs it: from its start to its end. */
async function measureImport(
  context: BenchContext,
  database: Database,
  file: string,
  contacts: number,
): Promise<{ ms: number; peak: number }> {
  const cwd = join(context.folder, 'command')
  await mkdir(cwd, { recursive: true })
  const start = performance.now()
  const child = spawn(process.execPath, [CLI, '--json', 'import', file, '--list', 'Customers'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DATABASE_URL: database.serviceUrl },
  })
  context.teardown(() => child.kill('SIGKILL'))
  const [answer, peak] = await Promise.all([readAnswer(child), watchMemory(child)])
  const ms = performance.now() - start
  if (answer.added_to_list !== contacts) throw new Error(`the import answered ${JSON.stringify(answer)}`)
  return { ms, peak }
}

async function readAnswer(child: ChildProcess): Promise<{ added_to_list?: number }> {
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', piece => {
    text += piece
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`daybatch import ended with ${code}`)
  return JSON.parse(text)
}

async function watchMemory(child: ChildProcess): Promise<number> {
  let peak = 0
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, (await readPeakMemory(child.pid!)) || 0)
    await delay(LOOK_MS)
  }
  return peak
}
