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
import { drawBar, StatusLine } from './status-line.ts'

const POLL_MS = 1_000
const LIVE_POLL_MS = 300
/** Of the past batches, when the watch begins. */
const SHOWN_BATCHES = 5
/** A program gets where the campaign stands, and not its message with every line. */
const LEFT_OUT = ['html_body', 'text_body', 'batch_history', 'contact_list_ids']

/** An entry of `batch_history`, as the mission has it. */
interface HistoryEntry {
  batch_number: number
  timestamp: string
  sent_count: number
  failed_count: number
  remaining_count: number
}

interface WatchOptions {
  /** Only where it stands now. */
  once?: boolean | undefined
  /** Aborted: the watch ends, the campaign goes on. */
  signal?: AbortSignal | undefined
}

/**
 * Prints what happens to a campaign until it is completed, on a terminal with a bar; throws when it is cancelled.
 * @returns the campaign as it was at the end; undefined when it was never seen
 */
export async function watchCampaign(
  db: Daybatch,
  campaignId: string,
  { once = false, signal }: WatchOptions,
  output: Output,
): Promise<Campaign | undefined> {
  const line = new StatusLine(process.stdout, { isShown: !output.isJson && !once })
  const pause = process.stdout.isTTY && !output.isJson ? LIVE_POLL_MS : POLL_MS
  let lastBatch = 0
  let lastState = ''
  let campaign: Campaign | undefined
  const tell = (value: object, text: string) => {
    line.clear()
    output.tell(value, `${new Date().toISOString().slice(11, 19)}Z  ${text}`)
  }
  while (!signal?.aborted) {
    campaign = (await readCampaign(db, campaignId, line)) ?? campaign
    if (campaign) {
      const news = readHistory(campaign).filter(({ batch_number }) => batch_number > lastBatch)
      for (const entry of news.slice(-SHOWN_BATCHES))
        tell({ event: 'batch_closed', campaign_id: campaignId, ...entry }, describeBatch(entry))
      lastBatch = news.at(-1)?.batch_number ?? lastBatch
      const state = describeState(campaign)
      // what changes with every mail is what the bar is for
      if (state !== lastState && !(line.isShown && isBetweenMails(campaign)))
        tell({ event: 'standing', ...withoutMessage(campaign) }, state)
      lastState = state
      if (campaign.status === 'completed' || once) break
      if (campaign.status === 'cancelled') {
        line.clear()
        throw new CommandError(`campaign "${campaign.name}" was cancelled`)
      }
      line.show(describeProgress(campaign))
    }
    await delay(pause, undefined, { signal }).catch(() => {})
  }
  line.clear()
  return campaign
}

/** A database that is away for a moment does not end the watch. */
async function readCampaign(
  db: Daybatch,
  campaignId: string,
  line: StatusLine,
): Promise<Campaign | undefined> {
  try {
    return await db.getCampaign({ campaignId })
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    line.clear()
    console.error('the database does not answer: trying again')
    return undefined
  }
}

const readHistory = ({ batch_history }: Campaign) => (batch_history ?? []) as HistoryEntry[]

const isBetweenMails = ({ status, open_batch_number }: Campaign) =>
  status === 'sending' && open_batch_number !== null

const withoutMessage = (campaign: Campaign) =>
  Object.fromEntries(Object.entries(campaign).filter(([key]) => !LEFT_OUT.includes(key)))

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
  const advice = verb ? ` (npx daybatch campaign ${verb} "${campaign.name}")` : ''
  return `${describeStanding(campaign)}${advice}`
}

function describeProgress(campaign: Campaign): string {
  const [sent, failed] = [Number(campaign.processed_count), Number(campaign.failed_count)]
  const bar = drawBar(sent + failed, Number(campaign.total_contacts))
  return `${bar}  ${sent} of ${campaign.total_contacts ?? '?'} sent  ${campaign.waits_for}`
}

export function addWatch(program: Command, output: Output): void {
  program
    .command('watch <campaign>')
    .description('print what happens to a campaign, by name or id, until it is completed')
    .option('--once', 'print where it stands, and end')
    .addHelpText(
      'after',
      `
On a terminal with a bar; with --json one object a line: "event" is "standing" or "batch_closed". Ctrl-C ends the watch
and leaves the campaign as it is.

Examples:
  npx daybatch watch "Spring offer"
  npx daybatch watch "Spring offer" --once --json

Exit code: 0 the campaign is completed, or with --once: was looked at; 1 it was cancelled, or cannot be watched.`,
    )
    .action((given: string, options: { once?: boolean }) =>
      withDb(async db => {
        const { id } = await findCampaign(db, given)
        await watchCampaign(db, id, options, output)
      }),
    )
}
