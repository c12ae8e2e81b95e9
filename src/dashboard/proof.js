// The proofs with the queries that anybody may run, to copy.

import { get, url } from '/dashboard/api.js'
import { say } from '/dashboard/dialog.js'
import { html } from '/dashboard/lit-html/lit-html.js'
import { loading, problemOf, trouble } from '/dashboard/parts.js'

const queries = id => [
  [
    'Nobody is mailed twice',
    'From the servers’ own replies, never from the constraints.',
    `select mails, contacts, addresses, holds from daybatch.no_duplicates_proof where campaign_id = '${id}';`,
  ],
  [
    'No batch exceeds its limit, none comes early',
    'From the times at which mails were handed over.',
    `select batch_number, mails, send_limit, limit_holds, intervals_are_disjoint, distance from daybatch.daily_limit_proof where campaign_id = '${id}' order by batch_number;`,
  ],
  [
    'Nobody is forgotten',
    'Every contact stands in one of remaining, processed, failed, and the ledger says the same: this must be empty.',
    `select rule, disagreement from daybatch.audit where campaign_id = '${id}';`,
  ],
]

export function openProof({ id, redraw }) {
  let promises
  let problem
  async function verify() {
    problem = undefined
    promises = undefined
    redraw()
    try {
      promises = (await get(url(['api', 'campaigns', id, 'proof']))).items
    } catch (error) {
      problem = problemOf(error)
    }
    redraw()
  }

  async function copy(query) {
    await navigator.clipboard.writeText(query).then(
      () => say('Copied.'),
      () => say('The browser does not allow copying: select the text.'),
    )
  }

  // reads a whole campaign: asked for, never by itself again
  void verify()
  return {
    view: () => html`<div class="stack">
      ${
        problem
          ? trouble(problem)
          : promises
            ? html`<table><tbody>${promises.map(
                ({ promise, holds, figures }) => html`<tr>
          <th scope="row">${promise}</th><td>${holds ? 'holds' : html`<strong class="warn">does not hold</strong>`}</td><td>${figures}</td></tr>`,
              )}</tbody></table>`
            : loading('the whole record of the campaign')
      }
      ${queries(id).map(
        ([title, words, query]) => html`<section><h2>${title}</h2><p class="quiet">${words}</p>
        <div class="query"><pre tabindex="0"><code>${query}</code></pre><button @click=${() => copy(query)}>Copy</button></div></section>`,
      )}
      <p><button @click=${verify} ?disabled=${!promises && !problem}>Verify again</button></p></div>`,
  }
}
