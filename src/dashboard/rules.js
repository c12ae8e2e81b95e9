// The sending rules of a campaign, folded away until one of them is set. What is possible is for the database to say.

import { live } from '/dashboard/lit-html/directives/live.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { intervalMs, LANGUAGE, weekdays } from '/dashboard/words.js'

const HOUR = 3_600_000
const TIMES = ['daily_send_time', 'send_window_from', 'send_window_to']
const NUMBERS = ['ramp_up_by', 'ramp_up_percent', 'ramp_up_to']
const HOURS = ['spread_over', 'batch_interval']

/** Under the names of their columns. */
export const RULES = [
  ...TIMES,
  'send_window_days',
  'send_time_zone',
  ...NUMBERS,
  'spread_over',
  'limit_policy',
]

/** What a campaign's end depends on, beside its audience. */
export const PACE = ['daily_send_limit', 'batch_interval', ...RULES]

/** A campaign of the service as the fields of the page hold it: times to the minute, intervals in hours. */
export function readRules(campaign) {
  const read = { ...campaign }
  for (const name of TIMES) read[name] = campaign[name]?.replace(/^(\d\d:\d\d):00$/, '$1')
  for (const name of HOURS) if (campaign[name]) read[name] = intervalMs(campaign[name]) / HOUR
  return read
}

/** A field of the page as the service takes it; nothing is null. */
export function sendable(name, value) {
  if (value === '' || (name === 'send_window_days' && value.length === 0) || Number.isNaN(value)) return null
  if (HOURS.includes(name)) return `${value} hours`
  return NUMBERS.includes(name) ? Number(value) : value
}

/** Those that are set, as the service takes them. */
export const rulesOf = fields =>
  Object.fromEntries(
    RULES.map(name => [name, sendable(name, fields[name])]).filter(
      ([name, value]) => value !== null && !(name === 'limit_policy' && value === 'per_batch'),
    ),
  )

const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone
const zones = () => Intl.supportedValuesOf?.('timeZone') ?? [zoneHere()]
const halfHours = Array.from(
  { length: 49 },
  (_, n) => `${String(n >> 1).padStart(2, '0')}:${n % 2 ? '30' : '00'}`,
)

/** What the service said of a field stands below it, and is read with it. */
export const fieldError = (draft, name) => {
  const message = draft.errorOf(name)
  return message ? html`<small class="warn" id="${name}-error">${message}</small>` : nothing
}

const marks = (draft, name) => (draft.errorOf(name) ? `${name}-error` : nothing)
export const isRefused = (draft, name) => (draft.errorOf(name) ? 'true' : nothing)

/** One labelled input; `options`: `{type, hint, list, min, step, unit, placeholder, edit}`. */
export function input(draft, name, label, options = {}) {
  const {
    type = 'text',
    hint = nothing,
    list = nothing,
    min = nothing,
    step = nothing,
    edit = draft.edit,
  } = options
  const isNumber = type === 'number'
  return html`<p><label for=${name}>${label}</label>
    <input id=${name} name=${name} type=${type} .value=${live(String(draft.fields[name] ?? ''))} list=${list} min=${min} step=${step}
      maxlength=${isNumber ? nothing : '998'} placeholder=${options.placeholder ?? nothing} autocomplete="off" aria-invalid=${isRefused(draft, name)} aria-describedby=${marks(draft, name)} @input=${({ target }) => edit(name, target.value)}>${options.unit ? html` <span class="unit">${options.unit}</span>` : nothing}${hint}${fieldError(draft, name)}</p>`
}

/** One labelled choice of `[value, words]`. */
export const choice = (draft, name, label, options, hint = nothing) =>
  html`<p><label for=${name}>${label}</label><select id=${name} name=${name} aria-invalid=${isRefused(draft, name)} aria-describedby=${marks(draft, name)}
    @change=${({ target }) => draft.edit(name, target.value)}>${options.map(
      ([value, words]) =>
        html`<option value=${value} .selected=${value === draft.fields[name]}>${words}</option>`,
    )}</select>${hint}${fieldError(draft, name)}</p>`

export function rulesView(draft) {
  const { fields } = draft
  const isSet = Object.keys(rulesOf(fields)).length > 0 || Number(fields.batch_interval) !== 24
  const isOpen = draft.showsRules ?? isSet

  /** A time of day needs a zone: the reader's, until another is chosen. */
  const editTime = (name, value) => {
    if (value !== '' && value?.length !== 0 && !fields.send_time_zone)
      draft.edit('send_time_zone', zoneHere())
    draft.edit(name, value)
  }
  const hour = (name, label, hint) =>
    input(draft, name, label, { list: 'half-hours', placeholder: '09:00', hint, edit: editTime })
  const toggle =
    day =>
    ({ target }) => {
      const others = fields.send_window_days.filter(chosen => chosen !== day)
      editTime('send_window_days', target.checked ? [...others, day].sort() : others)
    }

  return html`<details class="rules" ?open=${isOpen} @toggle=${({ target }) => {
    draft.showsRules = target.open
  }}><summary>More rules</summary>
    <datalist id="half-hours">${halfHours.map(time => html`<option value=${time}></option>`)}</datalist>
    <datalist id="zones">${isOpen ? zones().map(zone => html`<option value=${zone}></option>`) : nothing}</datalist>
    <h2>When in the day</h2>
    <div class="fields">${hour('send_window_from', 'Only from')}${hour('send_window_to', 'until')}${hour('daily_send_time', 'Each batch at', html`<small>Empty: a day after the one before.</small>`)}</div>
    <div role="group" aria-label="Only on these days" class="days" aria-describedby=${marks(draft, 'send_window_days')}>${weekdays.map(
      (name, i) =>
        html`<label><input type="checkbox" name="send_window_days" .checked=${live(fields.send_window_days.includes(i + 1))} @change=${toggle(i + 1)}> <span lang=${LANGUAGE}>${name}</span></label>`,
    )} <small>None ticked: every day.</small>${fieldError(draft, 'send_window_days')}</div>
    ${input(draft, 'send_time_zone', 'Time zone of these times', { list: 'zones', placeholder: zoneHere() })}
    <h2>How many</h2>
    <div class="fields">${input(draft, 'ramp_up_by', 'Grow by', { type: 'number', min: 1, unit: 'mails' })}
      ${input(draft, 'ramp_up_percent', 'or by', { type: 'number', min: 1, unit: '%' })}
      ${input(draft, 'ramp_up_to', 'up to', { type: 'number', min: 1, unit: 'mails' })}</div>
    <div class="fields">${input(draft, 'batch_interval', 'Time between batches', { type: 'number', min: 0, step: 'any', unit: 'hours' })}
      ${input(draft, 'spread_over', 'Spread a batch over', { type: 'number', min: 0, step: 'any', unit: 'hours' })}</div>
    ${choice(draft, 'limit_policy', 'The limit holds for', [
      ['per_batch', 'each batch'],
      ['rolling', 'any stretch of an interval (rolling)'],
    ])}
    <p><small>Limits of a sender or of a recipient domain hold for all campaigns together; a DBA sets them.</small></p>
  </details>`
}
