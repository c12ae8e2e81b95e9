// Small pieces that several views show.
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { count, countdown, sentence, time } from '/dashboard/words.js'

export const link = (id, tab = '') => `#/campaigns/${id}${tab && `/${tab}`}`

/** The contacts that a figure counts: those with this status, those of this batch. */
export const contactsOf = (id, fields) => link(id, `contacts?${new URLSearchParams(fields)}`)

/** The figures of a campaign, told apart: nothing stands in two of them. */
export function figures(campaign) {
  const total = campaign.total_contacts ?? 0
  const doubt = Number(campaign.in_doubt_count ?? 0)
  const sent = campaign.processed_count ?? 0
  const failed = Math.max(0, (campaign.failed_count ?? 0) - doubt)
  return { total, sent, failed, doubt, remaining: campaign.remaining_count ?? total }
}

/** How far the batch under way has come; each figure leads to its contacts. */
export const openBatch = ({ id, open_batch_number: batch, open_batch_sent: sent, open_batch_size: size }) =>
  html`<a href=${contactsOf(id, { batch, status: 'sent' })}><b>${count(sent)}</b></a> of <a href=${contactsOf(id, { batch })}>${count(size)}</a>`

/** One thin bar: tones of one scale, one warning colour, a pattern for doubt; the words say the same. */
export function bar(campaign) {
  const { total, sent, failed, doubt, remaining } = figures(campaign)
  if (!campaign.tracking_initialised_at) return html`<span class="bar blank" aria-hidden="true"></span>`
  const label = `${count(sent)} sent, ${count(failed)} failed, ${count(doubt)} in doubt, ${count(remaining)} remaining of ${count(total)}`
  const piece = (kind, value) =>
    value > 0 ? html`<i class=${kind} .style=${`flex-grow:${value}`}></i>` : nothing
  return html`<span class="bar" role="img" aria-label=${label} title=${label}
    >${piece('sent', sent)}${piece('failed', failed)}${piece('doubt', doubt)}${piece('remaining', remaining)}</span>`
}

/** Why nothing goes out now, and until when: the database's words. The status alone is said beside the name. */
export function waiting(campaign) {
  const reasons = (campaign.blockers ?? []).filter(
    ({ blocker }) => !['draft', 'completed', 'cancelled'].includes(blocker),
  )
  if (reasons.length === 0)
    return /^(draft|completed|cancelled)$/.test(campaign.status) ? nothing : sentence(campaign.waits_for)
  return reasons.map(
    ({ reason, needs_somebody }, i) =>
      html`${i > 0 ? '; ' : nothing}${needs_somebody ? html`<em class="needs">${sentence(reason)}</em>` : sentence(reason)}`,
  )
}

export const needsSomebody = campaign =>
  campaign.status !== 'draft' && (campaign.blockers ?? []).some(blocker => blocker.needs_somebody)

export const status = campaign => html`<span class="status ${campaign.status}">${campaign.status}</span>`

/** When the next batch leaves: a countdown, or that it is under way. */
export function nextDue(campaign) {
  if (campaign.open_batch_number && campaign.status !== 'paused')
    return html`<span class="live">under way</span>`
  if (campaign.status === 'scheduled') return countdown(campaign.scheduled_at)
  return campaign.status === 'sending' && campaign.next_batch_send_time
    ? countdown(campaign.next_batch_send_time)
    : '–'
}

/** A problem as the service told it: what happened, and what to do. */
export const trouble = problem => html`<div class="trouble" role="alert">
  <strong>${sentence(problem.title)}</strong>${problem.detail ? html`<p>${sentence(problem.detail)}</p>` : nothing}
  ${problem.code ? html`<small>${problem.code}</small>` : nothing}
</div>`

export const problemOf = error => error.problem ?? { title: error.message }

/** The answer to a question as `{found}`, or `{trouble, error}`. */
export const told = answer =>
  answer.then(
    found => ({ found }),
    error => ({ trouble: problemOf(error), error }),
  )

/** Placeholder lines of the right height, so that nothing jumps when the data comes. */
export const loading = (
  what,
  lines = 3,
) => html`<div class="loading" aria-busy="true"><p class="quiet">Reading ${what} …</p>
  ${Array.from({ length: lines }, () => html`<span class="line"></span>`)}</div>`

export { time }
