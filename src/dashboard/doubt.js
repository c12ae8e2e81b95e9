// Mails that may or may not have been accepted (RFC 1047): listed, and settled by somebody who knows.

import { post, url } from '/dashboard/api.js'
import { ask } from '/dashboard/dialog.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { link } from '/dashboard/parts.js'
import { table } from '/dashboard/table.js'
import { count, plural, time } from '/dashboard/words.js'

export function openDoubt({ id, redraw, refresh, campaign, failures }) {
  const settle = (contacts, number, as) =>
    ask({
      title:
        as === 'sent'
          ? `Take ${plural(number, 'mail')} as sent?`
          : `Take ${plural(number, 'mail')} as not sent?`,
      body: () =>
        html`<p>${
          as === 'sent'
            ? html`${plural(number, 'contact')} counted as mailed; nothing more goes to them.`
            : html`${plural(number, 'contact')} go back to those who remain and are mailed again. Whoever did get the first mail gets a second one.`
        }</p>`,
      confirm: as === 'sent' ? `Take ${count(number)} as sent` : `Mail ${count(number)} again`,
      danger: as !== 'sent',
      act: async () => {
        const { settled } = await post(url(['api', 'campaigns', id, 'in-doubt']), { contacts, as })
        return `${plural(settled, 'mail')} settled.`
      },
      done: refresh,
    })

  const all = () =>
    (failures() ?? [])
      .filter(({ status }) => status === 'in_doubt')
      .reduce((sum, { contacts }) => sum + contacts, 0)
  const list = openPaged({
    redraw,
    segments: ['api', 'campaigns', id, 'deliveries'],
    query: { status: 'in_doubt', limit: 50 },
    what: 'the mails in doubt',
    empty: 'No mail is in doubt.',
    view: items => html`<p>The connection ended after the mail and before the server's answer, so nobody here knows. Your mail server's log does.
        <span class="quiet">Policy of this campaign: ${campaign()?.in_doubt_policy}.</span></p>
      ${table(
        [['Contact'], ['Batch', 'n'], ['Sent at'], ['What was it?', 'n wide']],
        items.map(row => ({
          cells: [
            html`<a data-row href=${link(id, `contacts?contact=${row.contact_id}`)}>${row.email ?? row.contact_id}</a>`,
            count(row.batch_number),
            time(row.sending_at ?? row.settled_at),
            html`<button @click=${() => settle([row.contact_id], 1, 'sent')}>Sent</button> <button @click=${() => settle([row.contact_id], 1, 'not_sent')}>Not sent</button>`,
          ],
        })),
      )}
      ${
        all() > 1
          ? html`<p class="buttons"><button @click=${() => settle('all', all(), 'sent')}>All ${count(all())} were sent</button>
        <button class="danger" @click=${() => settle('all', all(), 'not_sent')}>None of ${count(all())} was sent</button></p>`
          : nothing
      }`,
  })
  return list
}
