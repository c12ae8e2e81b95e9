// All campaigns: one sentence that answers, and a row for each.

import { get, url } from '/dashboard/api.js'
import { now, setClock } from '/dashboard/clock.js'
import { repeat } from '/dashboard/lit-html/directives/repeat.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { follow } from '/dashboard/live.js'
import {
  bar,
  contactsOf,
  figures,
  link,
  loading,
  needsSomebody,
  nextDue,
  openBatch,
  problemOf,
  status,
  trouble,
  waiting,
} from '/dashboard/parts.js'
import { count, duration, plural, sentence, time } from '/dashboard/words.js'

const PAGE = 50
const SHOWN = [
  ['', 'All'],
  ['needs', 'Needs you'],
  ['sending', 'Sending'],
  ['scheduled', 'Scheduled'],
  ['paused', 'Paused'],
  ['draft', 'Drafts'],
  ['completed', 'Completed'],
  ['cancelled', 'Cancelled'],
]

/** The search that its own letters led to last: whoever typed on before it was shown keeps what he typed. */
let led

/** @param {{ query: URLSearchParams, redraw: () => void, go: (hash: string) => void }} page */
export function openOverview({ query, redraw, go }) {
  const show = query.get('show') ?? ''
  const search = query.get('search') ?? ''
  const cursors = [undefined, ...(query.get('after') ?? '').split(',').filter(Boolean)]
  let overview
  let rows
  let next = null
  let problem
  let typing
  let isLeft = false
  /** Counts the questions: only the answer to the last one is shown. */
  let question = 0
  let words = search
  const field = document.getElementById('search')
  if (field && search === led) searched({ target: field })
  led = undefined

  async function read() {
    const asked = ++question
    try {
      const [summary, page] = await Promise.all([
        get('/api/overview'),
        get(
          url(['api', 'overview', 'campaigns'], {
            search: search.trim(),
            show,
            limit: PAGE,
            cursor: cursors.at(-1),
          }),
        ),
      ])
      if (asked !== question) return
      setClock(summary.now)
      overview = summary
      rows = page.items
      next = page.next_cursor
      problem = undefined
    } catch (error) {
      if (asked !== question) return
      if (error.problem) problem = error.problem
      else if (!rows) problem = problemOf(error)
      redraw()
      throw error
    }
    redraw()
  }

  const where = (changes = {}) => {
    const fields = { show, search, ...changes }
    const kept = Object.entries(fields).filter(([, value]) => value)
    return `#/${kept.length > 0 ? `?${new URLSearchParams(kept)}` : ''}`
  }

  const filters = () => html`<div class="tools">
    <nav class="filters" aria-label="Which campaigns">${SHOWN.map(([name, label]) => {
      const number = numberOf(name)
      if (number === 0 && name !== '' && name !== 'needs' && name !== show) return nothing
      return html`<a href=${where({ show: name })} aria-current=${name === show ? 'page' : 'false'}
        class=${name === 'needs' && number > 0 ? 'needs' : ''}>${label} <b>${number === undefined ? '' : count(number)}</b></a>`
    })}</nav>
    <search><input type="search" id="search" name="search" placeholder="Search by name" aria-label="Search campaigns by name"
      aria-keyshortcuts="/" .value=${words} @input=${searched} @change=${searched}><kbd aria-hidden="true">/</kbd></search>
  </div>`

  function searched({ target }) {
    // also told when the field loses its focus to the next view
    if (isLeft) return
    // as it was typed: a space at its end belongs to the next word
    words = target.value
    clearTimeout(typing)
    typing = setTimeout(() => {
      if (words === search) return
      led = words
      go(where({ search: words }))
    }, 250)
  }

  function numberOf(name) {
    if (!overview) return undefined
    const { campaigns, needs_count } = overview
    if (name === 'needs') return needs_count
    return name === '' ? Object.values(campaigns).reduce((sum, n) => sum + n, 0) : (campaigns[name] ?? 0)
  }

  const table = () => html`<table class="rows" role="table" aria-label="Campaigns">
    <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Campaign</th><th role="columnheader" scope="col">Progress</th>
      <th role="columnheader" scope="col" class="n">Batch</th><th role="columnheader" scope="col" class="n">Next</th>
      <th role="columnheader" scope="col" class="n">Finishes</th></tr></thead>
    <tbody role="rowgroup">${repeat(rows, ({ id }) => id, row)}</tbody>
  </table>`

  const row = campaign => {
    const { total, sent, failed, doubt } = figures(campaign)
    return html`<tr role="row" class=${needsSomebody(campaign) ? 'needy' : ''}>
      <th role="rowheader" scope="row"><a data-row href=${link(campaign.id)}>${campaign.name}</a> ${status(campaign)}
        ${why(campaign)}</th>
      <td role="cell" class="progress">${bar(campaign)}
        <small>${
          campaign.tracking_initialised_at
            ? html`<a href=${contactsOf(campaign.id, { status: 'sent' })}>${count(sent)}</a> of ${count(total)} sent${
                failed > 0
                  ? html`, <a class="warn" href=${link(campaign.id, 'failed')}>${count(failed)} failed</a>`
                  : nothing
              }${
                doubt > 0
                  ? html`, <a class="warn" href=${link(campaign.id, 'doubt')}>${count(doubt)} in doubt</a>`
                  : nothing
              }`
            : 'not begun'
        }</small></td>
      <td role="cell" class="n" data-label="Batch">${
        campaign.open_batch_number
          ? openBatch(campaign)
          : html`<span class="quiet">${count(campaign.daily_send_limit)} a batch</span>`
      }</td>
      <td role="cell" class="n" data-label="Next">${nextDue(campaign)}</td>
      <td role="cell" class="n" data-label="Finishes">${campaign.finish_at ? time(campaign.finish_at, finishWords(campaign.finish_at)) : html`<span class="quiet">–</span>`}</td>
    </tr>`
  }

  const pages = () => {
    const after = cursors.slice(1)
    if (after.length === 0 && !next) return nothing
    return html`<nav class="pages" aria-label="Pages">
      ${after.length > 0 ? html`<a href=${where({ after: after.slice(0, -1).join(',') })}>Newer</a>` : html`<span></span>`}
      <span class="quiet">${count(after.length * PAGE + 1)} to ${count(after.length * PAGE + rows.length)}</span>
      ${next ? html`<a href=${where({ after: [...after, next].join(',') })}>Older</a>` : html`<span></span>`}
    </nav>`
  }

  const list = () => {
    if (rows.length > 0) return html`${table()}${pages()}`
    if (search || show)
      return html`<p class="empty">No campaign ${search ? `has “${search.trim()}” in its name` : 'stands here'}. <a href="#/">Show all</a></p>`
    return html`<section class="empty"><h2>No campaign yet</h2>
      <p><a class="button main" href="#/new">Make a campaign</a> or paste this into psql:</p>
      <pre tabindex="0"><code>insert into campaigns (name, subject, text_body, daily_send_limit, contact_list_ids, status)
select 'Spring offer', 'An offer for you', 'Hello {{first_name | friend}}', 5, array[id], 'sending'
from contact_lists where name = 'Customers';</code></pre>
      <p class="quiet">No contacts yet? <a href="#/import">Import a file</a> first.</p></section>`
  }

  void read().catch(() => {})
  const unfollow = follow('/api/events', read)
  return {
    title: 'Campaigns',
    close() {
      isLeft = true
      clearTimeout(typing)
      unfollow()
    },
    view: () => html`<h1 class="lead">${overview ? lead(overview) : 'Reading the campaigns …'}</h1>
      ${filters()}
      ${problem ? trouble(problem) : rows ? list() : loading('the campaigns', 5)}`,
  }
}

const why = campaign => {
  const words = waiting(campaign)
  return words === nothing ? nothing : html`<p class="why">${words}</p>`
}

const finishWords = value => {
  const ms = Date.parse(value) - now()
  return ms < 0 ? 'now' : undefined
}

/** The answer: what goes out, what leaves next, and whether somebody must act. */
function lead({ campaigns, mails_24h, under_way, next_batch, needs, needs_count, workers }) {
  const total = Object.values(campaigns).reduce((sum, n) => sum + n, 0)
  const sending = campaigns.sending ?? 0
  const general = needs.filter(need => need.campaign_id === null)
  const parts = []
  if (sending > 0)
    parts.push(
      html`<a href="#/?show=sending">${plural(sending, 'campaign')}</a> ${sending === 1 ? 'is' : 'are'} sending. `,
    )
  else parts.push(total > 0 ? 'Nothing is sending. ' : 'Nothing to send yet. ')
  if (mails_24h > 0) parts.push(html`<b>${plural(mails_24h, 'mail')}</b> went out in the last 24 hours. `)
  if (under_way.batches > 0)
    parts.push(
      html`<a href="#/?show=sending">${plural(under_way.batches, 'batch', 'batches')}</a> ${under_way.batches === 1 ? 'is' : 'are'} under way, ${count(under_way.sent)} of ${plural(under_way.mails, 'mail')} sent. `,
    )
  if (next_batch)
    parts.push(
      html`The next batch, <a href=${link(next_batch.campaign_id)}>${next_batch.name}</a>, ${
        next_batch.expected_size === null ? '' : html`${plural(next_batch.expected_size, 'mail')}, `
      }leaves ${time(next_batch.due_at, words(next_batch.due_at))}. `,
    )
  for (const need of general) parts.push(html`<strong class="needs">${generalWords(need, workers)}</strong> `)
  if (needs_count > 0) {
    const first = needs.find(need => need.campaign_id !== null)
    parts.push(
      html`<strong class="needs"><a href="#/?show=needs">${needs_count === 1 ? '1 needs you' : `${count(needs_count)} need you`}</a>${
        first
          ? html`: <a href=${link(first.campaign_id)}>${first.name}</a>, ${sentence(first.reason)}`
          : nothing
      }.</strong>`,
    )
  } else if (general.length === 0 && total > 0) parts.push('Nothing needs you.')
  return parts
}

const words = due => {
  const ms = Date.parse(due) - now()
  return ms > 0 ? `in ${duration(ms)}` : 'now'
}

const generalWords = need => html`Nothing goes out: ${sentence(need.reason)}.`
