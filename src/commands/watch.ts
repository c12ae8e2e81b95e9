import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Daybatch } from '../db/daybatch.ts'
import type { Campaign } from '../db/rows.ts'
import { isDatabaseAway } from '../errors.ts'
import { describeStanding } from './campaign.ts'
import { findCampaign } from './campaigns.ts'
import { withDb } from './connection.ts'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

const POLL_MS = 1_000
/** Of the past batches, when the watch begins. */
const SHOWN_BATCHES = 5

/** An entry of `batch_history`, as the mission has it. */
interface HistoryEntry {
  batch_number: number
  timestamp: string
  sent_count: number
  failed_count: number
  remaining_count: number
}

/** Prints what happens to a campaign until it is completed; throws when it is cancelled. */
export async function watchCampaign(db: Daybatch, given: string, { once = false } = {}): Promise<void> {
  const { id: campaignId } = await findCampaign(db, given)
  let lastBatch = 0
  let lastState = ''
  for (;;) {
    const campaign = await readCampaign(db, campaignId)
    if (campaign) {
      const news = readHistory(campaign).filter(({ batch_number }) => batch_number > lastBatch)
      for (const entry of news.slice(-SHOWN_BATCHES)) print(describeBatch(entry))
      lastBatch = news.at(-1)?.batch_number ?? lastBatch
      const state = describeState(campaign)
      if (state !== lastState) print(state)
      lastState = state
      if (campaign.status === 'completed' || once) return
      if (campaign.status === 'cancelled') throw new CommandError(`campaign "${campaign.name}" was cancelled`)
    }
    await delay(POLL_MS)
  }
}

/** A database that is away for a moment does not end the watch. */
async function readCampaign(db: Daybatch, campaignId: string): Promise<Campaign | undefined> {
  try {
    return await db.getCampaign({ campaignId })
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    console.error('the database does not answer: trying again')
    return undefined
  }
}

const readHistory = ({ batch_history }: Campaign) => (batch_history ?? []) as HistoryEntry[]

const print = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}Z  ${line}`)

function describeBatch(entry: HistoryEntry): string {
  const {
    batch_number,
    timestamp,
    sent_count: sent,
    failed_count: failed,
    remaining_count: remaining,
  } = entry
  const failures = failed > 0 ? `, ${failed} failed` : ''
  return `batch ${batch_number} of ${timestamp}: ${sent} sent${failures}, ${remaining} remaining`
}

function describeState(campaign: Campaign): string {
  const verb = { draft: 'start', paused: 'resume' }[campaign.status as string]
  const advice = verb ? ` (npm run campaign -- ${verb} "${campaign.name}")` : ''
  return `${describeStanding(campaign)}${advice}`
}

export function addWatch(program: Command, _output: Output): void {
  program
    .command('watch <campaign>')
    .description('print what happens to a campaign, by name or id, until it is completed')
    .option('--once', 'print where it stands, and end')
    .action((given: string, options: { once?: boolean }) => withDb(db => watchCampaign(db, given, options)))
}
