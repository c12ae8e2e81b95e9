/** What must be undone, in the reverse order, once and whatever happens. */
export class Teardown {
  readonly #works: (() => unknown)[] = []

  add(work: () => unknown): void {
    this.#works.push(work)
  }

  /** Undoes everything; returns what went wrong, one line each. */
  async run(): Promise<string[]> {
    const problems: string[] = []
    for (let work = this.#works.pop(); work; work = this.#works.pop()) {
      try {
        await work()
      } catch (error) {
        problems.push(`teardown: ${error instanceof Error ? error.message : error}`)
      }
    }
    return problems
  }
}
