// Who did what, also by hand in SQL.

import { ruleWords } from '/dashboard/failed.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { sentence, time } from '/dashboard/words.js'

export function openHistory({ id, redraw }) {
  return openPaged({
    redraw,
    segments: ['api', 'campaigns', id, 'history'],
    query: { limit: 50 },
    what: 'the history',
    empty: 'Nothing happened yet.',
    view: items =>
      html`<ol class="story">${items.map(
        ({ happened_at, event, detail, done_by, application_name }) => html`<li>
      <span class="quiet">${time(happened_at)}</span> <strong>${ruleWords(event)}</strong> <span>${words(detail)}</span>
      <small>${done_by}${application_name ? html`, ${application_name}` : nothing}</small></li>`,
      )}</ol>`,
  })
}

/** The detail of an event, field by field. */
function words(detail) {
  const fields = Object.entries(detail ?? {}).filter(([, value]) => value !== null)
  return sentence(
    fields
      .map(
        ([name, value]) => `${ruleWords(name)} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
      )
      .join(', '),
  )
}
