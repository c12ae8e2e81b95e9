import { setTimeout as sleep } from 'node:timers/promises'
import type { OutcomeReport, RecordedOutcomeRow } from '../db/rows.ts'
import { isDatabaseAway } from '../errors.ts'
import type { DeliveryDatabase, Log } from './database.ts'
import { GroupedCalls } from './groups.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

/**
 * Writes outcomes to the database, those of one campaign that wait at the same time in one call. A report is repeated
 * until it is written (report_outcomes takes repetitions): what the server said must not be lost with a connection.
 */
export class Reporter {
  readonly #db: Pick<DeliveryDatabase, 'reportOutcomes'>
  readonly #log: Log
  readonly #abandoned = new AbortController()
  readonly #calls = new GroupedCalls<OutcomeReport, RecordedOutcomeRow | undefined>((campaignId, reports) =>
    this.#write(campaignId, reports),
  )

  constructor(db: Pick<DeliveryDatabase, 'reportOutcomes'>, log: Log) {
    this.#db = db
    this.#log = log
  }

  /** Resolves when the report is committed; rejects only after abandon(). */
  report(campaignId: string, report: OutcomeReport): Promise<RecordedOutcomeRow | undefined> {
    return this.#calls.add(campaignId, report)
  }

  /** Gives up: what is not written yet is left to the database, where it becomes in doubt. */
  abandon(): void {
    this.#abandoned.abort(new Error('the service stopped before the report was written'))
  }

  async #write(campaignId: string, reports: OutcomeReport[]) {
    try {
      return await this.#repeat(campaignId, reports, isDatabaseAway)
    } catch (error) {
      if (this.#abandoned.signal.aborted) throw error
      // the database refused the call: one report must not hold up the others, nor those that come after
      return reports.map(report => this.#repeat(campaignId, [report], () => true).then(rows => rows[0]))
    }
  }

  /** The answer for each report, in their order; tries again while `isTransient` says so. */
  async #repeat(campaignId: string, reports: OutcomeReport[], isTransient: (error: unknown) => boolean) {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const rows = await this.#db.reportOutcomes({ campaignId, reports })
        const answers = new Map(rows.map(row => [row.delivery_id, row]))
        return reports.map(({ delivery_id }) => answers.get(delivery_id))
      } catch (error) {
        if (!isTransient(error)) throw error
        this.#log.warn(
          { err: error, campaign_id: campaignId, reports: reports.length, next_try_ms: pause },
          'outcomes could not be written: trying again',
        )
        await sleep(pause, undefined, { signal: this.#abandoned.signal })
      }
    }
  }
}
