// Files of a campaign's message: attached, or shown by its HTML under a content id.

import { get, send, url } from '/dashboard/api.js'
import { say } from '/dashboard/dialog.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { problemOf, trouble } from '/dashboard/parts.js'
import { bytes } from '/dashboard/words.js'

/** `draft`: a file needs a campaign, which is made for the first one; `changed(isOther)`: whether the mail is another now. */
export function openFiles(draft, changed) {
  let items = []
  let problem
  let busy
  let contentId = ''
  /** Counts the questions: only the answer to the last one is shown. */
  let question = 0

  async function read() {
    if (!draft.id) return
    const asked = ++question
    try {
      const found = await get(url(['api', 'campaigns', draft.id, 'attachments']))
      if (asked !== question) return
      items = found.items
    } catch (error) {
      if (asked !== question) return
      problem = problemOf(error)
    }
    changed(false)
  }

  /** One after the other; what one is refused for does not keep the others out. */
  async function add(files) {
    problem = undefined
    if (!draft.id) await draft.save()
    if (!draft.id) return changed(false)
    for (const file of files) {
      busy = file.name
      changed(false)
      try {
        await send(
          'POST',
          url(['api', 'campaigns', draft.id, 'attachments'], { file_name: file.name, content_id: contentId }),
          {
            body: file,
            headers: { 'content-type': file.type || 'application/octet-stream' },
          },
        )
        say(`${file.name} is added.`)
      } catch (error) {
        const { title, ...rest } = problemOf(error)
        problem = { ...rest, title: `${file.name}: ${title}` }
      }
      contentId = ''
    }
    busy = undefined
    await read()
    changed(true)
  }

  async function remove(file) {
    problem = undefined
    try {
      await send('DELETE', url(['api', 'campaigns', draft.id, 'attachments', file.attachment_id]))
      say(`${file.file_name} is removed.`)
    } catch (error) {
      problem = problemOf(error)
    }
    await read()
    changed(true)
  }

  return {
    read,
    view: () => html`<details ?open=${items.length > 0 || problem !== undefined}><summary>Files${items.length > 0 ? ` (${items.length})` : ''}</summary>
      ${
        items.length > 0
          ? html`<ul class="files">${items.map(
              file => html`<li><span>${file.file_name}${file.content_id ? html` <small>shown by <code>cid:${file.content_id}</code></small>` : nothing}</span>
        <small>${bytes(file.byte_count)}</small><button type="button" class="plain" aria-label="Remove ${file.file_name}" @click=${() => remove(file)}>Remove</button></li>`,
            )}</ul>`
          : nothing
      }
      <p><label for="content_id">Content id</label><input id="content_id" maxlength="64" autocomplete="off" .value=${contentId} @input=${({
        target,
      }) => {
        contentId = target.value.trim()
      }}><small>Only for an image that the HTML shows: <code>logo</code> for <code>&lt;img src="cid:logo"&gt;</code>.</small></p>
      <p><label for="files">Add files</label><input id="files" type="file" multiple ?disabled=${busy !== undefined} @change=${({
        target,
      }) => {
        const chosen = [...target.files]
        target.value = ''
        void add(chosen)
      }}><small>${busy ? `Adding ${busy} …` : 'All files of a campaign together have 10 MiB at most.'}</small></p>
      ${problem ? trouble(problem) : nothing}</details>`,
  }
}
