// Import a file of contacts: its first rows and what the columns mean, how far it is, and what was refused.

import { get, LostError, makeUuid, mayPass, post, RETRY_MS, send, url } from '/dashboard/api.js'
import { columnsView } from '/dashboard/columns.js'
import { readLists } from '/dashboard/lists.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { loading, problemOf, trouble } from '/dashboard/parts.js'
import { bytes, count, duration, plural, time } from '/dashboard/words.js'

/** The service reads whole lines of the first 64 KiB; one byte more tells that there is more. */
const SAMPLE_BYTES = 64 * 1024 + 1
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
  let mapping = {}
  const typed = new Map()
  let looks = 0
  let isResumable = false
  let isLeft = false
  let looking
  /** The import under way, and whether its upload ended without an answer. */
  let underWay
  /** Imports that broke off and can go on; and those that others make, or were begun before this view was left. */
  let broken = []
  let others = []

  async function read() {
    try {
      lists = await readLists({ counts: false })
      listId ||= lists[0]?.id ?? 'new'
      problem = undefined
    } catch (error) {
      problem = problemOf(error)
      if (mayPass(error) && !isLeft) setTimeout(read, RETRY_MS)
    }
    redraw()
    if (lists) void readSizes()
  }
  void read()

  /** What was made meanwhile stays. */
  async function readSizes() {
    const sized = await readLists().catch(() => [])
    lists = lists.map(list => sized.find(({ id }) => id === list.id) ?? list)
    redraw()
  }
  void readBroken()

  async function readBroken() {
    const page = await get(url(['api', 'imports'], { limit: 50 })).catch(() => ({
      items: [...broken, ...others],
    }))
    broken = page.items.filter(({ state }) => state === 'interrupted')
    others = page.items.filter(({ id, state }) => /^(reading|merging)$/.test(state) && id !== underWay?.id)
    clearTimeout(looking)
    if (others.length > 0 && !isLeft) looking = setTimeout(readBroken, 3 * LOOK_MS)
    redraw()
  }

  function take(chosen) {
    // one at a time: what is told of the one under way would stand below the name of another
    if (!chosen || underWay) return
    file = chosen
    result = progress = sample = undefined
    mapping = {}
    typed.clear()
    listName ||= chosen.name.replace(/\.\w+$/, '')
    return look()
  }

  /** The first rows as they would be read; when a choice is not possible the ones before stay. */
  async function look() {
    const asked = ++looks
    problem = undefined
    redraw()
    try {
      const path = url(['api', 'imports', 'preview'], { file_name: file.name, map: mapText() })
      const answer = await send('POST', path, { body: file.slice(0, SAMPLE_BYTES), headers: typeOf(file) })
      const found = await answer.json()
      // another choice was made meanwhile
      if (asked === looks) sample = found
    } catch (error) {
      if (asked === looks) problem = problemOf(error)
    }
    redraw()
  }

  const mapText = () => (Object.keys(mapping).length > 0 ? JSON.stringify(mapping) : undefined)

  const remap = (name, target) => {
    // a field has one column: the one that had it before becomes an attribute
    for (const other of sample.columns)
      if (other.becomes === target && other.name !== name) mapping[other.name] = `attributes.${other.name}`
    mapping = { ...mapping, [name]: target }
    void look()
  }

  async function begin(event) {
    event.preventDefault()
    if (underWay) return
    problem = undefined
    try {
      let to = listId
      if (to === 'new') {
        const made = await post('/api/lists', { name: listName.trim() })
        lists = [{ ...made, contact_count: 0 }, ...lists]
        to = listId = made.id
      }
      const query = { file_name: file.name, import_id: makeUuid(), map: mapText() }
      await upload(to, isResumable ? { ...query, mode: 'resumable' } : query)
    } catch (error) {
      problem = problemOf(error)
      redraw()
    }
  }

  /** The same file again: the service skips what it has, and reads the columns as before. */
  function resume(broken, chosen) {
    if (!chosen || underWay) return
    file = chosen
    sample = undefined
    return upload(broken.list_id, { file_name: chosen.name, import_id: broken.id, mode: 'resumable' })
  }

  async function upload(list, query) {
    problem = result = undefined
    progress = { state: 'reading', bytes_read: 0, bytes_expected: file.size }
    const mine = { id: query.import_id, isCut: false }
    underWay = mine
    redraw()
    const end = watch(mine)
    try {
      const path = url(['api', 'lists', list, 'imports'], query)
      result = await (await send('POST', path, { body: file, headers: typeOf(file) })).json()
    } catch (error) {
      // perhaps the answer alone was lost: the service knows what became of the file
      mine.isCut = error instanceof LostError
      if (mine.isCut) await end
      else problem = problemOf(error)
    }
    // what can go on is known anew before it is told how this one ended
    await readBroken()
    progress = underWay = undefined
    redraw()
  }

  /** How far it is, until it is there; how it ended is asked for when the upload itself got no answer. */
  async function watch(mine) {
    while (underWay === mine && !isLeft) {
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
      const found = await get(url(['api', 'imports', mine.id])).catch(error => error.problem)
      if (underWay !== mine) return
      if (found?.state) progress = found
      if (mine.isCut && found && (await hasEnded(mine.id, found))) return
      redraw()
    }
  }

  /** `found`: the import, or why there is none. */
  async function hasEnded(id, { state, failure, status, ...found }) {
    if (state === 'reading' || state === 'merging' || (status && status !== 404)) return false
    if (state === 'finished') {
      const page = await get(url(['api', 'imports', id, 'rejections'])).catch(() => undefined)
      if (page) result = { ...found, import_id: id, rejected: page.items }
      return page !== undefined
    }
    problem = {
      title: `The upload broke off${failure ? `: ${failure}` : ''}`,
      detail:
        state === 'interrupted'
          ? 'What was read is kept: go on below.'
          : 'Nothing of it stays. Import it again.',
    }
    return true
  }

  async function download() {
    problem = undefined
    const path = url(['api', 'imports', result.import_id, 'rejections.csv'])
    const answer = await send('GET', path).catch(error => {
      problem = problemOf(error)
    })
    if (!answer) return redraw()
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await answer.blob())
    link.download = 'refused.csv'
    link.click()
    URL.revokeObjectURL(link.href)
  }

  const drop =
    () => html`<label class="drop ${over && !underWay ? 'over' : ''}" @dragover=${dragged} @dragleave=${left} @drop=${dropped}>
      <input type="file" class="hidden" accept=".csv,.tsv,.txt,.ndjson,.jsonl,text/csv" ?disabled=${underWay !== undefined} @change=${({ target }) => take(target.files[0])}>
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

  const brokenOff = () => html`<section><h2>Broken off</h2>
    <ul class="broken">${broken.map(
      item => html`<li><p><b>${item.file_name ?? 'a file without a name'}</b>${item.bytes_expected ? html`, ${bytes(item.bytes_expected)}` : nothing}, begun ${time(item.created_at)}
        into ${lists?.find(({ id }) => id === item.list_id)?.name ?? 'a list'}: ${item.is_read ? 'all of it was read' : `${plural(Math.max(item.staged_line - 1, 0), 'row')} were kept`}, then ${item.failure}.</p>
        <label class="button">Choose the same file and go on<input type="file" class="hidden" aria-label="Go on with ${item.file_name ?? 'a file without a name'}: choose the same file" @change=${({
          target,
        }) => {
          const [chosen] = target.files
          target.value = ''
          void resume(item, chosen)
        }}></label>${file && file.name === item.file_name && file.size === item.bytes_expected ? html` <button type="button" class="main" @click=${() => resume(item, file)}>Go on with ${file.name}</button>` : nothing}</li>`,
    )}</ul></section>`

  const target = () => html`<form class="stack" @submit=${begin}><p><label for="list">Into the list</label>
      <select id="list" @change=${({ target }) => {
        listId = target.value
        redraw()
      }}>${lists.map(list => html`<option value=${list.id} ?selected=${list.id === listId}>${list.name}${list.contact_count === undefined ? nothing : ` (${count(list.contact_count)})`}</option>`)}<option value="new" ?selected=${listId === 'new'}>A new list …</option></select></p>
      ${
        listId === 'new'
          ? html`<p><label for="list-name">Its name</label><input id="list-name" required maxlength="500" .value=${listName} @input=${({
              target,
            }) => {
              listName = target.value
            }}></p>`
          : nothing
      }
      <div role="radiogroup" aria-label="If it breaks off" class="radios"><span>If it breaks off:</span>
        ${mode(false, 'nothing of it stays')}${mode(true, 'what was read stays, and it can go on')}</div>
      <p class="buttons"><button class="main" ?disabled=${progress !== undefined || !sample.columns.some(({ becomes }) => becomes === 'email')}>Import ${file.name}</button></p></form>`

  const mode = (value, words) =>
    html`<label><input type="radio" name="mode" .checked=${isResumable === value} @change=${() => {
      isResumable = value
      redraw()
    }}> <span>${words}</span></label>`

  const besides = () =>
    html`<section><h2>Under way</h2><ul class="broken">${others.map(
      ({ file_name, created_at, rows_read, seconds_left }) =>
        html`<li><p><b>${file_name ?? 'a file without a name'}</b>, begun ${time(created_at)}: ${plural(rows_read, 'row')} read${seconds_left ? html`, ${duration(seconds_left * 1000)} left` : nothing}.</p></li>`,
    )}</ul></section>`

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
    /** The file and what its columns become stay while the key is asked for. */
    keeps: true,
    again: () => void (lists ? readBroken() : read()),
    close: () => {
      isLeft = true
      clearTimeout(looking)
    },
    view: () => html`<h1 class="lead">Import contacts. Rows that cannot be used are listed with their line; the others are taken.</h1>
      <div class="stack">${drop()}${problem ? trouble(problem) : nothing}
      ${progress ? running() : result ? done() : file && sample ? (lists ? html`${columnsView(sample, typed, remap)}${target()}` : loading('the lists')) : nothing}
      ${others.length > 0 ? besides() : nothing}
      ${broken.length > 0 && !progress ? brokenOff() : nothing}</div>`,
  }
}

const typeOf = ({ name }) => ({
  'content-type': /\.(ndjson|jsonl)$/i.test(name) ? 'application/x-ndjson' : 'text/csv',
})
