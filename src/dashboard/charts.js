// Two charts in plain SVG: a column for each batch, and the way down to nobody remaining.

import { now } from '/dashboard/clock.js'
import { html, nothing, svg } from '/dashboard/lit-html/lit-html.js'
import { figures } from '/dashboard/parts.js'
import { clockTime, count, day, moment, monthDay, plural, time } from '/dashboard/words.js'

/** Columns are as wide as there is room for, between these. */
const NARROW = 12
const WIDE = 48
const ROOM = 640
const GAP = 2
const HEIGHT = 96
const FOOT = 24

/** The mails of a batch by what became of them; a forecast is one pale piece. */
function pieces(batch) {
  if (batch.state === 'forecast') return [['forecast', batch.slot_count]]
  const sent = batch.sent_count ?? 0
  const failed = batch.refused_count ?? 0
  const doubt = batch.in_doubt_count ?? 0
  const skipped = batch.skipped_count ?? 0
  const open = batch.state === 'open' ? Math.max(0, batch.slot_count - sent - failed - doubt) : 0
  return [
    ['sent', sent],
    ['skipped', skipped],
    ['failed', failed],
    ['doubt', doubt],
    ['open', open],
  ]
}

const NAMES = {
  sent: 'sent',
  skipped: 'skipped',
  failed: 'failed',
  doubt: 'in doubt',
  open: 'under way',
  forecast: 'to come',
}

function describe(batch) {
  const when = moment(batch.opened_at ?? batch.due_at)
  const parts = pieces(batch).filter(([, value]) => value > 0)
  return `Batch ${batch.batch_number}, ${when}: ${parts.map(([kind, value]) => `${value} ${NAMES[kind]}`).join(', ') || 'nobody'}`
}

/** One column a batch: past ones solid, the one under way outlined, the forecast faded. */
export function calendar(campaign, batches) {
  if (batches.length === 0)
    return html`<figure class="chart"><figcaption>Batches</figcaption><p class="quiet">None yet, and none to come.</p></figure>`
  const tallest = Math.max(
    1,
    ...batches.map(batch => pieces(batch).reduce((sum, [, value]) => sum + value, 0)),
  )
  const pitch = Math.max(NARROW, Math.min(WIDE, Math.floor(ROOM / batches.length))) + GAP
  const width = batches.length * pitch
  const past = batches.filter(({ state }) => state !== 'forecast').length
  const more = Math.max(0, (campaign.batches_to_come ?? 0) - (batches.length - past))
  return html`<figure class="chart"><figcaption>Batches <small>${count(tallest)} mails is the full height</small></figcaption>
    <div class="scroll" tabindex="0" role="group" aria-label="Batches, one column each">
      <svg class="calendar" width=${width} height=${HEIGHT + FOOT} viewBox="0 0 ${width} ${HEIGHT + FOOT}" role="list">
        <defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" class="ground"></rect><rect width="2" height="4" class="failed"></rect></pattern>
          <pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" class="soft"></rect><circle cx="2" cy="2" r="1" class="sent"></circle></pattern></defs>
        ${batches.map((batch, index) => column(batch, index, { tallest, pitch, before: batches[index - 1] }))}
      </svg></div>
    <p class="legend">${[
      ['sent', 'sent'],
      ['skipped', 'skipped'],
      ['failed', 'failed'],
      ['doubt', 'in doubt'],
      ['forecast', 'to come'],
    ].map(
      ([kind, label]) => html`<span><i class="key ${kind}"></i>${label}</span>`,
    )}${more > 0 ? html`<span>and ${plural(more, 'batch', 'batches')} more</span>` : nothing}</p></figure>`
}

function column(batch, index, { tallest, pitch, before }) {
  const x = index * pitch
  const width = pitch - GAP
  let y = HEIGHT
  const rects = pieces(batch)
    .filter(([, value]) => value > 0)
    .map(([kind, value]) => {
      const height = Math.max(2, (value / tallest) * (HEIGHT - 8))
      y -= height
      return svg`<rect class=${kind} x=${x} y=${y} width=${width} height=${height}></rect>`
    })
  const words = describe(batch)
  return svg`<g role="listitem" aria-label=${words} class=${batch.state}><title>${words}</title>
    <rect class="hit" x=${x} y="0" width=${pitch} height=${HEIGHT}></rect>${rects}
    ${batch.state === 'open' ? svg`<rect class="now" x=${x} y=${HEIGHT + 3} width=${width} height="2"></rect>` : nothing}
    ${label(batch, index, pitch, before)}</g>`
}

/** The day of the month where the month or the week begins, and of the first column. */
function label(batch, index, pitch, before) {
  const date = new Date(batch.due_at)
  const isNew = !before || new Date(before.due_at).getMonth() !== date.getMonth()
  if (!isNew && pitch < 36 && index % 7 !== 0) return nothing
  const isShort = before && date - new Date(before.due_at) < 20 * 3_600_000
  const words = isShort ? clockTime(date) : isNew ? monthDay(date) : date.getDate()
  return svg`<text x=${index * pitch} y=${HEIGHT + 20}>${words}</text>`
}

const W = 480
const H = 120

/** Who remains after each batch, and the line to the end; dashed: with the limit that is being tried. */
export function burnDown(campaign, batches, whatIf) {
  const { total, remaining } = figures(campaign)
  const past = (campaign.batch_history ?? []).map(({ timestamp, remaining_count }) => [
    Date.parse(timestamp),
    remaining_count,
  ])
  const begin = Date.parse(
    campaign.first_batch_sent_at ??
      campaign.next_batch?.due_at ??
      batches[0]?.due_at ??
      new Date(now()).toISOString(),
  )
  const ends = [campaign.finish_at, whatIf?.finish_at].filter(Boolean).map(Date.parse)
  const end = Math.max(begin + 1, ...ends, past.at(-1)?.[0] ?? 0)
  if (!campaign.tracking_initialised_at || total === 0)
    return html`<figure class="chart"><figcaption>Remaining</figcaption><p class="quiet">Counted when it starts.</p></figure>`
  const x = at => ((at - begin) / (end - begin)) * W
  const y = value => H - 4 - (value / total) * (H - 8)
  const line = points =>
    points.map(([at, value], i) => `${i ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('')
  // a step down at each batch
  const steps = [[begin, total]]
  for (const [at, value] of past) steps.push([at, steps.at(-1)[1]], [at, value])
  const here = Math.min(Math.max(now(), begin), end)
  steps.push([Math.max(here, steps.at(-1)[0]), steps.at(-1)[1]], [Math.max(here, steps.at(-1)[0]), remaining])
  const ahead = finish =>
    line([
      [steps.at(-1)[0], remaining],
      [Math.max(Date.parse(finish), steps.at(-1)[0]), 0],
    ])
  const words = `${count(remaining)} of ${count(total)} remaining${campaign.finish_at ? `, none on ${day(campaign.finish_at)}` : ''}`
  return html`<figure class="chart burn"><figcaption>Remaining <small>${words}</small></figcaption>
    <svg class="burn-down" viewBox="0 0 ${W} ${H}" preserveAspectRatio="none" role="img" aria-label=${words}>
      <path class="area" d="${line(steps)}L${x(steps.at(-1)[0]).toFixed(1)} ${H - 4}L0 ${H - 4}Z"></path>
      <path class="base" d="M0 ${H - 4}H${W}"></path>
      <path class="past" d=${line(steps)}></path>
      ${campaign.finish_at && remaining > 0 ? svg`<path class="ahead" d=${ahead(campaign.finish_at)}></path>` : nothing}
      ${whatIf?.finish_at && remaining > 0 ? svg`<path class="what-if" d=${ahead(whatIf.finish_at)}></path>` : nothing}
    </svg>
    <p class="axis"><span>${time(new Date(begin).toISOString(), day(begin))}</span><span>${time(new Date(end).toISOString(), day(end))}</span></p></figure>`
}
