// Every batch in figures.
import { ruleWords } from '/dashboard/failed.js'
import { html } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { link } from '/dashboard/parts.js'
import { count, time } from '/dashboard/words.js'

const states = { closed: 'closed', open: 'under way', forecast: 'to come' }

export function openBatches({ id, redraw }) {
  const to = (batch, query) =>
    link(id, `contacts?${new URLSearchParams({ batch: batch.batch_number, ...query })}`)
  /** A figure leads to whom it counts. */
  const whom = (batch, value, status) =>
    value > 0
      ? html`<a href=${to(batch, { status })} aria-label="${count(value)} ${ruleWords(status)} of batch ${count(batch.batch_number)}">${count(value)}</a>`
      : count(value)
  const number = batch =>
    batch.state === 'forecast'
      ? count(batch.batch_number)
      : html`<a data-row href=${to(batch)} aria-label="Contacts of batch ${count(batch.batch_number)}">${count(batch.batch_number)}</a>`

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
        batch => html`<tr class=${batch.state}><th scope="row">${number(batch)} <small>${states[batch.state]}</small></th>
        <td>${time(batch.opened_at ?? batch.due_at)}</td><td class="n">${count(batch.slot_count)}</td><td class="n">${whom(batch, batch.sent_count, 'sent')}</td>
        <td class="n">${whom(batch, batch.refused_count, 'failed')}</td><td class="n">${whom(batch, batch.skipped_count, 'skipped')}</td><td class="n">${whom(batch, batch.in_doubt_count, 'in_doubt')}</td>
        <td class="n">${count(batch.remaining_count)}</td></tr>`,
      )}</tbody></table>`,
  })
}
