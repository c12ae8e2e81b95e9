// Make a campaign: who, what, how fast, when, start. The draft is kept by the database as one goes.

import { change, get, post, url } from '/dashboard/api.js'
import { say } from '/dashboard/dialog.js'
import { ruleWords } from '/dashboard/failed.js'
import { live } from '/dashboard/lit-html/directives/live.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { mailView, testMail } from '/dashboard/message.js'
import { link, loading, problemOf, trouble } from '/dashboard/parts.js'
import { count, plural, time } from '/dashboard/words.js'

const SAVE_MS = 600
const FIELDS = ['name', 'subject', 'sender', 'text_body', 'html_body', 'daily_send_limit', 'contact_list_ids']

export function openMake({ args: [id], redraw, go }) {
  let lists
  let draft = {
    name: '',
    subject: '',
    sender: '',
    text_body: '',
    html_body: '',
    daily_send_limit: 20,
    contact_list_ids: [],
  }
  let stored = {}
  let audience
  let finish
  let preview
  let part = 'html'
  let when = 'now'
  let scheduledAt = ''
  let state = id ? 'reading' : 'new'
  let problem
  let previewProblem
  let timer
  let saving = Promise.resolve()

  async function read() {
    try {
      const [page, campaign] = await Promise.all([
        get(url(['api', 'lists'], { limit: 200 })),
        id ? get(url(['api', 'campaigns', id])) : undefined,
      ])
      lists = page.items
      if (campaign) {
        if (campaign.status !== 'draft') return go(link(id))
        for (const field of FIELDS) draft[field] = campaign[field] ?? draft[field]
        stored = pick(draft)
        state = 'saved'
      }
    } catch (error) {
      problem = problemOf(error)
    }
    redraw()
    void look()
  }

  /** As the service takes them: no text is null, and an address that is half typed waits. */
  const pick = fields =>
    Object.fromEntries(
      FIELDS.map(field => [field, fields[field] === '' ? null : fields[field]]).filter(
        ([field, value]) => field !== 'sender' || value === null || /@[^@\s]+\.\w/.test(value),
      ),
    )

  const edit = (field, value) => {
    draft = { ...draft, [field]: value }
    state = 'typing'
    clearTimeout(timer)
    timer = setTimeout(save, SAVE_MS)
    if (field === 'contact_list_ids' || field === 'daily_send_limit') void look()
    redraw()
  }

  /** Sends what has changed; a campaign comes into being with its first words. */
  function save() {
    clearTimeout(timer)
    saving = saving.then(store)
    return saving
  }

  async function store() {
    const changes = Object.fromEntries(
      Object.entries(pick(draft)).filter(
        ([field, value]) => JSON.stringify(value) !== JSON.stringify(stored[field]),
      ),
    )
    if (draft.name.trim() === '') changes.name = draft.subject.trim() || 'Untitled'
    if (!(changes.daily_send_limit >= 1)) delete changes.daily_send_limit
    if (id && Object.keys(changes).length === 0) {
      state = 'saved'
      return redraw()
    }
    const sent = pick(draft)
    try {
      if (id) await change('PATCH', url(['api', 'campaigns', id]), changes)
      else {
        const made = await post('/api/campaigns', { ...changes, status: 'draft' })
        id = made.id
        history.replaceState(null, '', `#/new/${id}`)
      }
      stored = sent
      state = JSON.stringify(pick(draft)) === JSON.stringify(sent) ? 'saved' : 'typing'
      problem = undefined
    } catch (error) {
      state = 'unsaved'
      problem = problemOf(error)
    }
    redraw()
    if (state === 'saved') void look(true)
  }

  /** The audience, the end and the mail as they would be now. */
  async function look(again = false) {
    const ids = draft.contact_list_ids
    if (!again || !audience) {
      audience =
        ids.length === 0
          ? undefined
          : await get(`/api/audience?${ids.map(list => `list=${encodeURIComponent(list)}`).join('&')}`).catch(
              () => undefined,
            )
    }
    finish = undefined
    if (audience?.eligible > 0 && draft.daily_send_limit >= 1)
      finish = await get(
        url(['api', 'forecast'], { contacts: audience.eligible, limit: draft.daily_send_limit }),
      ).catch(() => undefined)
    redraw()
    if (!id || state !== 'saved') return
    try {
      preview = await post(url(['api', 'campaigns', id, 'preview']), {})
      previewProblem = undefined
    } catch (error) {
      preview = undefined
      previewProblem = problemOf(error)
    }
    redraw()
  }

  async function start() {
    problem = undefined
    await save()
    if (problem) return
    try {
      if (when === 'at')
        await post(url(['api', 'campaigns', id, 'schedule']), {
          scheduled_at: new Date(scheduledAt).toISOString(),
        })
      else await post(url(['api', 'campaigns', id, 'start']))
      say(when === 'at' ? 'Scheduled.' : 'Started.')
      go(link(id))
    } catch (error) {
      problem = problemOf(error)
      redraw()
    }
  }

  const field = (name, label, type = 'text', hint = nothing) => html`<p><label for=${name}>${label}</label>
    <input id=${name} name=${name} type=${type} .value=${live(draft[name] ?? '')} maxlength="998" autocomplete="off" @input=${({ target }) => edit(name, target.value)}>${hint}</p>`

  const choose = ({ target }) => {
    const ids = draft.contact_list_ids.filter(list => list !== target.value)
    edit('contact_list_ids', target.checked ? [...ids, target.value] : ids)
  }

  const who = () => html`<fieldset><legend><span>1</span> Who</legend>
    ${
      lists.length === 0
        ? html`<p>There is no list yet. <a href="#/import">Import a file</a> first.</p>`
        : html`<ul class="choices">${lists.map(
            list => html`<li><label><input type="checkbox" value=${list.id} .checked=${live(draft.contact_list_ids.includes(list.id))} @change=${choose}>
        <span>${list.name}</span> <small>${count(list.contact_count)}</small></label></li>`,
          )}</ul>`
    }
    ${
      audience
        ? html`<p class="figure">${plural(audience.contacts, 'contact')}, of whom <b>${count(audience.eligible)}</b> can be mailed now${
            Object.keys(audience.reasons).length > 0
              ? html`; ${Object.entries(audience.reasons).map(([reason, number], i) => `${i > 0 ? ', ' : ''}${count(number)} ${ruleWords(reason)}`)}`
              : nothing
          }.</p>`
        : nothing
    }
  </fieldset>`

  const what = () => html`<fieldset><legend><span>2</span> What</legend>
    ${field('name', 'Name', 'text', html`<small>For you; readers do not see it.</small>`)}
    ${field('subject', 'Subject')}
    ${field('sender', 'From', 'text', html`<small>Example Shop &lt;news@example.com&gt;; empty: the sender of this service.</small>`)}
    <p><label for="text_body">Text</label><textarea id="text_body" name="text_body" .value=${live(draft.text_body ?? '')} spellcheck="true" @input=${({ target }) => edit('text_body', target.value)}></textarea>
      <small>{{first_name | friend}} is a field of the contact, and what stands there when it is empty.</small></p>
    <details ?open=${Boolean(draft.html_body)}><summary>HTML as well</summary><label for="html_body" class="hidden">HTML</label>
      <textarea id="html_body" name="html_body" .value=${live(draft.html_body ?? '')} spellcheck="false" @input=${({ target }) => edit('html_body', target.value)}></textarea></details>
    ${fields()}
  </fieldset>`

  const fields = () => {
    const found = [
      ...new Set(
        [draft.subject, draft.text_body, draft.html_body].flatMap(text =>
          [...(text ?? '').matchAll(/\{\{\s*([A-Za-z_]\w*)/g)].map(([, name]) => name),
        ),
      ),
    ]
    return found.length > 0 ? html`<p class="quiet">Fields: ${found.join(', ')}</p>` : nothing
  }

  const fast = () => html`<fieldset><legend><span>3</span> How fast</legend>
    <p><label for="daily_send_limit">Mails a day</label><input id="daily_send_limit" type="number" min="1" required .value=${live(String(draft.daily_send_limit))}
      @input=${({ target }) => edit('daily_send_limit', target.valueAsNumber)}></p>
    <p class="figure">${!(draft.daily_send_limit >= 1) ? 'At least 1.' : finish ? html`<b>${plural(finish.batches, 'batch', 'batches')}</b>, one a day; begun now the last one leaves <b>${time(finish.finish_at)}</b>.` : audience ? 'Asking when it ends …' : 'Choose who, and the end stands here.'}</p>
    ${draft.daily_send_limit > 50 ? html`<small>5 to 50 a day is what receivers like best.</small>` : nothing}</fieldset>`

  const begin = () => html`<fieldset><legend><span>4</span> When</legend>
    <p class="radios"><label><input type="radio" name="when" value="now" .checked=${when === 'now'} @change=${() => setWhen('now')}> <span>Now</span></label>
      <label><input type="radio" name="when" value="at" .checked=${when === 'at'} @change=${() => setWhen('at')}> <span>At</span></label>
      <input type="datetime-local" aria-label="When it starts" .value=${live(scheduledAt)} ?disabled=${when !== 'at'} @input=${({
        target,
      }) => {
        scheduledAt = target.value
        redraw()
      }}></p></fieldset>`

  const setWhen = value => {
    when = value
    redraw()
  }

  const ready = () =>
    audience?.eligible > 0 &&
    (draft.text_body || draft.html_body) &&
    draft.daily_send_limit >= 1 &&
    (when === 'now' || scheduledAt)
  const last = () => html`<fieldset><legend><span>5</span> Start</legend>
    ${problem ? trouble(problem) : nothing}
    <p class="buttons"><button type="button" class="main" ?disabled=${!ready()} @click=${start}>${startWords()}</button></p>
    ${ready() ? nothing : html`<p class="quiet">${missing()}</p>`}</fieldset>`

  const startWords = () => {
    if (!audience) return 'Start'
    const first = Math.min(draft.daily_send_limit || 0, audience.eligible)
    return when === 'at'
      ? `Schedule ${plural(audience.eligible, 'mail')}`
      : `Start: ${plural(first, 'mail')} now, ${count(audience.eligible)} in all`
  }

  const missing = () =>
    [
      !(audience?.eligible > 0) && 'somebody to mail',
      !(draft.text_body || draft.html_body) && 'a text',
      !(draft.daily_send_limit >= 1) && 'a limit',
      when === 'at' && !scheduledAt && 'a time',
    ]
      .filter(Boolean)
      .join(', ')
      .replace(/^./, first => `Missing: ${first}`)

  const states = {
    new: 'Nothing is stored yet.',
    typing: 'Saving …',
    saved: 'The draft is saved.',
    unsaved: 'Not saved.',
    reading: '',
  }
  const look3 = () => html`<aside class="preview" aria-label="Preview"><h2>Preview</h2>
    ${
      preview
        ? html`${mailView(preview, part, name => {
            part = name
            redraw()
          })}<p class="buttons"><button type="button" @click=${() => testMail(id, preview.contact_id)}>Send me a test mail</button></p>`
        : previewProblem
          ? trouble(previewProblem)
          : html`<p class="quiet">The mail of the first contact stands here as soon as there are a list and a text.</p>`
    }</aside>`

  void read()
  return {
    title: 'New campaign',
    close: () => {
      clearTimeout(timer)
      if (state === 'typing') void save()
    },
    view: () => html`<h1 class="lead">${draft.name || 'A new campaign'} <small role="status">${states[state]}</small></h1>
      ${lists ? html`<div class="make"><form @submit=${event => event.preventDefault()}>${who()}${what()}${fast()}${begin()}${last()}</form>${look3()}</div>` : problem ? trouble(problem) : loading('the lists')}`,
  }
}
