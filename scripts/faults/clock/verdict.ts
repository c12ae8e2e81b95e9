import type pg from 'pg'
import { type ClockLog, DAY, INTERVAL, WINDOW } from './simulation.ts'

const HOUR = DAY / 24
/** First attempts may go on for this long after a pause without a new spacing. */
const STANDSTILL = HOUR

interface BatchTimes {
  campaign: string
  number: number
  source: string
  dueAt: number
  openedAt: number
  countedAt: number
  spacedFrom: number
}

export interface ClockVerdict {
  batches: number
  early: number
  drifted: number
  failures: string[]
}

const BATCHES = `
  select b.campaign_id as campaign, b.batch_number as number, b.source,
    extract(epoch from b.due_at) * 1000 as "dueAt", extract(epoch from b.opened_at) * 1000 as "openedAt",
    extract(epoch from b.counted_at) * 1000 as "countedAt", extract(epoch from b.spaced_from) * 1000 as "spacedFrom"
  from daybatch.batches as b order by b.campaign_id, b.batch_number`

/** Judges the times of all batches, and the mails' own, by plain arithmetic on UTC. */
export async function judgeClock(client: pg.ClientBase, log: ClockLog): Promise<ClockVerdict> {
  const { rows } = await client.query(BATCHES)
  const batches: BatchTimes[] = rows.map(row => {
    const times = ['dueAt', 'openedAt', 'countedAt', 'spacedFrom'].map(key => [key, Number(row[key])])
    return { ...row, ...Object.fromEntries(times) }
  })
  const verdict: ClockVerdict = { batches: batches.length, early: 0, drifted: 0, failures: [] }
  for (const [index, batch] of batches.entries()) {
    const previous = batches[index - 1]
    if (previous?.campaign === batch.campaign) judgePair(previous, batch, verdict)
  }
  judgePromises(batches, log, verdict)
  judgeCatchUps(batches, log, verdict)
  judgeMails(log, verdict)
  const { rows: audit } = await client.query(
    `select rule || ': ' || disagreement as line from daybatch.audit limit 5`,
  )
  verdict.failures.push(...audit.map(({ line }) => line))
  return verdict
}

function judgePair(previous: BatchTimes, batch: BatchTimes, verdict: ClockVerdict): void {
  const name = `batch ${batch.number} of ${batch.campaign}`
  const after = (from: number, to: number) => `${((to - from) / HOUR).toFixed(4)} hours`
  if (
    batch.openedAt - previous.openedAt < INTERVAL - 2 * WINDOW ||
    batch.countedAt - previous.spacedFrom < INTERVAL
  ) {
    verdict.early += 1
    verdict.failures.push(
      `${name} was opened ${after(previous.openedAt, batch.openedAt)} after the one before`,
    )
  }
  const isOnTime = batch.openedAt <= batch.dueAt + WINDOW
  if (batch.dueAt !== previous.spacedFrom + INTERVAL || (isOnTime && batch.countedAt !== batch.dueAt)) {
    verdict.drifted += 1
    verdict.failures.push(`${name} was due ${after(previous.spacedFrom, batch.dueAt)} after the one before`)
  }
}

/** The next batch is announced for exactly an interval later, in whatever zone the session lives. */
function judgePromises(batches: BatchTimes[], { promises }: ClockLog, verdict: ClockVerdict): void {
  const times = new Map(batches.map(batch => [`${batch.campaign} ${batch.number}`, batch.countedAt]))
  for (const { campaign, batch, next } of promises) {
    const hours = (next - times.get(`${campaign} ${batch}`)!) / HOUR
    if (hours === INTERVAL / HOUR) continue
    verdict.drifted += 1
    verdict.failures.push(`batch ${batch} of ${campaign} announced the next one for ${hours} hours later`)
  }
}

/** After an outage a campaign gets at most one batch before a whole interval has passed. */
function judgeCatchUps(batches: BatchTimes[], log: ClockLog, verdict: ClockVerdict): void {
  for (const { from, to } of log.outages) {
    if (log.steps.some(({ at }) => Math.abs(at - to) < 3 * DAY)) continue
    const counts = new Map<string, number>()
    for (const { campaign, openedAt } of batches)
      if (openedAt > from && openedAt < to + INTERVAL - 2 * WINDOW)
        counts.set(campaign, (counts.get(campaign) ?? 0) + 1)
    for (const [campaign, count] of counts)
      if (count > 1)
        verdict.failures.push(
          `${campaign} opened ${count} batches after the outage until ${new Date(to).toISOString()}`,
        )
  }
}

/** The first attempts of a batch come an interval after those of the one before, less a standstill nobody counts. */
function judgeMails({ firstAttempts, steps }: ClockLog, verdict: ClockVerdict): void {
  const spans = new Map<string, { first: number; last: number }>()
  for (const { campaign, batch, at } of firstAttempts) {
    const span = spans.get(`${campaign} ${batch}`) ?? { first: at, last: at }
    spans.set(`${campaign} ${batch}`, { first: Math.min(span.first, at), last: Math.max(span.last, at) })
  }
  for (const { campaign, batch } of new Set(firstAttempts)) {
    const [one, two] = [spans.get(`${campaign} ${batch}`)!, spans.get(`${campaign} ${batch + 1}`)]
    const isStepped = steps.some(({ at }) => at > one.first - 2 * DAY && two && at < two.first + 2 * DAY)
    if (!two || isStepped || two.first - one.last >= INTERVAL - STANDSTILL - WINDOW) continue
    const hours = ((two.first - one.last) / HOUR).toFixed(2)
    verdict.failures.push(
      `mails of batch ${batch + 1} of ${campaign} came ${hours} hours after those of the one before`,
    )
  }
}
