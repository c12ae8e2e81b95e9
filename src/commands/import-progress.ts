import type { ImportProgress } from '../contacts/heartbeat.ts'

/** Not on a terminal, a line is written as often as this. */
const LINE_MS = 10_000

export interface ProgressOutput {
  write(text: string): unknown
  isTTY?: boolean
}

/** How far an import is: on a terminal one line that changes, else a line every ten seconds; on stderr, beside the result. */
export class ProgressLine {
  readonly #output: ProgressOutput
  /** Size of the file (bytes), where it is known. */
  readonly #size: number | undefined
  readonly #now: () => number
  #phase: ImportProgress['phase'] = 'reading'
  #since: number
  #written: number
  #isShown = false

  constructor(
    size?: number,
    output: ProgressOutput = process.stderr,
    now: () => number = () => performance.now(),
  ) {
    this.#size = size
    this.#output = output
    this.#now = now
    this.#since = now()
    this.#written = this.#since
  }

  show = (progress: ImportProgress): void => {
    const now = this.#now()
    if (progress.phase !== this.#phase) {
      this.#phase = progress.phase
      this.#since = now
    }
    const line = describeProgress(progress, (now - this.#since) / 1000, this.#size)
    if (this.#output.isTTY) {
      this.#output.write(`\r\x1b[K${line}`)
      this.#isShown = true
    } else if (now - this.#written >= LINE_MS) {
      this.#output.write(`${line}\n`)
      this.#written = now
    }
  }

  end(): void {
    if (this.#isShown) this.#output.write('\r\x1b[K')
  }
}

/** Count, share, rate and time left of the phase under way; `seconds` since it began. */
export function describeProgress(progress: ImportProgress, seconds: number, size?: number): string {
  const { phase, rowsRead, bytesRead, rowsMerged } = progress
  const rows = phase === 'reading' ? rowsRead : rowsMerged
  const done = phase === 'reading' ? bytesRead : rowsMerged
  const all = phase === 'reading' ? size : rowsRead
  const parts = [
    phase === 'reading'
      ? `${format(rowsRead)} rows read`
      : `${format(rowsMerged)} of ${format(rowsRead)} rows merged`,
    ...(all ? [`${Math.floor((100 * Math.min(done, all)) / all)} %`] : []),
    ...(seconds > 0 && rows > 0 ? [`${format(Math.round(rows / seconds))} rows/s`] : []),
    ...(all && done > 0 ? [`${describeTime(((all - Math.min(done, all)) / done) * seconds)} left`] : []),
  ]
  return parts.join(', ')
}

const format = (count: number) => count.toLocaleString('en')

function describeTime(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
