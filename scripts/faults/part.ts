import type { Random } from '../../test/helper/random.ts'

/** One fault (or family of faults) and what must hold under it. */
export interface Part {
  name: string
  /** One line: the fault, and what a run is. */
  about: string
  /** How many runs; `short` is for every change (CI), `long` for a release. */
  runs: { short: number; long: number }
  run(context: PartContext): Promise<PartResult>
}

export interface PartContext {
  runs: number
  seed: number
  random: Random
  short: boolean
  /** Temporary, of this part alone; removed after a pass. */
  folder: string
  /** SQL that removes a guard, run after the migration: a test shows with it that the part can fail. */
  sabotage?: string
  log(line: string): void
  /** Runs `work` when the part has ended, in whatever way; the last one registered first. */
  teardown(work: () => unknown): void
}

export interface PartResult {
  /** When there are fewer than were asked for. */
  runs?: number
  /** Mails of one campaign that one contact got more than once, beyond what its policy allows. */
  duplicates: number
  /** Contacts that are nowhere, and acceptances and outcomes that database and SMTP ledger do not both know. */
  lost: number
  /** Mails of which nobody knows whether they were accepted, at the end. */
  in_doubt: number
  /** Mails above a batch's limit, and batches that came too early. */
  over_limit: number
  /** What else did not hold, one line each. */
  failures: string[]
  /** Why the run proves nothing: its fault was never met. */
  void?: string
  details?: Record<string, number | string>
}

/** One line of the report. */
export interface PartReport {
  name: string
  runs: number
  seed: number
  duplicates: number
  lost: number
  in_doubt: number
  over_limit: number
  verdict: 'pass' | 'fail' | 'void'
  seconds: number
  failures: string[]
  details: Record<string, number | string>
}

export function judgePart(result: PartResult): PartReport['verdict'] {
  const { duplicates, lost, over_limit, failures } = result
  if (duplicates > 0 || lost > 0 || over_limit > 0 || failures.length > 0) return 'fail'
  return result.void === undefined ? 'pass' : 'void'
}
