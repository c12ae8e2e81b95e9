// A list that is read page by page: what several tabs show.

import { get, url } from '/dashboard/api.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { loading, problemOf, trouble } from '/dashboard/parts.js'

/** Reads `segments` with `query`; `view(items)` shows what has come so far. The first page is read again when something happens. */
export function openPaged({ redraw, segments, query = {}, what, empty, view }) {
  let items
  let next = null
  let problem
  let isLong = false

  async function read() {
    if (isLong) return
    try {
      const page = await get(url(segments, query))
      items = page.items
      next = page.next_cursor ?? null
      problem = undefined
    } catch (error) {
      if (!items) problem = problemOf(error)
    }
    redraw()
  }

  async function more() {
    isLong = true
    try {
      const page = await get(url(segments, { ...query, cursor: next }))
      items = [...items, ...page.items]
      next = page.next_cursor ?? null
    } catch (error) {
      problem = problemOf(error)
    }
    redraw()
  }

  void read()
  return {
    read,
    view: () => html`${problem ? trouble(problem) : nothing}
      ${items === undefined ? (problem ? nothing : loading(what)) : items.length === 0 ? html`<p class="quiet">${empty}</p>` : html`<div class="scroll" tabindex="0" role="group" aria-label=${what}>${view(items)}</div>`}
      ${next ? html`<p class="pages"><span></span><button @click=${more}>Show more</button><span></span></p>` : nothing}`,
  }
}
