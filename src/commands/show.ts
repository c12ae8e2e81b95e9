import type { Daybatch } from '../db/daybatch.ts'
import type { Campaign, ForecastRow } from '../db/rows.ts'
import { describePace, describeStanding } from './campaign.ts'
import { findCampaign } from './campaigns.ts'
import { describeBatches, describeFinish } from './forecast.ts'
import type { Output } from './output.ts'
import { count, describeTime, formatTable } from './words.ts'

/** Batches to come and past ones that are shown. */
const SHOWN = 5

interface Blocker {
  reason: string
  ends_at: string | null
  needs_somebody: boolean
}

/** Prints where a campaign stands: figures, what it waits for, batches that were and that come. */
export async function showCampaign(db: Daybatch, given: string, output: Output): Promise<void> {
  const { id: campaignId } = await findCampaign(db, given)
  const campaign = await db.getCampaign({ campaignId })
  const batches = await db.forecastCampaign({ campaignId })
  const forecast = { finish_at: batches.at(-1)?.due_at ?? null, next_batches: batches.slice(0, SHOWN) }
  output.tell({ ...campaign, ...forecast }, describe(campaign, batches))
}

function describe(campaign: Campaign, batches: ForecastRow[]): string[] {
  const { name, id, status, subject, sender, reply_to, blockers = [] } = campaign
  const parts: [name: string, text: unknown][] = [
    ['id', id],
    ['standing', describeStanding(campaign)],
    ...(blockers as Blocker[]).map((blocker): [string, string] => ['waits', describeBlocker(blocker)]),
    ['audience', describeAudience(campaign)],
    ['pace', describePace(campaign)],
    ['finish', describeFinish(status, batches)],
    ['subject', subject ?? name],
    ['sender', sender ?? 'MAIL_FROM'],
    ['reply to', reply_to],
    ['message', describeMessage(campaign)],
  ]
  const lines = parts.flatMap(([label, text]) => (text ? [`  ${label.padEnd(9)} ${text}`] : []))
  return [
    name,
    ...lines,
    ...indent('past batches', describePast(campaign)),
    ...indent('batches to come', describeBatches(batches, SHOWN)),
    ...describeNext(campaign),
  ]
}

const indent = (title: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : ['', `  ${title}`, ...lines.map(line => `  ${line}`)]

const describeBlocker = ({ reason, ends_at, needs_somebody }: Blocker): string =>
  `${reason}${needs_somebody ? ': needs somebody' : ends_at === null ? '' : ', by itself'}`

function describeAudience(campaign: Campaign): string {
  const { total_contacts, processed_count, failed_count, remaining_count } = campaign
  if (total_contacts === null) return 'frozen when the first batch opens'
  return `${count(Number(total_contacts), 'contact')}: ${processed_count} sent, ${failed_count} failed, ${remaining_count} remaining`
}

function describeMessage({ text_body, html_body }: Campaign): string {
  const parts = [text_body && 'text', html_body && 'html'].filter(Boolean)
  return parts.length > 0 ? parts.join(' and ') : 'none: neither text nor html'
}

function describePast({ batch_history }: Campaign): string[] {
  const history = ((batch_history ?? []) as Record<string, string | number>[]).slice(-SHOWN)
  if (history.length === 0) return []
  const rows = history.map(({ batch_number, timestamp, sent_count, failed_count, remaining_count }) => [
    String(batch_number),
    describeTime(String(timestamp)),
    String(sent_count),
    String(failed_count),
    String(remaining_count),
  ])
  return formatTable([['batch', 'opened', 'sent', 'failed', 'remaining'], ...rows], { right: [0, 2, 3, 4] })
}

function describeNext({ name, status }: Campaign): string[] {
  const verbs: Record<string, string> = {
    draft: 'campaign preview',
    scheduled: 'watch',
    sending: 'watch',
    paused: 'campaign resume',
  }
  return verbs[status] ? ['', `next: npx daybatch ${verbs[status]} "${name}"`] : []
}
