import type { Daybatch } from '../db/daybatch.ts'
import type { EventLine } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'
import { type EventPlace, EventPosition, formatPlace } from './position.ts'
import { ProgressWatch } from './progress.ts'
import { EventStream, formatEvent, formatId } from './stream.ts'

export interface EventFeedOptions {
  db: Pick<Daybatch, 'readEvents' | 'findEventPosition' | 'listProgress'>
  log: { warn(details: object, message: string): void }
  heartbeatMs?: number
}

interface Client {
  stream: EventStream
  /** undefined: all campaigns */
  campaignId: string | undefined
  /** What happens while it is given what it missed. */
  held: { line: EventLine; place: EventPlace }[] | undefined
}

const HEARTBEAT_MS = 15_000
const MOST_CLIENTS = 500
const PAGE = 500
const MOST_HELD = 10_000
const AGAIN_MS = 1000

/**
 * Tells every client of this process each new line of the history: one reader for all of them, woken by notifications,
 * idle while nobody listens. A notification is a hint; what counts is the table, from the place that was read last.
 */
export class EventFeed {
  readonly #options: EventFeedOptions
  readonly #clients = new Set<Client>()
  readonly #progress: ProgressWatch
  #position: EventPosition | undefined
  #reading: Promise<void> | undefined
  #isStale = false
  #heartbeat: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: EventFeedOptions) {
    this.#options = options
    this.#progress = new ProgressWatch({
      db: options.db,
      log: options.log,
      watched: () => this.#watchedCampaigns(),
      tell: (campaignId, text) => this.#write(campaignId, text),
    })
  }

  /** How many clients are connected. */
  get clientCount(): number {
    return this.#clients.size
  }

  /** There may be new lines. */
  wake(): void {
    if (this.#clients.size === 0) return
    this.#read().catch(error => {
      this.#options.log.warn({ err: error }, 'the history could not be read for event streams: trying again')
      clearTimeout(this.#again)
      this.#again = setTimeout(() => this.wake(), AGAIN_MS).unref()
    })
  }

  /**
   * A stream of what happens from now on, of one campaign or of all; with `from`, of everything after that place first.
   * Throws a ProblemError when there are too many clients, or the service is stopping.
   */
  async open({
    campaignId,
    from,
  }: {
    campaignId?: string
    from?: EventPlace | undefined
  }): Promise<EventStream> {
    if (this.#isClosed || this.#clients.size >= MOST_CLIENTS) throw refuse(this.#isClosed)
    const stream = new EventStream()
    const client: Client = { stream, campaignId, held: [] }
    this.#clients.add(client)
    stream.once('close', () => this.#forget(client))
    try {
      await this.#read()
    } catch (error) {
      stream.destroy()
      throw error
    }
    const now = this.#position!.place
    // what was told before stands at or before this place
    client.held = []
    this.#heartbeat ??= setInterval(() => this.#beat(), this.#options.heartbeatMs ?? HEARTBEAT_MS)
    this.#progress.start()
    this.#catchUp(client, from ?? now, now).catch(error => {
      this.#options.log.warn({ err: error }, 'an event stream could not be given what it missed: it resumes')
      stream.destroy()
    })
    return stream
  }

  /** Ends every stream, so that the server can stop. */
  close(): void {
    this.#isClosed = true
    for (const { stream } of this.#clients) stream.end()
  }

  /** Gives a client what lies between two places, then what happened meanwhile. */
  async #catchUp(client: Client, from: EventPlace, until: EventPlace): Promise<void> {
    const { stream, campaignId } = client
    const open = new Set(until.missing)
    let { after, missing } = from
    stream.write(formatId(formatPlace(from)))
    while (!stream.destroyed && (after < until.after || missing.length > 0)) {
      const page = await this.#options.db.readEvents({
        after,
        missing: missing.filter(id => !open.has(id)),
        campaignId,
        until: until.after,
        limit: PAGE,
      })
      const lines = page.events.filter(line => !open.has(line.event_id))
      for (const line of lines) {
        after = Math.max(after, line.event_id)
        missing = missing.filter(id => id > line.event_id)
        const place = {
          after,
          missing: [...new Set([...missing, ...until.missing.filter(id => id < after)])].sort(
            (a, b) => a - b,
          ),
        }
        stream.write(format(line, place))
        await stream.drained()
      }
      if (page.events.length < PAGE) break
      missing = []
    }
    stream.write(formatId(formatPlace(until)))
    for (let next = client.held?.shift(); next && !stream.destroyed; next = client.held?.shift()) {
      stream.write(format(next.line, next.place))
      await stream.drained()
    }
    client.held = undefined
  }

  /** Reads on until nothing is new; whoever calls meanwhile gets one more read. */
  #read(): Promise<void> {
    this.#isStale = true
    this.#reading ??= this.#readAll()
    return this.#reading
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#isStale) {
        this.#isStale = false
        await this.#readPage()
      }
    } finally {
      // at once, so that nobody waits for a read that is over
      this.#reading = undefined
      // whoever comes next begins at its own now
      if (this.#clients.size === 0) this.#position = undefined
    }
  }

  async #readPage(): Promise<void> {
    const { db } = this.#options
    this.#position ??= new EventPosition(await db.findEventPosition())
    const page = await db.readEvents({ ...this.#position.place, limit: PAGE })
    if (page.events.length >= PAGE) this.#isStale = true
    for (const { line, place } of this.#position.take(page)) {
      const text = format(line, place)
      for (const client of this.#clients) this.#tell(client, line, text, place)
    }
    if (page.events.length > 0) this.#progress.look()
  }

  #tell(client: Client, line: EventLine, text: string, place: EventPlace): void {
    if (client.campaignId !== undefined && client.campaignId !== line.campaign_id) return
    if (client.held === undefined) client.stream.write(text)
    else if (client.held.push({ line, place }) > MOST_HELD) client.stream.destroy()
  }

  #write(campaignId: string, text: string): void {
    for (const { stream, held, campaignId: only } of this.#clients) {
      if (held === undefined && (only === undefined || only === campaignId)) stream.write(text)
    }
  }

  /** undefined: all of them */
  #watchedCampaigns(): string[] | undefined {
    const campaigns = new Set([...this.#clients].map(({ campaignId }) => campaignId))
    return campaigns.has(undefined) ? undefined : ([...campaigns] as string[])
  }

  #beat(): void {
    const place = this.#position && formatPlace(this.#position.place)
    for (const { stream, held } of this.#clients) stream.beat(held === undefined ? place : undefined)
  }

  #forget(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    clearInterval(this.#heartbeat)
    clearTimeout(this.#again)
    this.#heartbeat = undefined
    this.#progress.stop()
    if (!this.#reading) this.#position = undefined
  }
}

/** With the place after it, which is what a client resumes from. */
const format = (line: EventLine, place: EventPlace): string =>
  formatEvent({ id: formatPlace(place), event: line.event, data: line })

const refuse = (isClosed: boolean) =>
  new ProblemError(
    503,
    'no-more-streams',
    isClosed ? 'The service is stopping' : `There are ${MOST_CLIENTS} event streams already`,
    'Try again in a few seconds.',
  )
