/** How many items one call takes at most. */
const LARGEST_GROUP = 500

/** Does one call for a group. Returns one result for each item in their order, or a promise where one takes longer. */
type GroupCall<Item, Result> = (key: string, items: Item[]) => Promise<(Result | Promise<Result>)[]>

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result | Promise<Result>) => void
  reject: (error: unknown) => void
}

/**
 * Groups calls by a key, as a group commit does: the first item of a key goes out at once (with whatever else arrives
 * in the same turn of the event loop), and those that arrive while its call is under way go together in the next one.
 */
export class GroupedCalls<Item, Result> {
  readonly #call: GroupCall<Item, Result>
  readonly #waiting = new Map<string, Waiting<Item, Result>[]>()

  constructor(call: GroupCall<Item, Result>) {
    this.#call = call
  }

  /** Resolves with the item's own result; rejects with the error of the call that took it. */
  add(key: string, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key)
      if (waiting) {
        waiting.push({ item, resolve, reject })
      } else {
        this.#waiting.set(key, [{ item, resolve, reject }])
        setImmediate(() => void this.#run(key))
      }
    })
  }

  async #run(key: string): Promise<void> {
    for (;;) {
      const waiting = this.#waiting.get(key)!
      if (waiting.length === 0) break
      const group = waiting.splice(0, LARGEST_GROUP)
      try {
        const results = await this.#call(
          key,
          group.map(({ item }) => item),
        )
        group.forEach(({ resolve }, index) => {
          resolve(results[index]!)
        })
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#waiting.delete(key)
  }
}
