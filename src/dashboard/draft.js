// A campaign that is being written: what is typed is stored by the service as one goes.

import { change, get, LostError, makeKey, mayPass, RETRY_MS, url } from '/dashboard/api.js'
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

/** `{fields, id, state, problem, isLost}` (lost: nobody answered, and it tries again), `edit`, `save`, `errorOf(field)`; `edited(field)` draws, `saved` is told when all is stored. */
export function openDraft(id, { edited, saved }) {
  const draft = { id, fields: { ...EMPTY }, state: id ? 'reading' : 'new', problem: undefined, isLost: false }
  let stored = {}
  let timer
  let saving = Promise.resolve()
  let isClosed = false
  /** The request that makes the campaign, until it is answered. */
  let making

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
    isClosed = true
    clearTimeout(timer)
    if (draft.state === 'typing' || draft.isLost) void draft.save()
  }

  draft.says = () =>
    ({
      new: 'Nothing is stored yet.',
      typing: 'Saving …',
      saved: 'The draft is saved.',
      unsaved: draft.isLost ? 'Not saved yet; it tries again.' : 'Not saved.',
      reading: '',
    })[draft.state]

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
    // what was refused may have been taken back
    const isNew = !draft.id || Object.keys(changes).length > 0
    draft.problem = isNew ? await storeAll(changes, sent) : undefined
    const isSame = JSON.stringify(pick()) === JSON.stringify(sent)
    draft.state = !isSame ? 'typing' : draft.problem ? 'unsaved' : 'saved'
    if (draft.isLost && isSame) timer = setTimeout(draft.save, RETRY_MS)
    edited()
    // also beside a field that was refused: the rest is stored
    if (isSame && !draft.isLost && draft.id && !isClosed) saved()
  }

  /** What the service refuses by its name stays behind, with the rules that belong to it; the rest is stored. */
  async function storeAll(changes, sent) {
    let problem
    draft.isLost = false
    for (let rest = changes; !draft.id || Object.keys(rest).length > 0; ) {
      try {
        await send(rest, sent)
        rest = Object.fromEntries(
          Object.entries(rest).filter(
            ([name]) => JSON.stringify(stored[name]) !== JSON.stringify(sent[name]),
          ),
        )
      } catch (error) {
        problem ??= problemOf(error)
        draft.isLost = mayPass(error)
        const refused = (error.problem?.errors ?? []).map(({ path }) => path.split('/')[1])
        const names = refused.some(name => RULES.includes(name)) ? [...refused, ...RULES] : refused
        const left = Object.entries(rest).filter(([name]) => !names.includes(name))
        if (left.length === Object.keys(rest).length) return problem
        rest = Object.fromEntries(left)
      }
    }
    return problem
  }

  async function send(changes, sent) {
    if (draft.id) {
      await change('PATCH', url(['api', 'campaigns', draft.id]), changes)
      return remember(changes, sent)
    }
    // an answer that was lost is asked for again, by the same request: it may have made the campaign
    making ??= { changes, sent, key: makeKey() }
    const { key } = making
    try {
      const made = await change('POST', '/api/campaigns', { ...making.changes, status: 'draft' }, { key })
      draft.id = made.id
      remember(making.changes, making.sent)
    } catch (error) {
      if (!(error instanceof LostError)) making = undefined
      throw error
    }
    // whoever left meanwhile stays where he is
    if (!isClosed) history.replaceState(null, '', `#/new/${draft.id}`)
  }

  function remember(changes, sent) {
    for (const name of Object.keys(changes)) stored[name] = sent[name]
  }
  return draft
}
