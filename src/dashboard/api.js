// Requests to this service. The key lives in sessionStorage and goes out as a header, never in a URL.

const KEY = 'daybatch.key'

/** What the service refused: its problem details (RFC 9457). */
export class ProblemError extends Error {
  constructor(problem) {
    super(problem.title ?? 'The service refused the request')
    this.problem = problem
  }
}

/** The service did not answer at all. */
export class LostError extends Error {}

/** Asked again soon the same may be answered: the service is away, starts, or has too much to do. */
export const mayPass = error =>
  error instanceof LostError || error.problem?.status >= 500 || error.problem?.status === 429
export const RETRY_MS = 4000

export const events = new EventTarget()
/** `lost` while the service does not answer. */
export const connection = { lost: false, since: 0 }

function setLost(lost) {
  if (connection.lost === lost) return
  connection.lost = lost
  connection.since = Date.now()
  events.dispatchEvent(new Event('connection'))
}

export const readKey = () => sessionStorage.getItem(KEY)

export function setKey(key) {
  if (key) sessionStorage.setItem(KEY, key)
  else sessionStorage.removeItem(KEY)
}

export function authorization() {
  const key = readKey()
  return key ? { authorization: `Bearer ${key}` } : {}
}

/** Sends a request; returns the answer once its status is known. Refusals and losses are thrown. */
export async function send(method, path, { body, headers, signal } = {}) {
  let answer
  const key = readKey()
  try {
    answer = await fetch(path, {
      method,
      body,
      signal,
      cache: 'no-store',
      headers: { ...authorization(), ...headers },
    })
  } catch (error) {
    if (signal?.aborted) throw error
    setLost(true)
    throw new LostError('The service does not answer')
  }
  setLost(false)
  if (answer.ok) return answer
  // a late answer to a key that was given up says nothing about the one in its place
  if (answer.status === 401 && key === readKey()) events.dispatchEvent(new Event('sign-in'))
  throw new ProblemError(await readProblem(answer))
}

async function readProblem(answer) {
  const problem = await answer.json().catch(() => ({}))
  return { title: `The service answered ${answer.status}`, status: answer.status, ...problem }
}

async function readBody(answer) {
  return answer.status === 204 ? undefined : answer.json()
}

export const get = async (path, options) => readBody(await send('GET', path, options))

/** Sends JSON; `etag`: only when nothing has changed since; `key`: that of the try before, which may have been done. */
export async function change(method, path, body, { etag, key = makeKey() } = {}) {
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(etag && { 'if-match': etag }),
  }
  if (method === 'POST') headers['idempotency-key'] = key
  return readBody(
    await send(method, path, { headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
  )
}

export const post = (path, body, options) => change('POST', path, body, options)

/** A path of these segments and query fields; what is empty is left out. */
export function url(segments, query = {}) {
  const path = segments.map(encodeURIComponent).join('/')
  const fields = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  )
  const search = new URLSearchParams(fields.map(([name, value]) => [name, String(value)]))
  return `/${path}${fields.length > 0 ? `?${search}` : ''}`
}

export const makeKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')

/** A random uuid; crypto.randomUUID is not there where a page came by plain HTTP from another machine. */
export const makeUuid = () => makeKey().replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-a$4-')
