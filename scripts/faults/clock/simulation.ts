import type pg from 'pg'
import { setClock } from '../../../test/helper/clock.ts'
import {
  accepted,
  begin,
  call,
  claim,
  greylisted,
  makeCampaign,
  noReply,
  noSuchUser,
  type Reply,
  type Row,
  report,
} from '../../../test/helper/make.ts'
import type { Random } from '../../../test/helper/random.ts'
import { connect } from '../databases.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const INTERVAL = DAY
export const WINDOW = 5 * MINUTE
/** How often a sweep comes. */
const SWEEP = 5 * MINUTE
/** Before the clocks of North America, Europe and Lord Howe (by half an hour) change. */
const START = Date.parse('2026-03-03T02:30:00Z')
/** Where the sessions live. */
const ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Chatham', 'UTC']

export interface Outage {
  from: number
  to: number
}

export interface ClockLog {
  campaigns: string[]
  outages: Outage[]
  /** Moments, by the database's clock, between which it was set forth and back. */
  steps: { at: number; by: number }[]
  /** What the opening of a batch said of the next one. */
  promises: { campaign: string; batch: number; next: number }[]
  /** First attempts: permission given, by the database's clock. */
  firstAttempts: { campaign: string; batch: number; at: number }[]
}

/** How often what happens, per day. */
const RATES = { outage: 0.1, step: 0.15 }
const OUTAGES = [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 30 * DAY]
const STEPS = [SECOND, MINUTE, HOUR, 5 * HOUR, DAY]

/**
 * Campaigns over virtual days: a service that triggers and delivers what the database has ready, on sessions in many
 * time zones, goes away for minutes or weeks, and a clock that is set forth and back under it.
 */
export class ClockSimulation {
  readonly log: ClockLog = { campaigns: [], outages: [], steps: [], promises: [], firstAttempts: [] }
  readonly #sessions: pg.Client[]
  readonly #random: Random
  #now = START
  /** When the next outage and the next step of the clock come, and when a step is taken back. */
  #next: { outage: number; step: number; back?: { at: number; by: number } }
  /** Mails whose server takes its time: they outlast outages and steps of the clock, by heartbeats. */
  #slow: { campaign: string; rows: Row[]; replies: Reply[] }[] = []

  private constructor(sessions: pg.Client[], random: Random) {
    this.#sessions = sessions
    this.#random = random
    this.#next = { outage: this.#soon(RATES.outage), step: this.#soon(RATES.step) }
  }

  static async open(url: string, random: Random, zones = ZONES): Promise<ClockSimulation> {
    const sessions = await Promise.all(
      zones.map(async zone => {
        const client = await connect(url)
        await client.query(`set timezone = '${zone}'`)
        return client
      }),
    )
    return new ClockSimulation(sessions, random)
  }

  get db(): pg.Client {
    return this.#sessions[0]!
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.end()
  }

  /** Campaigns that need about `days` batches, begun at different times of the first day. */
  async start(campaigns: number, days: number): Promise<void> {
    await setClock(this.db, new Date(this.#now))
    // who is refused is chance here: no breaker
    await this.db.query('update daybatch.settings set refusals_in_a_row = null, refusals_in_200 = null')
    for (let index = 0; index < campaigns; index++) {
      const limit = 1 + (index % 3)
      const { id } = await makeCampaign(this.db, { contacts: limit * days, limit, status: 'draft' })
      this.log.campaigns.push(id)
      await this.#move(this.#now + this.#random.below(DAY / campaigns))
      await call(this.#session, 'start_campaign', id)
      await this.#work()
    }
    // few days by chance have none; a run without them says nothing
    const soonest = () => this.#now + this.#random.below((days * DAY) / 2)
    this.#next.outage = Math.min(this.#next.outage, soonest())
    this.#next.step = Math.min(this.#next.step, soonest())
  }

  /** Goes on until every campaign is complete, or for at most `days`; returns how many are not. */
  async run(days: number): Promise<number> {
    const end = this.#now + days * DAY
    for (;;) {
      const { rows } = await this.db.query(NEXT_MOMENT)
      const { running, at } = rows[0]
      if (running === 0 || this.#now >= end) return running
      // what is due already was looked at just now, in vain: the next sweep will
      const isLate = at === null || Number(at) <= this.#now
      await this.#goTo(isLate ? this.#now + SWEEP : Number(at) + this.#random.below(2 * SECOND))
      await this.#work()
    }
  }

  /** To that moment, or to what comes between. */
  async #goTo(moment: number): Promise<void> {
    const { outage, step, back } = this.#next
    const first = Math.min(moment, outage, step, back?.at ?? Number.POSITIVE_INFINITY)
    await this.#move(Math.max(this.#now, first))
    if (back && first === back.at) {
      this.#next.back = undefined
      await this.#step(-back.by)
    } else if (first === outage) {
      await this.#goAway()
    } else if (first === step && !back) {
      const by = this.#random.pick(STEPS) * this.#random.pick([1, -1])
      await this.#step(by)
      this.#next.back = { at: this.#now + this.#random.below(2 * HOUR), by }
      this.#next.step = this.#now + this.#soon(RATES.step) - START
    } else if (first === step) {
      this.#next.step = this.#now + this.#soon(RATES.step) - START
    }
  }

  #soon(rate: number): number {
    return START + Math.ceil((-Math.log(1 - this.#random.next()) / rate) * DAY)
  }

  /** Nobody is there: no trigger, no worker; then a service starts, with its sweep. */
  async #goAway(): Promise<void> {
    const from = this.#now
    await this.#move(from + this.#random.pick(OUTAGES))
    this.log.outages.push({ from, to: this.#now })
    this.#next.outage = this.#now + this.#soon(RATES.outage) - START
    await call(this.#session, 'process_campaigns', null, 'sweep')
  }

  async #step(by: number): Promise<void> {
    this.log.steps.push({ at: this.#now, by })
    await this.#move(this.#now + by)
  }

  async #move(moment: number): Promise<void> {
    this.#now = moment
    await this.db.query('update test_clock.moment set at = $1', [new Date(moment)])
  }

  get #session(): pg.Client {
    return this.#random.pick(this.#sessions)
  }

  /** What pg-boss, a cron and the workers do at this moment. */
  async #work(): Promise<void> {
    await this.#endSlow()
    const { rows } = await this.db.query(DUE, [this.#random.below(10) === 0])
    for (const { id, source } of rows) {
      const [done] = await call(this.#session, 'process_campaigns', id, source)
      if (done!.action === 'opened')
        this.log.promises.push({
          campaign: id,
          batch: done!.batch_number,
          next: done!.next_batch_send_time.getTime(),
        })
    }
    for (const { campaign_id, is_ready } of await call(this.#session, 'list_work'))
      if (is_ready) await this.#deliver(campaign_id)
  }

  /** Beats, and reports some of them. */
  async #endSlow(): Promise<void> {
    const slow = this.#slow
    this.#slow = []
    for (const mails of slow) {
      await call(
        this.#session,
        'extend_claims',
        mails.rows.map(row => row.claim_token),
      )
      if (this.#random.below(2) === 0) this.#slow.push(mails)
      else await this.#report(mails.campaign, mails.rows, mails.replies)
    }
  }

  async #deliver(campaign: string): Promise<void> {
    const rows = await claim(this.#session, campaign)
    if (rows.length === 0) {
      await call(this.#session, 'process_campaigns', campaign, 'sweep')
      return
    }
    // the recipient's server speaks before the message or after it
    const replies = rows.map(({ attempt_number }) => this.#reply(attempt_number))
    await this.#begin(
      campaign,
      rows.filter((_, index) => replies[index]!.stage === 'message'),
    )
    const fate = this.#random.below(60)
    if (fate === 0) return // the worker died
    if (fate < 6) this.#slow.push({ campaign, rows, replies })
    else await this.#report(campaign, rows, replies)
  }

  async #report(campaign: string, rows: Row[], replies: Reply[]): Promise<void> {
    const answers = await report(this.#session, campaign, rows, replies)
    if (answers.some(({ batch_finished }) => batch_finished))
      await call(this.#session, 'close_batch', campaign)
  }

  #reply(attempt: number): Reply {
    const chance = this.#random.next()
    if (chance < 0.1 && attempt === 1) return greylisted
    if (chance < 0.12) return noSuchUser
    return chance < 0.13 ? noReply : accepted
  }

  async #begin(campaign: string, rows: Row[]): Promise<void> {
    if (rows.length === 0) return
    const begun = await begin(this.#session, campaign, rows)
    for (const [index, { may_send }] of begun.entries()) {
      const { batch_number: batch, attempt_number } = rows[index]!
      if (may_send && attempt_number === 1) this.log.firstAttempts.push({ campaign, batch, at: this.#now })
    }
  }
}

/** When anything is ready next: a batch that is due, or work in an open one. */
const NEXT_MOMENT = `
  select (select count(*)::integer from public.campaigns as c where c.status <> 'completed') as running,
    extract(epoch from least(
      (select min(c.next_batch_send_time) from public.campaigns as c
        where c.status = 'sending' and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null)),
      (select min(w.ready_at) from daybatch.list_work() as w))) * 1000 as at`

/** Campaigns whose job is due, or ($1) whom a cron call finds up to a window early. */
const DUE = `
  select c.id, case when c.next_batch_send_time <= daybatch.current_moment() then 'job' else 'cron' end as source
  from public.campaigns as c
  where c.status = 'sending'
    and coalesce(c.next_batch_send_time, '-infinity') <= daybatch.current_moment() + case when $1 then interval '5 minutes' else interval '0' end
    and not exists (select from daybatch.batches as b where b.campaign_id = c.id and b.closed_at is null)`
