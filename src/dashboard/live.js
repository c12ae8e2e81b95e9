// What happens, as it happens: server-sent events, read by fetch so that the key can go along as a header. While there is
// no stream the views read again every few seconds; after a loss the stream goes on from the last event.
import { authorization, connection, events as connections } from '/dashboard/api.js'

const POLL_MS = 4000
const SETTLE_MS = 250
const LONGEST_WAIT_MS = 15_000

/**
 * Calls `read` soon after something happened, and every few seconds while there is no stream. One reading at a time.
 * `path` is the stream's. Returns a function that ends it.
 */
export function follow(path, read) {
  const ending = new AbortController()
  let streaming = false
  let timer
  let reading = false
  let again = false

  const plan = ms => {
    clearTimeout(timer)
    timer = setTimeout(run, ms)
  }
  async function run() {
    if (reading) {
      again = true
      return
    }
    reading = true
    await read().catch(() => {})
    reading = false
    if (ending.signal.aborted) return
    if (again) plan(SETTLE_MS)
    else plan(streaming && !connection.lost ? LONGEST_WAIT_MS : POLL_MS)
    again = false
  }
  const listen = async () => {
    let lastId
    for (let wait = 1000; !ending.signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await stream(path, lastId, ending.signal, {
          opened() {
            streaming = true
            wait = 1000
          },
          message({ id }) {
            lastId = id ?? lastId
            plan(SETTLE_MS)
          },
        })
      } catch {}
      streaming = false
      if (!ending.signal.aborted) await delay(wait)
    }
  }
  plan(POLL_MS)
  void listen()
  const noticed = () => connection.lost || plan(0)
  connections.addEventListener('connection', noticed)
  return () => {
    ending.abort()
    clearTimeout(timer)
    connections.removeEventListener('connection', noticed)
  }
}

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
