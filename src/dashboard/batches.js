// Every batch in figures.
import { ruleWords } from '/dashboard/failed.js'
import { html } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { link } from '/dashboard/parts.js'
import { table } from '/dashboard/table.js'
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
    view: items =>
      table(
        [
          ['Batch'],
          ['Opened'],
          ['Mails', 'n'],
          ['Sent', 'n'],
          ['Failed', 'n'],
          ['Skipped', 'n'],
          ['In doubt', 'n'],
          ['Remaining', 'n'],
        ],
        items.map(batch => ({
          kind: batch.state,
          cells: [
            html`${number(batch)} <small>${states[batch.state]}</small>`,
            time(batch.opened_at ?? batch.due_at),
            count(batch.slot_count),
            whom(batch, batch.sent_count, 'sent'),
            whom(batch, batch.refused_count, 'failed'),
            whom(batch, batch.skipped_count, 'skipped'),
            whom(batch, batch.in_doubt_count, 'in_doubt'),
            count(batch.remaining_count),
          ],
        })),
        'figures',
      ),
  })
}
