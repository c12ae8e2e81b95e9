// Import a file of contacts: its first rows and what the columns mean, how far it is, and what was refused.

import { get, post, url } from '/dashboard/api.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { loading, problemOf, trouble } from '/dashboard/parts.js'
import { readSample } from '/dashboard/sample.js'
import { upload } from '/dashboard/upload.js'
import { count, duration, plural } from '/dashboard/words.js'

const SAMPLE_BYTES = 64 * 1024
const MEGABYTE = 1024 * 1024

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
    result = progress = problem = undefined
    listName ||= chosen.name.replace(/\.\w+$/, '')
    sample = readSample(await chosen.slice(0, SAMPLE_BYTES).text(), chosen.size > SAMPLE_BYTES)
    redraw()
  }

  async function begin(event) {
    event.preventDefault()
    problem = result = undefined
    try {
      let to = listId
      if (to === 'new') {
        const made = await post('/api/lists', { name: listName.trim() })
        lists = [{ ...made, contact_count: 0 }, ...lists]
        to = listId = made.id
      }
      progress = { sent: 0, size: file.size, begun: Date.now() }
      redraw()
      const answer = await upload(url(['api', 'lists', to, 'imports'], { file_name: file.name }), file, {
        type: sample.isJson ? 'application/x-ndjson' : 'text/csv',
        progressed: sent => {
          progress = { ...progress, sent }
          redraw()
        },
      })
      result = { ...answer, rejected: await allRejections(answer) }
    } catch (error) {
      problem = problemOf(error)
    }
    progress = undefined
    redraw()
  }

  /** All of them: the answer shows the first hundred. */
  async function allRejections({ import_id, rejected_count, rejected }) {
    if (!(rejected_count > (rejected?.length ?? 0))) return rejected ?? []
    const all = []
    for (let after = 0; after !== null && all.length < 10_000; ) {
      const page = await get(
        url(['api', 'imports', import_id, 'rejections'], { after_line: after, limit: 200 }),
      )
      all.push(...page.items)
      after = page.next_after_line
    }
    return all
  }

  const drop =
    () => html`<label class="drop ${over ? 'over' : ''}" @dragover=${dragged} @dragleave=${left} @drop=${dropped}>
      <input type="file" class="hidden" accept=".csv,.tsv,.txt,.ndjson,.jsonl,text/csv" @change=${({ target }) => take(target.files[0])}>
      <strong>${file ? file.name : 'Drop a file here, or choose one'}</strong>
      <span class="quiet">${file ? size(file.size) : 'CSV with a line of column names, or one JSON object a line'}</span></label>`

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

  const columns = () => html`<section><h2>The first rows</h2>
    ${sample.columns.some(({ field }) => field === 'email') ? nothing : trouble({ title: 'No column looks like an e-mail address', detail: 'Name one of them "email" in the first line.' })}
    <div class="scroll" tabindex="0" role="group" aria-label="First rows"><table><thead><tr>${sample.columns.map(({ name, field }) => html`<th scope="col">${name || html`<span class="quiet">unnamed</span>`}<br><small>${field ? `→ ${field}` : '→ left out'}</small></th>`)}</tr></thead>
      <tbody>${sample.rows.map(row => html`<tr>${sample.columns.map((_, i) => html`<td>${row[i] ?? ''}</td>`)}</tr>`)}</tbody></table></div></section>`

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
    const { sent, size: all, begun } = progress
    const seconds = Math.max(0.001, (Date.now() - begun) / 1000)
    const isRead = sent >= all
    return html`<section><h2>${isRead ? 'The database takes the rows in …' : 'Sending the file'}</h2>
      <progress max=${all} value=${sent} aria-label="Sent"></progress>
      <p class="figure">${size(sent)} of ${size(all)}, ${size(sent / seconds)} a second${isRead ? nothing : html`, ${duration(((all - sent) / (sent / seconds || 1)) * 1000)} left`}</p></section>`
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
      <p class="buttons"><a class="button" download="refused.csv" href=${asFile(result.rejected)}>Download all ${count(result.rejected.length)} as a file</a></p>`
        : nothing
    }
    <p class="buttons"><a class="button main" href="#/new">Make a campaign for them</a></p></section>`

  return {
    title: 'Import',
    close: () => URL.revokeObjectURL(made.url),
    view: () => html`<h1 class="lead">Import contacts. Rows that cannot be used are listed with their line; the others are taken.</h1>
      <div class="stack">${drop()}${problem ? trouble(problem) : nothing}
      ${result ? done() : progress ? running() : file && sample ? (lists ? html`${columns()}${target()}` : loading('the lists')) : nothing}</div>`,
  }
}

const size = bytes =>
  bytes < MEGABYTE ? `${count(Math.ceil(bytes / 1024))} kB` : `${(bytes / MEGABYTE).toFixed(1)} MB`

const made = { rows: undefined, url: '' }

/** A CSV whose cells no spreadsheet takes for formulas. */
function asFile(rows) {
  if (made.rows === rows) return made.url
  URL.revokeObjectURL(made.url)
  const cell = value => {
    const text = String(value ?? '')
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
  }
  const lines = rows.map(({ line_number, email, reason }) =>
    [line_number, cell(email), cell(reason)].join(','),
  )
  made.rows = rows
  made.url = URL.createObjectURL(
    new Blob([['line,email,reason', ...lines, ''].join('\r\n')], { type: 'text/csv' }),
  )
  return made.url
}
