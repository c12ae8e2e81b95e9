import type pg from 'pg'
import { Daybatch } from '../../../src/db/daybatch.ts'
import { createPool } from '../../../src/db/pool.ts'
import type { OutcomeReport } from '../../../src/db/rows.ts'
import { Alarm } from '../../../src/delivery/alarm.ts'
import { Scheduler } from '../../../src/schedule/scheduler.ts'
import { sweepCampaigns } from '../../../src/schedule/sweep.ts'
import { accepted, type Row } from '../../../test/helper/make.ts'

const LONGEST_SLEEP_MS = 500

/** The service's own scheduler, and in place of its SMTP transport a server that accepts everything at once. */
export class TriggeredService {
  readonly db: Daybatch
  readonly #pool: pg.Pool
  readonly #scheduler: Scheduler
  readonly #alarm = new Alarm()
  #isRunning = true
  #working: Promise<void> | undefined

  constructor(url: string) {
    this.#pool = createPool(url, { applicationName: 'daybatch faults service' })
    this.db = new Daybatch(this.#pool)
    // its complaints are what the sabotage is for
    const ignore = () => {}
    this.#scheduler = new Scheduler({
      url,
      db: this.db,
      wake: () => this.#alarm.ring(),
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    })
  }

  async start(): Promise<void> {
    await this.#scheduler.start()
    this.#working = this.#work()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#alarm.ring()
    await this.#working
    await this.#scheduler.stop()
    await this.#pool.end()
  }

  /** What pg-boss triggers every five minutes; the parts' days are shorter. */
  sweep(): Promise<unknown> {
    return sweepCampaigns(this.db, 'sweep')
  }

  async #work(): Promise<void> {
    while (this.#isRunning) {
      const work = await this.db.listWork()
      const ready = work.filter(row => row.is_ready)
      for (const { campaign_id } of ready) await this.#deliver(campaign_id)
      const waits = work.map(({ wait_ms }) => wait_ms)
      if (ready.length === 0) await this.#alarm.sleep(Math.min(...waits, LONGEST_SLEEP_MS))
    }
  }

  async #deliver(campaignId: string): Promise<void> {
    const claimed = await this.db.claimDeliveries({ campaignId, workerId: 'faults', limit: 20 })
    if (claimed.length === 0) {
      await this.db.processCampaigns({ campaignId, source: 'sweep' })
      return
    }
    const begun = await this.db.beginSending({
      campaignId,
      claimTokens: claimed.map(({ claim_token }) => claim_token),
      deliveryIds: claimed.map(({ delivery_id }) => delivery_id),
    })
    const sent = claimed.filter((_, index) => begun[index]!.may_send)
    if (sent.length < claimed.length) await this.#giveBack(claimed)
    if (sent.length === 0) return
    const reports = sent.map(({ delivery_id, claim_token }) => ({
      delivery_id,
      claim_token,
      enhanced_code: null,
      ...accepted,
    }))
    const answers = await this.db.reportOutcomes({ campaignId, reports: reports as OutcomeReport[] })
    if (answers.some(({ batch_finished }) => batch_finished)) await this.db.closeBatch({ campaignId })
  }

  async #giveBack(rows: Row[]): Promise<void> {
    await this.db.releaseClaims({ claimTokens: rows.map(({ claim_token }) => claim_token) })
  }
}
