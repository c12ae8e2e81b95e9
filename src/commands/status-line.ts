const BAR_WIDTH = 24

/** One line at the bottom of a terminal that is written over again and again; without a terminal there is none. */
export class StatusLine {
  readonly #stream: NodeJS.WriteStream
  readonly isShown: boolean
  #text = ''

  constructor(stream: NodeJS.WriteStream, { isShown }: { isShown: boolean }) {
    this.#stream = stream
    this.isShown = isShown && stream.isTTY === true
  }

  show(text: string): void {
    if (!this.isShown || text === this.#text) return
    this.#text = text
    // a longer line would not be written over, it would scroll
    this.#stream.write(`\r\x1b[K${text.slice(0, (this.#stream.columns ?? 80) - 1)}`)
  }

  /** Takes the line away, so that others can be written. */
  clear(): void {
    if (this.#text !== '') this.#stream.write('\r\x1b[K')
    this.#text = ''
  }
}

/** `[######------]  50.0 %` */
export function drawBar(part: number, whole: number): string {
  const share = whole > 0 ? Math.min(part / whole, 1) : 0
  const filled = Math.floor(share * BAR_WIDTH)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${(share * 100).toFixed(1).padStart(5)} %`
}
