// Import a file of contacts: its first rows and what the columns mean, how far it is, and what was refused.

import { get, makeUuid, post, send, url } from '/dashboard/api.js'
import { ruleWords } from '/dashboard/failed.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { loading, problemOf, trouble } from '/dashboard/parts.js'
import { bytes, count, duration, plural } from '/dashboard/words.js'

/** The service reads whole lines of the first 64 KiB; one byte more tells that there is more. */
const SAMPLE_BYTES = 64 * 1024 + 1
const SHOWN = 5
const LOOK_MS = 700

export function openImport({ redraw }) {
  let lists
  let file
  let sample
  let listId = ''
  let listName = ''
  let problem
  let progress
  let result
  let over = false

  get(url(['api', 'lists'], { limit: 200 })).then(
    page => {
      lists = page.items
      listId = lists[0]?.id ?? 'new'
      redraw()
    },
    error => {
      problem = problemOf(error)
      redraw()
    },
  )

  async function take(chosen) {
    if (!chosen) return
    file = chosen
    result = progress = problem = sample = undefined
    listName ||= chosen.name.replace(/\.\w+$/, '')
    redraw()
    try {
      const path = url(['api', 'imports', 'preview'], { file_name: chosen.name })
      const answer = await send('POST', path, {
        body: chosen.slice(0, SAMPLE_BYTES),
        headers: typeOf(chosen),
      })
      sample = await answer.json()
    } catch (error) {
      problem = problemOf(error)
    }
    redraw()
  }

  async function begin(event) {
    event.preventDefault()
    problem = result = undefined
    const id = makeUuid()
    try {
      let to = listId
      if (to === 'new') {
        const made = await post('/api/lists', { name: listName.trim() })
        lists = [{ ...made, contact_count: 0 }, ...lists]
        to = listId = made.id
      }
      progress = { state: 'reading', bytes_read: 0, bytes_expected: file.size }
      redraw()
      void watch(id)
      const path = url(['api', 'lists', to, 'imports'], { file_name: file.name, import_id: id })
      result = await (await send('POST', path, { body: file, headers: typeOf(file) })).json()
    } catch (error) {
      problem = problemOf(error)
    }
    progress = undefined
    redraw()
  }

  /** How far it is, until it is there. */
  async function watch(id) {
    while (progress) {
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
      const found = await get(url(['api', 'imports', id])).catch(() => undefined)
      if (progress && found) progress = found
      redraw()
    }
  }

  async function download() {
    const answer = await send('GET', url(['api', 'imports', result.import_id, 'rejections.csv']))
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await answer.blob())
    link.download = 'refused.csv'
    link.click()
    URL.revokeObjectURL(link.href)
  }

  const drop =
    () => html`<label class="drop ${over ? 'over' : ''}" @dragover=${dragged} @dragleave=${left} @drop=${dropped}>
      <input type="file" class="hidden" accept=".csv,.tsv,.txt,.ndjson,.jsonl,text/csv" @change=${({ target }) => take(target.files[0])}>
      <strong>${file ? file.name : 'Drop a file here, or choose one'}</strong>
      <span class="quiet">${file ? bytes(file.size) : 'CSV with a line of column names, or one JSON object a line'}</span></label>`

  const dragged = event => {
    event.preventDefault()
    if (!over) {
      over = true
      redraw()
    }
  }
  const left = () => {
    over = false
    redraw()
  }
  const dropped = event => {
    event.preventDefault()
    over = false
    void take(event.dataTransfer.files[0])
  }

  const columns = () => {
    const named = sample.columns.length > 0 ? sample.columns : guessed(sample.rows)
    return html`<section><h2>The first rows</h2>
    ${named.some(({ becomes }) => becomes === 'email') ? nothing : trouble({ title: 'No column holds e-mail addresses', detail: 'Name one of them "email" in the first line.' })}
    <div class="scroll" tabindex="0" role="group" aria-label="First rows"><table class="plain-rows"><thead><tr>${named.map(
      ({ name, becomes }) =>
        html`<th scope="col">${name || 'unnamed'}<br>${becomes === null ? html`<small>is left out</small>` : html`<small>→ ${ruleWords(becomes)}</small>`}</th>`,
    )}<th scope="col"></th></tr></thead>
      <tbody>${sample.rows.slice(0, SHOWN).map(row => html`<tr>${named.map(({ becomes }) => html`<td>${cell(row, becomes)}</td>`)}<td class="warn">${row.rejection ?? ''}</td></tr>`)}</tbody></table></div></section>`
  }

  const target = () => html`<form class="stack" @submit=${begin}><p><label for="list">Into the list</label>
      <select id="list" @change=${({ target }) => {
        listId = target.value
        redraw()
      }}>${lists.map(list => html`<option value=${list.id} ?selected=${list.id === listId}>${list.name} (${count(list.contact_count)})</option>`)}<option value="new" ?selected=${listId === 'new'}>A new list …</option></select></p>
      ${
        listId === 'new'
          ? html`<p><label for="list-name">Its name</label><input id="list-name" required maxlength="500" .value=${listName} @input=${({
              target,
            }) => {
              listName = target.value
            }}></p>`
          : nothing
      }
      <p class="buttons"><button class="main" ?disabled=${progress !== undefined}>Import ${file.name}</button></p></form>`

  const running = () => {
    const { state, bytes_read, bytes_expected, rows_read, rows_merged, rows_per_second, seconds_left } =
      progress
    const isRead = state !== 'reading'
    return html`<section><h2>${isRead ? 'The database takes the rows in' : 'The file is read'}</h2>
      <progress max=${(isRead ? rows_read : bytes_expected) || 1} value=${(isRead ? rows_merged : bytes_read) ?? 0} aria-label="How far it is"></progress>
      <p class="figure">${isRead ? html`${count(rows_merged)} of ${plural(rows_read, 'row')}` : html`${bytes(bytes_read)} of ${bytes(bytes_expected ?? file.size)}${rows_read ? html`, ${plural(rows_read, 'row')}` : nothing}`}${
        rows_per_second ? html`, ${count(rows_per_second)} a second` : nothing
      }${seconds_left ? html`, ${duration(seconds_left * 1000)} left` : nothing}</p></section>`
  }

  const done = () => html`<section role="status"><h2>${plural(result.rows, 'row')} read</h2>
    <p class="figure"><b>${count(result.imported)}</b> new contacts, <b>${count(result.existing)}</b> known ones, <b>${count(result.added_to_list)}</b> added to the list${
      result.rejected_count > 0
        ? html`, <b class="warn">${count(result.rejected_count)} refused</b>`
        : nothing
    }.</p>
    ${
      result.rejected.length > 0
        ? html`<table class="plain-rows"><thead><tr><th scope="col" class="n">Line</th><th scope="col">Address</th><th scope="col">Why it was refused</th></tr></thead>
      <tbody>${result.rejected.slice(0, 200).map(row => html`<tr><td class="n">${count(row.line_number)}</td><th scope="row">${row.email ?? ''}</th><td>${row.reason}</td></tr>`)}</tbody></table>
      <p class="buttons"><button @click=${download}>Download all ${count(result.rejected_count)} as a file</button></p>`
        : nothing
    }
    <p class="buttons"><a class="button main" href="#/new">Make a campaign for them</a></p></section>`

  return {
    title: 'Import',
    close: () => {
      progress = undefined
    },
    view: () => html`<h1 class="lead">Import contacts. Rows that cannot be used are listed with their line; the others are taken.</h1>
      <div class="stack">${drop()}${problem ? trouble(problem) : nothing}
      ${result ? done() : progress ? running() : file && sample ? (lists ? html`${columns()}${target()}` : loading('the lists')) : nothing}</div>`,
  }
}

const typeOf = ({ name }) => ({
  'content-type': /\.(ndjson|jsonl)$/i.test(name) ? 'application/x-ndjson' : 'text/csv',
})

/** Columns of a file of objects, which has no first line. */
const guessed = rows => [
  { name: 'email', becomes: 'email' },
  ...['first_name', 'last_name']
    .filter(name => rows.some(row => row[name]))
    .map(name => ({ name, becomes: name })),
  ...[...new Set(rows.flatMap(({ attributes }) => Object.keys(attributes ?? {})))].map(name => ({
    name,
    becomes: name,
  })),
]

function cell(row, becomes) {
  if (becomes === null) return ''
  const value = ['email', 'first_name', 'last_name'].includes(becomes)
    ? row[becomes]
    : row.attributes?.[becomes]
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '')
}
