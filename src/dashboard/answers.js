// What servers answered when they did not accept.

import { reply, ruleWords } from '/dashboard/failed.js'
import { html } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { table } from '/dashboard/table.js'
import { count, time } from '/dashboard/words.js'

export function openAnswers({ id, redraw }) {
  return openPaged({
    redraw,
    segments: ['api', 'campaigns', id, 'answers'],
    query: { limit: 100 },
    what: 'the answers',
    empty: 'Every answer so far was an acceptance.',
    view: items =>
      table(
        [['Answer'], ['Taken as', 'wide'], ['Tries', 'n'], ['Contacts', 'n'], ['Last', 'n']],
        items.map(row => ({
          cells: [
            reply(row),
            html`${ruleWords(row.outcome)} <small>${ruleWords(row.rule)}</small>`,
            count(row.tries),
            count(row.contacts),
            time(row.last_at),
          ],
        })),
      ),
  })
}
