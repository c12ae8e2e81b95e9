import { Daybatch } from '../../../src/db/daybatch.ts'
import type { Bench, BenchContext, Row } from '../bench.ts'
import { createAudience, insertCampaign } from '../world/audience.ts'
import { type Database, listSlowest, startServer } from '../world/database.ts'

const CONTACTS = { short: 20_000, long: 1_000_000 }
const RUNS = { short: 2, long: 4 }
const LISTS = 10
const OVERLAP = 0.1

export const bench: Bench = {
  name: 'start',
  about: 'freezing an audience of 1,000,000 contacts from 10 lists, a tenth of them on two',
  run,
}

async function run(context: BenchContext): Promise<Row[]> {
  const size = context.short ? 'short' : 'long'
  const server = await startServer(context)
  const database = await server.createDatabase()
  const contacts = CONTACTS[size]
  const lists = await createAudience(database, { contacts, lists: LISTS, overlap: OVERLAP })
  const runs: number[] = []
  const yardstick: number[] = []
  for (let run = 0; run < RUNS[size]; run++) {
    yardstick.push(await timeDistinct(database, lists))
    runs.push(await timeStart(database, lists, contacts))
    context.log(
      `select distinct ${yardstick.at(-1)!.toFixed(2)} s, initialised in ${runs.at(-1)!.toFixed(2)} s`,
    )
  }
  if (context.profile) for (const line of await listSlowest(database)) context.log(line)
  return [
    {
      name: `${contacts.toLocaleString('en')} contacts`,
      unit: 's',
      better: 'less',
      runs,
      yardstick: { name: 'a bare select distinct', runs: yardstick },
      limits: [
        { of: 'ratio', atMost: 3 },
        { of: 'figure', atMost: 15 },
      ],
    },
  ]
}

async function timeDistinct({ pool }: Database, lists: string[]): Promise<number> {
  const start = performance.now()
  await pool.query(
    `select count(*) from (
       select distinct m.contact_id from public.contact_list_members as m where m.list_id = any ($1)) as d`,
    [lists],
  )
  return (performance.now() - start) / 1000
}

/** A campaign of its own for every run, with its commit. */
async function timeStart(database: Database, lists: string[], contacts: number): Promise<number> {
  const campaignId = await insertCampaign(database, { name: 'Start', lists, limit: 1000, status: 'draft' })
  const start = performance.now()
  const row = await new Daybatch(database.pool).initializeContactTracking({ campaignId })
  const seconds = (performance.now() - start) / 1000
  if (row.total_contacts !== contacts)
    throw new Error(`${row.total_contacts} contacts were frozen, not ${contacts}`)
  return seconds
}
