// A campaign that is being written: what is typed is stored by the service as one goes.

import { change, get, post, url } from '/dashboard/api.js'
import { problemOf } from '/dashboard/parts.js'
import { RULES, readRules, sendable } from '/dashboard/rules.js'

const SAVE_MS = 600
const EMPTY = {
  name: '',
  subject: '',
  sender: '',
  reply_to: '',
  text_body: '',
  html_body: '',
  daily_send_limit: 20,
  contact_list_ids: [],
  smtp_server: '',
  in_doubt_policy: 'never',
  batch_interval: 24,
  ...Object.fromEntries(RULES.map(name => [name, ''])),
  send_window_days: [],
  limit_policy: 'per_batch',
}
const FIELDS = Object.keys(EMPTY)

/** `{fields, id, state, problem}`, `edit`, `save`, `errorOf(field)`; `edited(field)` draws, `saved` is told when all is stored. */
export function openDraft(id, { edited, saved }) {
  const draft = { id, fields: { ...EMPTY }, state: id ? 'reading' : 'new', problem: undefined }
  let stored = {}
  let timer
  let saving = Promise.resolve()

  /** As the service takes them: no text is null, and an address that is half typed waits. */
  const pick = () =>
    Object.fromEntries(
      FIELDS.map(name => [name, sendable(name, draft.fields[name])]).filter(
        ([name, value]) => !/^(sender|reply_to)$/.test(name) || value === null || /@[^@\s]+\.\w/.test(value),
      ),
    )

  draft.read = async () => {
    if (!draft.id) return undefined
    const campaign = readRules(await get(url(['api', 'campaigns', draft.id])))
    for (const name of FIELDS) draft.fields[name] = campaign[name] ?? EMPTY[name]
    stored = pick()
    draft.state = 'saved'
    return campaign
  }

  draft.edit = (name, value) => {
    draft.fields = { ...draft.fields, [name]: value }
    draft.state = 'typing'
    clearTimeout(timer)
    timer = setTimeout(draft.save, SAVE_MS)
    edited(name)
  }

  /** Sends what has changed; a campaign comes into being with its first words. */
  draft.save = () => {
    clearTimeout(timer)
    saving = saving.then(store)
    return saving
  }

  draft.close = () => {
    clearTimeout(timer)
    if (draft.state === 'typing') void draft.save()
  }

  /** What is wrong with one field, in the service's words. */
  draft.errorOf = name =>
    name === 'batch_interval' && !(draft.fields.batch_interval > 0)
      ? 'More than 0 hours.'
      : draft.problem?.errors?.find(({ path }) => path.split('/')[1] === name)?.message

  async function store() {
    const sent = pick()
    const changes = Object.fromEntries(
      Object.entries(sent).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(stored[name])),
    )
    if (draft.fields.name.trim() === '') changes.name = draft.fields.subject.trim() || 'Untitled'
    if (!(changes.daily_send_limit >= 1)) delete changes.daily_send_limit
    if (draft.errorOf('batch_interval')) delete changes.batch_interval
    if (!draft.id || Object.keys(changes).length > 0) draft.problem = await storeAll(changes, sent)
    const isSame = JSON.stringify(pick()) === JSON.stringify(sent)
    draft.state = !isSame ? 'typing' : draft.problem ? 'unsaved' : 'saved'
    edited()
    if (draft.state === 'saved') saved()
  }

  /** What the service refuses by its name stays behind, with the rules that belong to it; the rest is stored. */
  async function storeAll(changes, sent) {
    let problem
    for (let rest = changes; !draft.id || Object.keys(rest).length > 0; ) {
      try {
        await send(rest)
        for (const name of Object.keys(rest)) stored[name] = sent[name]
        return problem
      } catch (error) {
        problem ??= problemOf(error)
        const refused = (error.problem?.errors ?? []).map(({ path }) => path.split('/')[1])
        const names = refused.some(name => RULES.includes(name)) ? [...refused, ...RULES] : refused
        const left = Object.entries(rest).filter(([name]) => !names.includes(name))
        if (left.length === Object.keys(rest).length) return problem
        rest = Object.fromEntries(left)
      }
    }
    return problem
  }

  async function send(changes) {
    if (draft.id) return change('PATCH', url(['api', 'campaigns', draft.id]), changes)
    const made = await post('/api/campaigns', { ...changes, status: 'draft' })
    draft.id = made.id
    history.replaceState(null, '', `#/new/${made.id}`)
  }
  return draft
}
