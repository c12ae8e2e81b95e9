import { setTimeout as sleep } from 'node:timers/promises'
import type { OutcomeReport, RecordedOutcomeRow } from '../db/rows.ts'
import { isDatabaseAway } from '../errors.ts'
import type { DeliveryDatabase, Log } from './database.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

/**
 * Writes outcomes that could not be written, and repeats that until they are (report_outcomes takes repetitions): what
 * the server said must not be lost with a connection.
 */
export class Reporter {
  readonly #db: Pick<DeliveryDatabase, 'reportOutcomes'>
  readonly #log: Log
  readonly #abandoned = new AbortController()

  constructor(db: Pick<DeliveryDatabase, 'reportOutcomes'>, log: Log) {
    this.#db = db
    this.#log = log
  }

  /** The answer for each report of a campaign, in their order; a report that takes longer is a promise. */
  async write(
    campaignId: string,
    reports: OutcomeReport[],
  ): Promise<(RecordedOutcomeRow | undefined | Promise<RecordedOutcomeRow | undefined>)[]> {
    try {
      return await this.#repeat(campaignId, reports, isDatabaseAway)
    } catch (error) {
      if (this.#abandoned.signal.aborted) throw error
      // the database refused the call: one report must not hold up the others, nor those that come after
      return reports.map(report => this.#repeat(campaignId, [report], () => true).then(rows => rows[0]))
    }
  }

  /** Gives up: what is not written yet is left to the database, where it becomes in doubt. */
  abandon(): void {
    this.#abandoned.abort(new Error('the service stopped before the report was written'))
  }

  /** Tries again while `isTransient` says so. */
  async #repeat(campaignId: string, reports: OutcomeReport[], isTransient: (error: unknown) => boolean) {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.#db.reportOutcomes({ campaignId, reports })
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
