// The first rows of a file, and what its columns become: guessed by the service, changed by whoever knows them.

import { live } from '/dashboard/lit-html/directives/live.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { trouble } from '/dashboard/parts.js'

const SHOWN = 5
const FIELDS = [
  ['email', 'e-mail address'],
  ['first_name', 'first name'],
  ['last_name', 'last name'],
  ['status', 'why not to write'],
  ['opt_out', 'unsubscribed'],
  ['attributes', 'attributes (JSON)'],
]
const isField = becomes => FIELDS.some(([name]) => name === becomes)
const kindOf = becomes => (becomes === null ? '' : isField(becomes) ? becomes : 'attribute')

/** `remap(name, target)` changes what one column becomes; `typed`: names of attributes that are being written, by column. */
export function columnsView({ columns, rows }, typed, remap) {
  return html`<section><h2>The first rows, and what the columns become</h2>
    ${columns.some(({ becomes }) => becomes === 'email') ? nothing : trouble({ title: 'No column holds e-mail addresses', detail: 'Choose “e-mail address” for the one that does.' })}
    <div class="scroll" tabindex="0" role="group" aria-label="First rows"><table class="plain-rows mapped"><thead><tr>${columns.map(
      (column, i) =>
        html`<th scope="col">${column.name || 'unnamed'}${chooser(column, isFirst(columns, i), typed, remap)}</th>`,
    )}<th scope="col"><span class="hidden">Refused because</span></th></tr></thead>
      <tbody>${rows.slice(0, SHOWN).map(row => html`<tr>${columns.map(({ becomes }) => html`<td>${cell(row, becomes)}</td>`)}<td class="warn">${row.rejection ?? ''}</td></tr>`)}</tbody></table></div></section>`
}

/** A mapping names columns: of two with one name it can tell the first. */
const isFirst = (columns, i) => columns.findIndex(({ name }) => name === columns[i].name) === i

function chooser({ name, becomes }, canBeNamed, typed, remap) {
  if (!name || !canBeNamed) return html`<small>${becomes === null ? 'is left out' : `→ ${becomes}`}</small>`
  const kind = kindOf(becomes)
  const choose = ({ target }) =>
    remap(name, target.value === 'attribute' ? `attributes.${name}` : target.value)
  const type = ({ target }) => typed.set(name, target.value)
  const rename = ({ target }) => {
    typed.delete(name)
    remap(name, target.value.trim() ? `attributes.${target.value.trim()}` : '')
  }
  return html`<select aria-label="What ${name} becomes" @change=${choose}>
      ${FIELDS.map(([field, words]) => html`<option value=${field} .selected=${field === kind}>${words}</option>`)}
      <option value="attribute" .selected=${kind === 'attribute'}>attribute</option>
      <option value="" .selected=${kind === ''}>is left out</option></select>
    ${kind === 'attribute' ? html`<input aria-label="Attribute that ${name} becomes" maxlength="100" autocomplete="off" .value=${live(typed.get(name) ?? becomes)} @input=${type} @change=${rename}>` : nothing}`
}

function cell(row, becomes) {
  if (becomes === null) return ''
  if (becomes === 'status' || becomes === 'opt_out') return row.status ?? row.attributes?.status ?? ''
  if (becomes === 'attributes') return row.attributes ? JSON.stringify(row.attributes) : ''
  const value = isField(becomes) ? row[becomes] : row.attributes?.[becomes]
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '')
}
