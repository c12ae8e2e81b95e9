import type { EventPage, EventPositionValue } from '../db/rows.ts'

/** A place in the history: everything up to `after` was read, except `missing`. */
export interface EventPlace {
  after: number
  missing: number[]
}

/** Of ids that may still come; more than these are rolled back. */
const MOST_MISSING = 500
const PLACE = /^\d{1,15}(-\d{1,15}){0,500}$/

/** The `id:` of a stream: the highest event id, and with `-` before each the lower ones that may still come. */
export const formatPlace = ({ after, missing }: EventPlace): string => [after, ...missing].join('-')

/** Undefined: not one of ours. */
export function parsePlace(text: string): EventPlace | undefined {
  if (!PLACE.test(text)) return undefined
  const [after, ...missing] = text.split('-').map(Number) as [number, ...number[]]
  return { after, missing: missing.filter(id => id < after) }
}

/**
 * How far a reader of the history has come. Ids are given before the commit, so a line may come after one with a higher
 * id: the ids between are kept until they come, or until every transaction of their time has ended.
 */
export class EventPosition {
  #after: number
  /** Ids that may still come, and the transaction id that had not begun when they were missed. */
  readonly #missing: Map<number, bigint>

  constructor({ last_event_id, missing, xmax }: EventPositionValue) {
    this.#after = last_event_id
    this.#missing = new Map([...missing].sort((a, b) => a - b).map(id => [id, BigInt(xmax)]))
  }

  get place(): EventPlace {
    return { after: this.#after, missing: [...this.#missing.keys()] }
  }

  /** Moves on by what was read from here, and returns each line with the place after it. */
  take({ events, xmin, xmax }: EventPage): { line: EventPage['events'][number]; place: EventPlace }[] {
    const taken = events.map(line => {
      const { event_id: id } = line
      if (!this.#missing.delete(id) && id > this.#after) {
        // a gap of more is not one of open transactions
        for (let gap = Math.max(this.#after + 1, id - MOST_MISSING); gap < id; gap++)
          this.#missing.set(gap, BigInt(xmax))
        this.#after = id
      }
      return { line, place: this.place }
    })
    for (const [id, since] of this.#missing) {
      if (since <= BigInt(xmin) || this.#missing.size > MOST_MISSING) this.#missing.delete(id)
    }
    return taken
  }
}
