// A list that is read page by page: what several tabs show.

import { get, url } from '/dashboard/api.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { loading, problemOf, trouble } from '/dashboard/parts.js'

/** The largest page of the service. */
const LARGEST = 200

/**
 * Reads `segments` with `query`; `view(items)` shows what has come so far. All of it is read again when something happens:
 * an action may have changed any row, and a new one moves those below it.
 */
export function openPaged({ redraw, segments, query, what, empty, view }) {
  let items
  let next = null
  let problem
  let wanted = query.limit
  /** Counts the questions: only the answer to the last one is shown. */
  let question = 0

  async function read() {
    const asked = ++question
    try {
      const found = await readRows(wanted)
      if (asked !== question) return
      ;({ items, next } = found)
      problem = undefined
    } catch (error) {
      if (asked !== question) return
      // a lost connection is told above, and what is shown stays
      if (error.problem || !items) problem = problemOf(error)
    }
    redraw()
  }

  async function readRows(number) {
    let rows = []
    let cursor
    do {
      const limit = Math.min(LARGEST, number - rows.length)
      const page = await get(url(segments, { ...query, limit, cursor }))
      rows = [...rows, ...page.items]
      cursor = page.next_cursor ?? null
    } while (cursor !== null && rows.length < number)
    return { items: rows, next: cursor }
  }

  const more = () => {
    wanted = items.length + query.limit
    return read()
  }

  void read()
  return {
    read,
    view: () => html`${problem ? trouble(problem) : nothing}
      ${items === undefined ? (problem ? nothing : loading(what)) : items.length === 0 ? html`<p class="quiet">${empty}</p>` : html`<div class="scroll" tabindex="0" role="group" aria-label=${what}>${view(items)}</div>`}
      ${next ? html`<p class="pages"><span></span><button @click=${more}>Show more</button><span></span></p>` : nothing}`,
  }
}
