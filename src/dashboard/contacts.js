// Who was selected, by what became of them; and the story of one contact, found by address.

import { get, post, url } from '/dashboard/api.js'
import { reply, ruleWords } from '/dashboard/failed.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { openPaged } from '/dashboard/paged.js'
import { link, loading, problemOf, trouble } from '/dashboard/parts.js'
import { table } from '/dashboard/table.js'
import { count, sentence, time } from '/dashboard/words.js'

const STATUSES = ['', 'sent', 'failed', 'skipped', 'in_doubt', 'deferred', 'queued', 'sending']

export function openContacts({ id, redraw, go, query }) {
  const contact = query.get('contact')
  if (contact) return openStory(id, contact, redraw)
  const status = query.get('status') ?? ''
  const batch = /^\d{1,9}$/.exec(query.get('batch') ?? '')?.[0] ?? ''
  const to = name => {
    const kept = Object.entries({ batch, status: name }).filter(([, value]) => value)
    return link(id, `contacts${kept.length > 0 ? `?${new URLSearchParams(kept)}` : ''}`)
  }
  const list = openPaged({
    redraw,
    segments: ['api', 'campaigns', id, 'deliveries'],
    query: { status, batch, limit: 50 },
    what: 'the contacts',
    // a batch counted when it closed: a retry or a settled doubt may have moved on since
    empty: batch
      ? `Nobody of batch ${count(batch)} is ${status ? ruleWords(status) : 'there'} now.`
      : status
        ? `Nobody is ${ruleWords(status)}.`
        : 'Nobody was selected yet.',
    view: items =>
      table(
        [['Contact'], ['Stands'], ['The server said', 'wide'], ['Batch', 'n'], ['When', 'n']],
        items.map(row => ({
          cells: [
            html`<a data-row href=${link(id, `contacts?contact=${row.contact_id}`)}>${row.email ?? row.contact_id}</a>`,
            ruleWords(row.status),
            row.reply_code || row.reply_text ? reply(row) : nothing,
            count(row.batch_number),
            time(row.settled_at ?? row.retry_at ?? row.sending_at),
          ],
        })),
      ),
  })
  let problem
  /** Counts the questions: only the answer to the last one leads on, and none once this is left. */
  let question = 0

  async function find(event) {
    event.preventDefault()
    const wanted = new FormData(event.target).get('email').trim()
    if (!wanted) return
    problem = undefined
    const asked = ++question
    try {
      const found = /^[0-9a-f-]{36}$/i.test(wanted)
        ? { id: wanted }
        : await post('/api/contacts/search', { email: wanted })
      if (asked === question) go(link(id, `contacts?contact=${found.id}`))
    } catch (error) {
      if (asked === question) problem = problemOf(error)
    }
    redraw()
  }

  return {
    read: list.read,
    close() {
      question += 1
    },
    view: () => html`<form class="find" @submit=${find}><label for="search">The story of one contact</label>
        <span class="pair"><input id="search" name="email" type="search" placeholder="ada@example.org" autocomplete="off"><button>Find</button></span></form>
      ${problem ? trouble(problem) : nothing}
      <nav class="filters" aria-label="What became of them">${STATUSES.map(
        name => html`<a href=${to(name)}
        aria-current=${name === status ? 'page' : 'false'}>${name ? ruleWords(name) : 'all'}</a>`,
      )}</nav>
      ${batch ? html`<p class="back">Of batch ${count(batch)} alone. <a href=${link(id, `contacts${status && `?status=${status}`}`)}>Of all batches</a></p>` : nothing}
      ${list.view()}`,
  }
}

function openStory(id, contactId, redraw) {
  let items
  let person
  let problem
  /** Counts the questions: only the answer to the last one is shown. */
  let question = 0
  async function read() {
    const asked = ++question
    try {
      const found = await Promise.all([
        get(url(['api', 'campaigns', id, 'contacts', contactId])).then(answer => answer.items),
        get(url(['api', 'contacts', contactId])).catch(() => undefined),
      ])
      if (asked !== question) return
      ;[items, person] = found
      problem = undefined
    } catch (error) {
      if (asked !== question) return
      problem = problemOf(error)
    }
    redraw()
  }
  void read()
  return {
    read,
    view: () => html`<p class="back"><a href=${link(id, 'contacts')}>All contacts</a></p>
      ${problem ? trouble(problem) : nothing}
      ${
        items
          ? html`<h2>${person?.email ?? contactId}</h2>
        <p class="quiet">${[person?.first_name, person?.last_name].filter(Boolean).join(' ')}</p>
        <ol class="story">${items.map(
          ({
            happened_at,
            what,
            detail,
          }) => html`<li><span class="quiet">${happened_at ? time(happened_at) : 'now'}</span>
          <strong>${ruleWords(what)}</strong> <span>${sentence(detail)}</span></li>`,
        )}</ol>`
          : problem
            ? nothing
            : loading('the story')
      }`,
  }
}
