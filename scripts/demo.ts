// npm run demo [-- --contacts my.csv --limit 3]: a campaign from its start to its end on real parts, in a folder of
// its own. The service runs as in production; the demo imports a file, inserts a campaign, and watches.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import type pg from 'pg'
import { describeFailure } from '../src/commands/failure.ts'
import { checkFile, openFile } from '../src/commands/files.ts'
import { describeImport, describeRejections } from '../src/commands/import.ts'
import { importContacts } from '../src/contacts/import.ts'
import { Daybatch } from '../src/db/daybatch.ts'
import { createPool } from '../src/db/pool.ts'
import {
  type DemoCampaign,
  insertCampaign,
  readBatchesAfter,
  readStanding,
  writeInsert,
} from './demo/campaign.ts'
import { type Finding, findProof } from './demo/proof.ts'
import { DemoProcess, type DemoService, forgetRealServers } from './demo/service.ts'

const CONTACTS = fileURLToPath(new URL('demo/contacts.csv', import.meta.url))
const LIST = 'Demo contacts'
const POLL_MS = 200
/** Beyond the interval: how long nothing may happen before something is wrong. */
const PATIENCE_MS = 30_000
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

interface Options {
  /** Path of the CSV file. */
  contacts: string
  limit: number
  interval: number
}

/** What runs, and how the demo ends early. */
interface Stage {
  folder: string
  service: DemoService
  pool: pg.Pool
  signal: AbortSignal
}

const options = readOptions()
forgetRealServers()
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = EXIT_CODES[signal]
    stopping.abort(new Error(`${signal}: stopping`))
  })
}
try {
  if (!(await runDemo(options, stopping.signal))) process.exitCode = 1
} catch (error) {
  const isInterrupted = stopping.signal.aborted
  console.error(isInterrupted ? stopping.signal.reason.message : `\nnpm run demo: ${describeFailure(error)}`)
  process.exitCode ??= 1
}

function readOptions(): Options {
  const readWhole = (text: string) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    throw new InvalidArgumentError('Give a whole number, at least 1.')
  }
  const { contacts = CONTACTS, ...others } = new Command('npm run demo --')
    .description(
      'Sends a campaign in batches, on an own PostgreSQL and into an own mailbox: nothing leaves the machine.',
    )
    .option(
      '--contacts <file>',
      'CSV of contacts, with a line that names the columns (default: the 17 of the demo)',
    )
    .option('--limit <mails>', 'mails per batch (daily_send_limit)', readWhole, 5)
    .option('--interval <seconds>', 'time between two batches, in place of 24 hours', readWhole, 4)
    .parse()
    .opts<Omit<Options, 'contacts'> & Partial<Options>>()
  return { contacts, ...others }
}

/** True when everything that is promised was found to be so. */
async function runDemo(options: Options, signal: AbortSignal): Promise<boolean> {
  const started = performance.now()
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1)
  await checkFile(options.contacts)
  console.log('daybatch demo: real parts, of their own; nothing leaves this machine\n')
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-demo-'))
  const child = new DemoProcess(folder)
  let pool: pg.Pool | undefined
  let isOver = false
  try {
    console.log('1. Start the service, as npm start does: src/server.ts, a process of its own')
    const service = await orAborted(child.start(), signal)
    console.log(`   ready after ${seconds()} s, with a PostgreSQL and a mailbox of its own in ${folder}\n`)
    pool = createPool(service.databaseUrl, { applicationName: 'daybatch demo', max: 2 })
    const holds = await sendCampaign({ folder, service, pool, signal }, options)
    isOver = true
    return holds
  } finally {
    await pool?.end()
    await child.stop().finally(() => tidy(folder, { keepMails: isOver }))
    if (isOver)
      console.log(`   The service and its database are stopped; ${seconds()} s in all. Next: npm start`)
  }
}

async function sendCampaign(stage: Stage, options: Options): Promise<boolean> {
  const { contacts, listId } = await importList(stage, options)
  const campaign: DemoCampaign = { listId, limit: options.limit, intervalSeconds: options.interval }
  const statement = writeInsert(campaign)
  console.log('3. Start a campaign, by a plain insert\n')
  console.log(`${statement.replace(/^/gm, '   ')};\n`)
  const campaignId = await insertCampaign(stage.pool, statement)

  const batches = Math.ceil(contacts / options.limit)
  console.log(`4. Watch: pg-boss triggers the batches. ${describePlan(batches, options)}\n`)
  await watch(stage, campaignId, options)

  console.log('\n5. Proof, by query\n')
  const mailbox = join(stage.folder, 'mailbox')
  const findings = await findProof(
    { db: stage.pool, campaignId, mailbox },
    { contacts, limit: options.limit, intervalSeconds: options.interval },
  )
  for (const finding of findings) console.log(describeFinding(finding))
  const files = (await readdir(mailbox)).filter(name => name.endsWith('.eml'))
  console.log(`\n   The ${files.length} mails are the .eml files in ${mailbox}`)
  return findings.every(({ holds }) => holds)
}

/** The file's good rows on a list of their own; the others are named. */
async function importList({ pool }: Stage, { contacts: file }: Options) {
  console.log(`2. Import ${file === CONTACTS ? 'scripts/demo/contacts.csv' : file}`)
  const db = new Daybatch(pool)
  const stream = await openFile(file)
  const { id: listId } = await db.createContactList({ name: LIST })
  const summary = await importContacts({ db, listId, stream, fileName: basename(file) })
  console.log(`   ${describeImport(summary, `the list "${LIST}"`)}`)
  for (const line of await describeRejections(db, summary)) console.log(`   ${line}`)
  console.log('')
  const contacts = summary.added_to_list
  if (contacts === 0) throw new Error('no row of the file is a contact: there is nobody to write to')
  return { contacts, listId }
}

function describePlan(batches: number, { limit, interval }: Options): string {
  const seconds = (batches - 1) * interval
  const long =
    seconds > 60 ? `; ${Math.ceil(seconds / 60)} minutes in all: --limit ${limit * 10} is faster` : ''
  return `${batches} ${batches === 1 ? 'batch' : 'batches'}, one every ${interval} s${long}`
}

/** Prints each batch when it is over; returns when the campaign is. */
async function watch(
  { pool, service, signal }: Stage,
  campaignId: string,
  { interval }: Options,
): Promise<void> {
  let last = 0
  let lastChange = performance.now()
  for (;;) {
    // read first: a batch that completes the campaign is over by then
    const { status, waits_for } = await readStanding(pool, campaignId)
    for (const batch of await readBatchesAfter(pool, campaignId, last)) {
      last = batch.batch_number
      lastChange = performance.now()
      const { opened_at, sent_count: sent, failed_count: failed, remaining_count: remaining } = batch
      const mails = `${sent} ${sent === 1 ? 'mail' : 'mails'}${failed > 0 ? `, ${failed} failed` : ''}`
      const rest = remaining > 0 ? `${remaining} remaining` : 'campaign complete'
      console.log(`   ${opened_at.toTimeString().slice(0, 8)}  day ${last}  batch ${last}: ${mails}, ${rest}`)
    }
    if (status === 'completed') return
    if (status !== 'sending') throw new Error(`the campaign is ${waits_for}`)
    if (performance.now() - lastChange > interval * 1000 + PATIENCE_MS) {
      throw new Error(`nothing happened for ${PATIENCE_MS / 1000} s: ${waits_for}`)
    }
    await orAborted(Promise.race([delay(POLL_MS), service.ended]), signal)
  }
}

function describeFinding({ what, value, source, holds }: Finding): string {
  return `   ${holds ? 'ok   ' : 'WRONG'} ${what.padEnd(36)} ${value.padStart(9)}   (${source})`
}

/** The database goes, and the mails of a demo that was seen to its end stay. */
async function tidy(folder: string, { keepMails }: { keepMails: boolean }): Promise<void> {
  if (!keepMails) return rm(folder, { recursive: true, force: true })
  for (const name of await readdir(folder)) {
    if (name !== 'mailbox') await rm(join(folder, name), { recursive: true, force: true })
  }
}

function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort))
}
