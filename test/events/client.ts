import { type IncomingMessage, request } from 'node:http'
import pino from 'pino'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Daybatch } from '../../src/db/daybatch.ts'
import { EVENT_CHANNEL, Listener } from '../../src/db/listener.ts'
import { createPool } from '../../src/db/pool.ts'
import { EventFeed } from '../../src/events/feed.ts'
import { createTestDatabase, type Testing } from '../helper/database.ts'
import { until } from '../helper/until.ts'

export interface Received {
  id: string | undefined
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  data: any
}

export interface StreamClient {
  status: number
  events: Received[]
  comments: number
  /** Where a new connection goes on. */
  lastEventId: string | undefined
  response: IncomingMessage
  isClosed: boolean
  close(): void
  /** Event ids in the order of their coming. */
  ids(): number[]
}

/** Reads a stream as the HTML standard says (9.2.6), from a socket of its own. */
export function openStream(url: string, headers: Record<string, string> = {}): Promise<StreamClient> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers, agent: false }, response => {
      const client: StreamClient = {
        status: response.statusCode!,
        events: [],
        comments: 0,
        lastEventId: headers['last-event-id'],
        response,
        isClosed: false,
        close: () => call.destroy(),
        ids: () => client.events.filter(({ data }) => data.event_id).map(({ data }) => data.event_id),
      }
      let text = ''
      let [event, data, id] = ['', '', client.lastEventId]
      const take = (line: string) => {
        if (line === '') {
          // not before: a message that was cut off is not there
          client.lastEventId = id
          if (data !== '') client.events.push({ id: client.lastEventId, event, data: JSON.parse(data) })
          event = data = ''
        } else if (line.startsWith(':')) client.comments += 1
        else if (line.startsWith('id: ')) id = line.slice(4)
        else if (line.startsWith('event: ')) event = line.slice(7)
        else if (line.startsWith('data: ')) data += line.slice(6)
      }
      response.setEncoding('utf8').on('data', (piece: string) => {
        const lines = (text + piece).split('\n')
        text = lines.pop()!
        for (const line of lines) take(line)
      })
      response.on('error', () => {})
      response.once('close', () => {
        client.isClosed = true
      })
      resolve(client)
    })
    call.on('error', reject)
    call.end()
  })
}

/** The app on a port, with its listener; the service's login and a database of its own. */
export async function openEventApi(t: Testing, { heartbeatMs }: { heartbeatMs?: number } = {}) {
  const database = await createTestDatabase(t)
  const pool = createPool(database.serviceUrl, { applicationName: 'daybatch test service' })
  const db = new Daybatch(pool)
  const log = pino({ level: 'silent' })
  const feed = new EventFeed({ db, log, ...(heartbeatMs && { heartbeatMs }) })
  const listener = new Listener({
    url: database.serviceUrl,
    applicationName: 'daybatch test listener',
    channels: { [EVENT_CHANNEL]: () => feed.wake() },
    log,
  })
  const app = await buildApp({ db, config: readConfig({}), log, checks: {}, feed })
  const base = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api`
  listener.start()
  t.teardown(async () => {
    await app.close()
    await listener.stop()
    await pool.end()
  })
  const isListening = async () =>
    (
      await database.pool.query(
        `select from pg_stat_activity where datname = $1 and application_name = 'daybatch test listener' and query like 'listen%daybatch_events%' and state = 'idle'`,
        [database.name],
      )
    ).rowCount === 1
  await until(isListening)
  return { ...database, db, feed, app, base, isListening }
}

export const wait = async (client: StreamClient, count: number): Promise<Received[]> => {
  await until(async () => client.events.length >= count)
  return client.events
}
