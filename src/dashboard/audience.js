// Who a campaign would be for: how many the lists name at once, and who of them can be mailed when it is counted.

import { get, mayPass, RETRY_MS } from '/dashboard/api.js'
import { ruleWords } from '/dashboard/failed.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { problemOf, trouble } from '/dashboard/parts.js'
import { count, plural } from '/dashboard/words.js'

/** Lists are ticked one after the other; counting a million takes seconds. */
const ASK_MS = 200

/** `changed` is told whenever there is another number of mails, or words about it. */
export function openAudience(changed) {
  let lists = []
  let ids = []
  let counted
  let problem
  let asking = new AbortController()
  let timer

  async function ask({ signal }) {
    const query = ids.map(list => `list=${encodeURIComponent(list)}`).join('&')
    try {
      counted = await get(`/api/audience?${query}`, { signal })
      problem = undefined
    } catch (error) {
      if (signal.aborted) return
      problem = problemOf(error)
      if (mayPass(error)) timer = setTimeout(ask, RETRY_MS, { signal })
    }
    changed()
  }

  /** Members of the lists, where all of them are counted: somebody may be on two. */
  const named = () => {
    const sizes = ids.map(id => lists.find(list => list.id === id)?.contact_count)
    return ids.length === 0 || sizes.includes(undefined)
      ? undefined
      : sizes.reduce((sum, size) => sum + size, 0)
  }

  const size = () => {
    const all = named()
    return all === undefined ? nothing : `${ids.length > 1 ? 'At most ' : ''}${plural(all, 'contact')}; `
  }

  const reasons = () =>
    Object.entries(counted.reasons).map(
      ([reason, number], i) => `${i > 0 ? ', ' : '; '}${count(number)} ${ruleWords(reason)}`,
    )

  return {
    /** Mails there would be: at most so many, unless `isCounted`; undefined when nobody knows yet. */
    get mails() {
      return counted ? counted.eligible : named()
    },
    get isCounted() {
      return counted !== undefined
    },
    knows(found) {
      lists = found
      if (ids.length > 0 && !counted) changed()
    },
    look(chosen) {
      clearTimeout(timer)
      asking.abort()
      asking = new AbortController()
      ids = chosen
      counted = problem = undefined
      if (ids.length > 0) timer = setTimeout(ask, ASK_MS, asking)
      changed()
    },
    close() {
      clearTimeout(timer)
      asking.abort()
    },
    view() {
      if (ids.length === 0) return nothing
      if (counted)
        return html`<p class="figure">${plural(counted.contacts, 'contact')}, of whom <b>${count(counted.eligible)}</b> can be mailed now${reasons()}.</p>`
      if (problem)
        return html`${trouble(problem)}<p class="figure">${size()}who of them can be mailed was not counted.</p>`
      return html`<p class="figure">${size()}counting who of them can be mailed …</p>`
    },
  }
}
