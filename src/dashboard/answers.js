// What servers answered when they did not accept.

import { reply, ruleWords } from '/dashboard/failed.js'
import { html } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { count, time } from '/dashboard/words.js'

export function openAnswers({ id, redraw }) {
  return openPaged({
    redraw,
    segments: ['api', 'campaigns', id, 'answers'],
    query: { limit: 100 },
    what: 'the answers',
    empty: 'Every answer so far was an acceptance.',
    view: items => html`<table><thead><tr><th scope="col">Answer</th><th scope="col">Taken as</th><th scope="col" class="n">Tries</th><th scope="col" class="n">Contacts</th><th scope="col" class="n">Last</th></tr></thead>
      <tbody>${items.map(
        row => html`<tr><th scope="row">${reply(row)}</th><td>${ruleWords(row.outcome)} <small>${ruleWords(row.rule)}</small></td>
        <td class="n">${count(row.tries)}</td><td class="n">${count(row.contacts)}</td><td class="n">${time(row.last_at)}</td></tr>`,
      )}</tbody></table>`,
  })
}
