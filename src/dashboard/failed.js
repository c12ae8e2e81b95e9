// Who was refused or skipped, grouped by the rule, in the server's words; and the refused back to remaining.

import { post, url } from '/dashboard/api.js'
import { ask } from '/dashboard/dialog.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { link, loading } from '/dashboard/parts.js'
import { table } from '/dashboard/table.js'
import { count, plural, time } from '/dashboard/words.js'

/** A rule's name in words. */
export const ruleWords = reason => (reason ?? '').replaceAll('_', ' ')

export const reply = ({ stage, reply_code, enhanced_code, reply_text }) =>
  html`<q class="mono">${[reply_code, enhanced_code, reply_text].filter(Boolean).join(' ') || 'no answer'}</q>${
    stage ? html` <small>at ${stage}</small>` : nothing
  }`

export function openFailed({ id, redraw, refresh, campaign, failures, query }) {
  const rule = query.get('rule')
  const kind = query.get('status')
  const list =
    rule &&
    openPaged({
      redraw,
      segments: ['api', 'campaigns', id, 'deliveries'],
      query: { status: kind, rule, limit: 50 },
      what: 'the contacts',
      empty: 'Nobody any more.',
      view: items =>
        table(
          [['Contact'], ['The server said', 'wide'], ['Batch', 'n'], ['When', 'n']],
          items.map(row => ({
            cells: [
              html`<a data-row href=${link(id, `contacts?contact=${row.contact_id}`)}>${row.email ?? row.contact_id}</a>`,
              row.status === 'skipped'
                ? html`<span class="quiet">not asked: ${ruleWords(row.reason)}</span>`
                : reply(row),
              count(row.batch_number),
              time(row.settled_at),
            ],
          })),
        ),
    })

  const retry = refused =>
    ask({
      title: `Put ${plural(refused, 'refused contact')} back?`,
      body: () =>
        html`<p>They go to the end of those who remain, and are mailed again with ${plural(campaign().daily_send_limit, 'mail')} a batch. Those skipped or in doubt stay as they are.</p>`,
      confirm: `Put ${count(refused)} back`,
      act: async () => {
        const { returned } = await post(url(['api', 'campaigns', id, 'retry-failed']), {})
        return `${plural(returned, 'contact')} back among those who remain.`
      },
      done: refresh,
    })

  const groups = () => {
    const all = failures()
    if (!all) return loading('the failures')
    const groups = all.filter(({ status }) => status !== 'in_doubt')
    if (groups.length === 0) return html`<p class="quiet">Nobody was refused or skipped.</p>`
    const refused = groups
      .filter(({ status }) => status === 'failed')
      .reduce((sum, { contacts }) => sum + contacts, 0)
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Failures by rule">${table(
      [['Why'], ['The last server said', 'wide'], ['Contacts', 'n'], ['Last', 'n']],
      groups.map(group => ({
        cells: [
          html`<a data-row href=${link(id, `failed?${new URLSearchParams({ status: group.status, rule: group.reason })}`)}>${ruleWords(group.reason)}</a>
            <small>${group.status === 'skipped' ? 'skipped' : 'refused'}</small>`,
          group.status === 'skipped' ? html`<span class="quiet">not asked</span>` : reply(group),
          count(group.contacts),
          time(group.last_at),
        ],
      })),
    )}</div>
      ${refused > 0 && campaign().status !== 'cancelled' ? html`<p class="buttons"><button @click=${() => retry(refused)}>Put the ${plural(refused, 'refused contact')} back</button></p>` : nothing}`
  }

  return {
    read: list ? list.read : undefined,
    view: () =>
      list
        ? html`<p class="back"><a href=${link(id, 'failed')}>All failures</a></p><h2>${ruleWords(rule)}</h2>${list.view()}`
        : groups(),
  }
}
