// One campaign: the answer, its batches past and to come, the way down to zero, and a tab for each question.

import { get, send, url } from '/dashboard/api.js'
import { burnDown, calendar } from '/dashboard/charts.js'
import { setClock } from '/dashboard/clock.js'
import { keyed } from '/dashboard/lit-html/directives/keyed.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { follow } from '/dashboard/live.js'
import { bar, figures, link, loading, problemOf, status, trouble } from '/dashboard/parts.js'
import { lead } from '/dashboard/sentence.js'
import { actions } from '/dashboard/steering.js'
import { openTab, tabs } from '/dashboard/tabs.js'
import { count, everyInterval } from '/dashboard/words.js'

/** Batches shown before the present one, and in all. */
const BEFORE = 60
const COLUMNS = 200

export function openCampaign({ args: [id, tab = 'batches'], query, redraw, go }) {
  let campaign
  let etag
  let batches
  let failures
  let problem
  let current
  /** Counts the questions: an action asks while another answer may be under way, which is older then. */
  let question = 0

  async function read() {
    const asked = ++question
    try {
      const answer = await readCampaign(id)
      const from = Math.max(0, (answer.campaign.current_batch_number ?? 1) - BEFORE)
      const [page, ends, overview] = await Promise.all([
        get(url(['api', 'campaigns', id, 'batches'], { from, limit: COLUMNS })),
        get(url(['api', 'campaigns', id, 'failures'])),
        get('/api/overview'),
      ])
      if (asked !== question) return
      setClock(overview.now)
      failures = ends.items
      const doubt = failures
        .filter(({ status }) => status === 'in_doubt')
        .reduce((sum, { contacts }) => sum + contacts, 0)
      campaign = { ...answer.campaign, in_doubt_count: doubt }
      etag = answer.etag
      batches = page.items
      problem = undefined
    } catch (error) {
      if (asked !== question) return
      if (error.problem || !campaign) problem = problemOf(error)
      redraw()
      throw error
    }
    redraw()
    await current?.read?.()
  }

  const refresh = () => read().catch(() => {})
  const given = {
    id,
    redraw,
    go,
    refresh,
    campaign: () => campaign,
    etag: () => etag,
    failures: () => failures,
  }
  current = openTab(tab, query, given)

  const title = () => html`<p class="back"><a href="#/">Campaigns</a></p>
    <div class="head"><h1>${campaign.name} ${status(campaign)}</h1>${actions(given)}</div>
    <p class="lead">${lead(campaign)}</p>`

  const sums = () => {
    const { total, sent, failed, doubt, remaining } = figures(campaign)
    const item = (kind, value, label, to) =>
      html`<div><dt><i class="key ${kind}"></i>${label}</dt><dd><a href=${link(id, to)}>${count(value)}</a></dd></div>`
    return html`${bar(campaign)}
      <dl class="sums">${item('sent', sent, 'Sent', 'contacts?status=sent')}
        ${item('failed', failed, 'Failed or skipped', 'failed')}
        ${item('doubt', doubt, 'In doubt', 'doubt')}
        ${item('remaining', remaining, 'Remaining', 'batches')}
        <div><dt>Audience</dt><dd><a href=${link(id, 'contacts')}>${count(total)}</a></dd></div>
        <div><dt>Limit</dt><dd>${count(campaign.daily_send_limit)} <small>${everyInterval(campaign.batch_interval)}</small></dd></div></dl>`
  }

  void refresh()
  const unfollow = follow(url(['api', 'campaigns', id, 'events']), read)
  return {
    get title() {
      return campaign?.name ?? 'Campaign'
    },
    close() {
      current.close?.()
      unfollow()
    },
    /** Another tab of the same campaign. */
    move(path, search) {
      const match = /^\/campaigns\/([\w-]+)(?:\/(\w+))?$/.exec(path)
      if (match?.[1] !== id) return false
      tab = match[2] ?? 'batches'
      current.close?.()
      current = openTab(tab, search, given)
      return true
    },
    view: () => {
      if (!campaign)
        return problem
          ? html`<p class="back"><a href="#/">Campaigns</a></p>${trouble(problem)}`
          : loading('the campaign', 6)
      return html`${title()}${problem ? trouble(problem) : nothing}${sums()}
        <div class="charts">${calendar(campaign, batches)}${burnDown(campaign, batches)}</div>
        ${tabs(campaign, tab, failures)}
        <section class="tab">${keyed(current, current.view())}</section>`
    },
  }
}

async function readCampaign(id) {
  const answer = await send('GET', url(['api', 'campaigns', id]))
  return { campaign: await answer.json(), etag: answer.headers.get('etag') ?? undefined }
}
