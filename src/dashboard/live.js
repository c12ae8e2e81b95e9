// What happens, as it happens: server-sent events, read by fetch so that the key can go along as a header. While there is
// no stream the views read again every few seconds; after a loss the stream goes on from the last event.
import { authorization, connection, events as connections } from '/dashboard/api.js'

const POLL_MS = 4000
const SETTLE_MS = 250
/** Between two readings, however much happens. */
const APART_MS = 1000
const LONGEST_WAIT_MS = 15_000

/**
 * Calls `read` soon after something happened, and every few seconds while there is no stream. One reading at a time.
 * `path` is the stream's. Returns a function that ends it.
 */
export function follow(path, read) {
  const ending = new AbortController()
  let streaming = false
  let timer
  let dueAt = Infinity
  let readAt = -Infinity
  let reading = false
  let again = false
  let looking

  /** What is planned already comes no later for it: events may follow each other without a pause. */
  const plan = ms => {
    const at = performance.now() + ms
    if (at >= dueAt || ending.signal.aborted) return
    dueAt = at
    clearTimeout(timer)
    timer = setTimeout(run, ms)
  }
  const planSoon = () => plan(Math.max(SETTLE_MS, readAt + APART_MS - performance.now()))
  async function run() {
    dueAt = Infinity
    // nobody looks
    if (document.hidden) return
    if (reading) {
      again = true
      return
    }
    reading = true
    readAt = performance.now()
    await read().catch(() => {})
    reading = false
    if (ending.signal.aborted) return
    if (again) planSoon()
    else plan(streaming && !connection.lost ? LONGEST_WAIT_MS : POLL_MS)
    again = false
  }
  const listen = async () => {
    let lastId
    for (let wait = 1000; !ending.signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      // over HTTP/1.1 all tabs of a browser share six connections: a tab that nobody looks at takes none of them
      while (document.hidden && !ending.signal.aborted) await seen()
      if (ending.signal.aborted) return
      looking = new AbortController()
      try {
        await stream(path, lastId, looking.signal, {
          opened() {
            streaming = true
            wait = 1000
          },
          message({ id }) {
            lastId = id ?? lastId
            planSoon()
          },
        })
      } catch {}
      if (streaming) plan(POLL_MS)
      streaming = false
      if (!ending.signal.aborted) await delay(wait)
    }
  }
  plan(POLL_MS)
  void listen()
  const noticed = () => plan(connection.lost ? POLL_MS : 0)
  const looked = () => (document.hidden ? looking?.abort() : plan(0))
  connections.addEventListener('connection', noticed)
  document.addEventListener('visibilitychange', looked)
  return () => {
    ending.abort()
    looking?.abort()
    clearTimeout(timer)
    connections.removeEventListener('connection', noticed)
    document.removeEventListener('visibilitychange', looked)
  }
}

const seen = () =>
  new Promise(resolve => document.addEventListener('visibilitychange', resolve, { once: true }))

const delay = ms => new Promise(resolve => setTimeout(resolve, ms))

async function stream(path, lastId, signal, { opened, message }) {
  const answer = await fetch(path, {
    signal,
    cache: 'no-store',
    headers: { accept: 'text/event-stream', ...authorization(), ...(lastId && { 'last-event-id': lastId }) },
  })
  if (!answer.ok || !/^text\/event-stream/.test(answer.headers.get('content-type') ?? '')) {
    await answer.body?.cancel()
    throw new Error(`no stream: ${answer.status}`)
  }
  opened()
  let rest = ''
  for await (const piece of pieces(answer.body.pipeThrough(new TextDecoderStream()))) {
    const messages = (rest + piece).split(/\r?\n\r?\n/)
    rest = messages.pop()
    for (const text of messages) if (/^data/m.test(text)) message({ id: /^id: ?(.*)$/m.exec(text)?.[1] })
  }
}

/** Safari cannot loop over a stream. */
async function* pieces(stream) {
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
