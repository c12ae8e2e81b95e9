import type { Row } from '../../helper/make.ts'

/** Changes of `other` at which it is not taken, or a statement that is refused once `other` stands there. */
export type Attempt = Row | string

export interface TableCase {
  /** Rows that stand in the table; those of the tables before it stand there too. */
  rows: Row[]
  /** One more row that it would take. */
  other?: Row
  /** Changes of `other` with which it is taken too: the edges of what is possible. */
  takes?: Row[]
  /** By the name of the constraint, foreign key or unique index. */
  refuses: Record<string, Attempt[]>
}

const START = Date.parse('2026-03-02T09:00:00Z')

/** A moment so many hours (and ms) after the first batch. */
export const at = (hours: number, ms = 0): string => new Date(START + hours * 3_600_000 + ms).toISOString()

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

export const ids = {
  campaign: id(1),
  /** Its batch 1 is open. */
  openCampaign: id(2),
  list: id(3),
  otherList: id(4),
  contact: id(5),
  otherContact: id(6),
  token: id(7),
  otherToken: id(8),
  unknown: id(9),
}
