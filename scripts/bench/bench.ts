/** One name of `npm run bench`: starts what it measures, and what it is measured against, in the same run. */
export interface Bench {
  name: string
  /** What it measures, in one line. */
  about: string
  run(context: BenchContext): Promise<Row[]>
}

export interface BenchContext {
  /** Smaller sizes and fewer runs: shows that everything works, its figures mean little. */
  short: boolean
  /** Prints the statements that took most of the database's time (pg_stat_statements, with those inside functions). */
  profile: boolean
  /** Temporary, of this benchmark alone. */
  folder: string
  log(line: string): void
  /** Runs `work` when the benchmark has ended, in whatever way; the last one registered first. */
  teardown(work: () => unknown): void
}

/** One figure with its runs, its yardstick, and what it must reach. */
export interface Row {
  name: string
  unit: string
  better: 'more' | 'less'
  /** One figure for each run, in the order of the runs. */
  runs: number[]
  /** The same unit, measured between the same runs. */
  yardstick?: { name: string; runs: number[] }
  limits?: Limit[]
  details?: Record<string, number | string>
}

/** What a row must reach: its figure, or figure / yardstick. */
export interface Limit {
  of: 'figure' | 'ratio'
  atLeast?: number
  atMost?: number
}

export interface Judged extends Row {
  bench: string
  /** The best run, and the middle one. */
  figure: number
  median: number
  ratio?: number
  /** The ratio of each run to the yardstick's run beside it. */
  ratios?: number[]
  verdict: 'reached' | 'missed' | 'stated'
}

/**
 * The figure is the best run: what stands beside it on a shared machine takes from a run, and the spread is printed. The
 * ratio is the median over the pairs of a run and the yardstick's run beside it: such a machine is faster in one minute
 * than in the next, and the best of each would come from different minutes.
 */
export function judgeRow(bench: string, row: Row): Judged {
  const figure = best(row.runs, row.better)
  const ratios = row.yardstick && pairRuns(row.runs, row.yardstick.runs, row.better)
  const ratio = ratios && median(ratios)
  const values = { figure, ratio: ratio ?? Number.NaN }
  const kept = row.limits?.map(
    ({ of, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }) =>
      values[of] >= atLeast && values[of] <= atMost,
  )
  const verdict = kept === undefined ? 'stated' : kept.every(Boolean) ? 'reached' : 'missed'
  return { ...row, bench, figure, median: median(row.runs), ratio, ratios, verdict }
}

/** Best with best where there are not as many runs of the one as of the other. */
const pairRuns = (runs: number[], yardstick: number[], better: Row['better']): number[] =>
  runs.length === yardstick.length
    ? runs.map((run, index) => run / yardstick[index]!)
    : [best(runs, better) / best(yardstick, better)]

export const best = (runs: number[], better: Row['better']): number =>
  better === 'more' ? Math.max(...runs) : Math.min(...runs)

/** Of an even number the mean of the two in the middle: neither is taken for being the better one. */
export function median(runs: number[]): number {
  const sorted = runs.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}

/** The nearest of the values, never one in between. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!
}
