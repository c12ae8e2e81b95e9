// Make a campaign: who, what, how fast, when, start. The draft is kept by the database as one goes.

import { get, mayPass, post, RETRY_MS, url } from '/dashboard/api.js'
import { openAudience } from '/dashboard/audience.js'
import { now } from '/dashboard/clock.js'
import { deliveryView } from '/dashboard/delivery.js'
import { say } from '/dashboard/dialog.js'
import { openDraft } from '/dashboard/draft.js'
import { openFiles } from '/dashboard/files.js'
import { readLists } from '/dashboard/lists.js'
import { live } from '/dashboard/lit-html/directives/live.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { fieldsView, mailView, testMail } from '/dashboard/message.js'
import { link, loading, problemOf, told, trouble } from '/dashboard/parts.js'
import { fieldError, input, isRefused, PACE, rulesOf, rulesView } from '/dashboard/rules.js'
import { count, everyHours, moment, plural, time } from '/dashboard/words.js'

const ASK_MS = 200

export function openMake({ args: [id], redraw, go }) {
  let lists
  let servers = []
  let finish
  let finishProblem
  /** The mails whose end was asked for. */
  let reckoned
  let preview
  let part = 'html'
  let when = 'now'
  let scheduledAt = ''
  let problem
  let previewProblem
  let asking
  /** Counts the questions for the end: only the answer to the last one is shown. */
  let question = 0
  let mailQuestion = 0
  let isLeft = false
  const later = new Map()

  /** Asks the same again soon when nobody answered, as long as one is here. */
  const retry = (error, asking) => {
    clearTimeout(later.get(asking))
    if (error && mayPass(error) && !isLeft) later.set(asking, setTimeout(asking, RETRY_MS))
  }

  const draft = openDraft(id, {
    edited: name => {
      if (name === 'contact_list_ids') audience.look(draft.fields.contact_list_ids)
      else if (PACE.includes(name)) askFinish()
      redraw()
    },
    saved: () => void lookAtMail(),
  })
  const files = openFiles(draft, isOther => {
    redraw()
    if (isOther) void lookAtMail()
  })

  const audience = openAudience(() => (audience.mails === reckoned ? redraw() : void lookAtFinish()))

  async function read() {
    try {
      const [found, campaign, smtp] = await Promise.all([
        readLists({ counts: false }),
        draft.read(),
        get('/api/smtp-servers').catch(() => ({ items: [] })),
      ])
      if (isLeft) return
      if (campaign && campaign.status !== 'draft') return go(link(id))
      lists = found
      problem = undefined
      servers = smtp.items
    } catch (error) {
      problem = problemOf(error)
      redraw()
      return retry(error, read)
    }
    redraw()
    void files.read()
    void readSizes()
    audience.look(draft.fields.contact_list_ids)
    void lookAtMail()
  }

  async function readSizes() {
    const answer = await told(readLists())
    if (isLeft) return
    retry(answer.error, readSizes)
    lists = answer.found ?? lists
    audience.knows(lists)
    redraw()
  }

  function askFinish() {
    finish = undefined
    question += 1
    clearTimeout(asking)
    asking = setTimeout(lookAtFinish, ASK_MS)
  }

  /** The end with this pace, which need not be stored yet. */
  async function lookAtFinish() {
    const { fields } = draft
    const asked = ++question
    reckoned = audience.mails
    finish = finishProblem = undefined
    if (audience.mails > 0 && fields.daily_send_limit >= 1 && fields.batch_interval > 0) {
      const rules = rulesOf(fields)
      const query = {
        contacts: audience.mails,
        limit: fields.daily_send_limit,
        interval: `${fields.batch_interval} hours`,
        start_at: when === 'at' && scheduledAt ? new Date(scheduledAt).toISOString() : undefined,
        rules: Object.keys(rules).length > 0 ? JSON.stringify(rules) : undefined,
      }
      const answer = await told(get(url(['api', 'forecast'], query)))
      if (asked !== question) return
      retry(answer.error, lookAtFinish)
      finish = answer.found
      finishProblem = answer.trouble
    }
    redraw()
  }

  /** The mail as it would be now. */
  async function lookAtMail() {
    if (!draft.id || draft.state === 'typing') return
    const asked = ++mailQuestion
    const answer = await told(post(url(['api', 'campaigns', draft.id, 'preview']), {}))
    // other words were stored meanwhile
    if (asked !== mailQuestion) return
    preview = answer.found
    previewProblem = answer.trouble
    retry(answer.error, lookAtMail)
    redraw()
  }

  async function start() {
    problem = undefined
    await draft.save()
    if (draft.problem) return
    try {
      if (when === 'at')
        await post(url(['api', 'campaigns', draft.id, 'schedule']), {
          scheduled_at: new Date(scheduledAt).toISOString(),
        })
      else await post(url(['api', 'campaigns', draft.id, 'start']))
      say(when === 'at' ? 'Scheduled.' : 'Started.')
      if (!isLeft) go(link(draft.id))
    } catch (error) {
      problem = problemOf(error)
      redraw()
    }
  }

  const area = (
    name,
    label,
    more,
  ) => html`<label for=${name} class=${more.hidden ? 'hidden' : ''}>${label}</label>
    <textarea id=${name} name=${name} .value=${live(draft.fields[name] ?? '')} spellcheck=${more.spellcheck} aria-invalid=${isRefused(draft, name)} @input=${({ target }) => draft.edit(name, target.value)}></textarea>${fieldError(draft, name)}`

  const choose = ({ target }) => {
    const ids = draft.fields.contact_list_ids.filter(list => list !== target.value)
    draft.edit('contact_list_ids', target.checked ? [...ids, target.value] : ids)
  }

  const who = () => html`<fieldset><legend><span>1</span> Who</legend>
    ${
      lists.length === 0
        ? html`<p>There is no list yet. <a href="#/import">Import a file</a> first.</p>`
        : html`<ul class="choices">${lists.map(
            list => html`<li><label><input type="checkbox" value=${list.id} .checked=${live(draft.fields.contact_list_ids.includes(list.id))} @change=${choose}>
        <span>${list.name}</span> <small>${list.contact_count === undefined ? nothing : count(list.contact_count)}</small></label></li>`,
          )}</ul>`
    }
    ${audience.view()}${fieldError(draft, 'contact_list_ids')}
  </fieldset>`

  const what = () => html`<fieldset><legend><span>2</span> What</legend>
    ${input(draft, 'name', 'Name', { hint: html`<small>For you; readers do not see it.</small>` })}
    ${input(draft, 'subject', 'Subject')}
    ${input(draft, 'sender', 'From', { hint: html`<small>Example Shop &lt;news@example.com&gt;; empty: the sender of this service.</small>` })}
    <p>${area('text_body', 'Text', { spellcheck: 'true' })}
      <small>{{first_name | friend}} is a field of the contact, and what stands there when it is empty.</small></p>
    <details ?open=${Boolean(draft.fields.html_body)}><summary>HTML as well</summary>${area('html_body', 'HTML', { spellcheck: 'false', hidden: true })}</details>
    ${files.view()}
    ${deliveryView(draft, servers)}
    ${fieldsView(draft.fields)}
  </fieldset>`

  const fast = () => html`<fieldset><legend><span>3</span> How fast</legend>
    <p><label for="daily_send_limit">Mails a ${Number(draft.fields.batch_interval) === 24 ? 'day' : 'batch'}</label><input id="daily_send_limit" type="number" min="1" required .value=${live(Number.isNaN(draft.fields.daily_send_limit) ? '' : String(draft.fields.daily_send_limit))}
      @input=${({ target }) => draft.edit('daily_send_limit', target.valueAsNumber)}>${fieldError(draft, 'daily_send_limit')}</p>
    <p class="figure">${pace()}</p>
    ${draft.fields.daily_send_limit > 50 ? html`<small>5 to 50 a day is what receivers like best.</small>` : nothing}
    ${rulesView(draft)}</fieldset>`

  const pace = () => {
    if (!(draft.fields.daily_send_limit >= 1)) return 'At least 1.'
    if (finish)
      return html`${audience.isCounted ? nothing : 'At most '}<b>${plural(finish.batches, 'batch', 'batches')}</b>, one ${everyHours(draft.fields.batch_interval)}; ${when === 'at' && scheduledAt ? 'begun then' : 'begun now'} the last one leaves <b>${time(finish.finish_at)}</b>${audience.isCounted ? nothing : ' at the latest'}.`
    if (finishProblem) return html`<span class="warn">No end: ${finishProblem.title}.</span>`
    if (!(draft.fields.batch_interval > 0)) return 'Choose how long to wait between batches.'
    return audience.mails > 0 ? 'Asking when it ends …' : 'Choose who, and the end stands here.'
  }

  const begin = () => html`<fieldset><legend><span>4</span> When</legend>
    <p class="radios"><label><input type="radio" name="when" value="now" .checked=${when === 'now'} @change=${() => setWhen('now')}> <span>Now</span></label>
      <label><input type="radio" name="when" value="at" .checked=${when === 'at'} @change=${() => setWhen('at')}> <span>At</span></label>
      <input type="datetime-local" aria-label="When it starts" .value=${live(scheduledAt)} ?disabled=${when !== 'at'} @input=${({
        target,
      }) => {
        scheduledAt = target.value
        askFinish()
        redraw()
      }}></p></fieldset>`

  const setWhen = value => {
    when = value
    askFinish()
    redraw()
  }

  const ready = () =>
    audience.mails > 0 &&
    (draft.fields.text_body || draft.fields.html_body) &&
    draft.fields.daily_send_limit >= 1 &&
    (when === 'now' || scheduledAt)
  const last = () => html`<fieldset><legend><span>5</span> Start</legend>
    ${problem || draft.problem ? trouble(problem ?? draft.problem) : nothing}
    <p class="buttons"><button type="button" class="main" ?disabled=${!ready()} @click=${start}>${startWords()}</button></p>
    ${ready() ? nothing : html`<p class="quiet">${missing()}</p>`}</fieldset>`

  /** How many leave when: the rules may let the first batch wait. */
  const startWords = () => {
    if (audience.mails === undefined) return 'Start'
    const upTo = audience.isCounted ? '' : 'up to '
    const all = `${upTo}${plural(audience.mails, 'mail')}`
    if (when === 'at') return `Schedule ${all}`
    const first = finish?.items[0]
    if (!first) return `Start: ${all}`
    const soon = Date.parse(first.due_at) - now() < 60_000 ? 'now' : moment(first.due_at)
    return `Start: ${plural(first.size, 'mail')} ${soon}, ${upTo}${count(audience.mails)} in all`
  }

  const missing = () =>
    [
      !(audience.mails > 0) && 'somebody to mail',
      !(draft.fields.text_body || draft.fields.html_body) && 'a text',
      !(draft.fields.daily_send_limit >= 1) && 'a limit',
      when === 'at' && !scheduledAt && 'a time',
    ]
      .filter(Boolean)
      .join(', ')
      .replace(/^./, first => `Missing: ${first}`)

  const mail = () => html`<aside class="preview" aria-label="Preview"><h2>Preview</h2>
    ${
      preview
        ? html`${mailView(preview, part, name => {
            part = name
            redraw()
          })}<p class="buttons"><button type="button" @click=${() => testMail(draft.id, preview.contact_id)}>Send me a test mail</button></p>`
        : previewProblem
          ? trouble(previewProblem)
          : html`<p class="quiet">The mail of the first contact stands here as soon as there are a list and a text.</p>`
    }</aside>`

  void read()
  return {
    title: 'New campaign',
    /** What is typed and chosen stays while the key is asked for. */
    keeps: true,
    again() {
      void draft.save()
      if (lists) audience.look(draft.fields.contact_list_ids)
      else void read()
    },
    close: () => {
      isLeft = true
      audience.close()
      for (const timer of [asking, ...later.values()]) clearTimeout(timer)
      draft.close()
    },
    view: () => html`<h1 class="lead">${draft.fields.name || 'A new campaign'} <small role="status">${draft.says()}</small></h1>
      ${lists ? html`<div class="make"><form @submit=${event => event.preventDefault()}>${who()}${what()}${fast()}${begin()}${last()}</form>${mail()}</div>` : problem ? trouble(problem) : loading('the lists')}`,
  }
}
