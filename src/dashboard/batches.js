// Every batch in figures.
import { html } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { count, time } from '/dashboard/words.js'

const states = { closed: 'closed', open: 'under way', forecast: 'to come' }

export function openBatches({ id, redraw }) {
  return openPaged({
    redraw,
    segments: ['api', 'campaigns', id, 'batches'],
    query: { limit: 50 },
    what: 'the batches',
    empty: 'No batch yet, and none to come.',
    view: items => html`<table class="figures">
      <thead><tr><th scope="col">Batch</th><th scope="col">Opened</th><th scope="col" class="n">Mails</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Failed</th>
        <th scope="col" class="n">Skipped</th><th scope="col" class="n">In doubt</th><th scope="col" class="n">Remaining</th></tr></thead>
      <tbody>${items.map(
        batch => html`<tr class=${batch.state}><th scope="row">${count(batch.batch_number)} <small>${states[batch.state]}</small></th>
        <td>${time(batch.opened_at ?? batch.due_at)}</td><td class="n">${count(batch.slot_count)}</td><td class="n">${count(batch.sent_count)}</td>
        <td class="n">${count(batch.refused_count)}</td><td class="n">${count(batch.skipped_count)}</td><td class="n">${count(batch.in_doubt_count)}</td>
        <td class="n">${count(batch.remaining_count)}</td></tr>`,
      )}</tbody></table>`,
  })
}
