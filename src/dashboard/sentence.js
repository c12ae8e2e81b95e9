// What one campaign does now, in a sentence or two: from its figures, and in the database's words why it waits.

import { now } from '/dashboard/clock.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { contactsOf, figures, link, openBatch, waiting } from '/dashboard/parts.js'
import { count, day, everyInterval, fromNow, moment, plural, time } from '/dashboard/words.js'

export function lead(campaign) {
  const { total, remaining } = figures(campaign)
  const sent = sentOf(campaign)
  switch (campaign.status) {
    case 'draft':
      return html`A draft: nothing goes out before it is started. <a href="#/new/${campaign.id}">Go on writing it</a>.`
    case 'scheduled':
      return html`Starts ${campaign.scheduled_at ? html`${time(campaign.scheduled_at)} (${fromNow(campaign.scheduled_at)})` : 'now'}, with ${plural(campaign.daily_send_limit, 'mail')} ${everyInterval(campaign.batch_interval)}. ${trouble(campaign)}`
    case 'completed':
      return html`Completed: ${sent} of ${plural(total, 'mail')} sent${ended(campaign)}.`
    case 'cancelled':
      return html`Cancelled${campaign.pause_reason ? html`: ${campaign.pause_reason}` : nothing}. ${sent} of ${count(total)} were sent; ${count(remaining)} will get nothing.`
    case 'paused':
      return html`<strong class="needs">${waiting(campaign)}</strong>${pausedAt(campaign)}. ${sent} of ${plural(total, 'mail')} sent. ${
        campaign.finish_at
          ? html`Resumed now, it would end ${time(campaign.finish_at, day(campaign.finish_at))}.`
          : nothing
      }`
    default:
      return sending(campaign)
  }
}

const sentOf = campaign =>
  html`<a href=${contactsOf(campaign.id, { status: 'sent' })}>${count(figures(campaign).sent)}</a>`

function sending(campaign) {
  const parts = [html`${sentOf(campaign)} of ${plural(figures(campaign).total, 'mail')} sent. `]
  if (!campaign.tracking_initialised_at) parts[0] = 'Started; its first batch is about to open. '
  if (campaign.open_batch_number)
    parts.push(html`Batch ${count(campaign.open_batch_number)} is under way: ${openBatch(campaign)}. `)
  const next = campaign.next_batch
  if (next && !campaign.open_batch_number)
    parts.push(
      html`The next batch, ${plural(next.size, 'mail')}, leaves <b>${time(next.due_at, Date.parse(next.due_at) > now() ? fromNow(next.due_at) : 'now')}</b>. `,
    )
  else if (next)
    parts.push(html`The next ${plural(next.size, 'mail')} leave ${time(next.due_at, moment(next.due_at))}. `)
  parts.push(trouble(campaign))
  if (campaign.finish_at) parts.push(html`It ends ${time(campaign.finish_at, day(campaign.finish_at))}.`)
  return parts
}

/** Blockers beside the plain wait for the next batch. */
function trouble(campaign) {
  const others = (campaign.blockers ?? []).filter(({ blocker }) => !['limit', 'scheduled'].includes(blocker))
  if (others.length === 0) return nothing
  return html`It waits: ${waiting({ ...campaign, blockers: others })}. `
}

function pausedAt(campaign) {
  const since =
    (campaign.blockers ?? []).find(({ blocker }) => blocker === 'paused')?.since ?? campaign.paused_at
  return since ? html`, ${time(since, fromNow(since))}` : nothing
}

function ended(campaign) {
  const { failed, doubt } = figures(campaign)
  if (failed + doubt === 0) return nothing
  return html`, <a class="warn" href=${link(campaign.id, 'failed')}>${count(failed)} failed</a>${
    doubt > 0
      ? html`, <a class="warn" href=${link(campaign.id, 'doubt')}>${count(doubt)} in doubt</a>`
      : nothing
  }`
}
