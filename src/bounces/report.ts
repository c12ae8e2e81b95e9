import type { BounceReport, BounceSource, RecordedBounceRow } from '../db/rows.ts'

/** Where reports are recorded: the tests may put something else in its place. */
export interface BounceDatabase {
  recordBounces(args: {
    source: BounceSource
    reports: BounceReport[]
    signedAt?: Date | undefined
  }): Promise<RecordedBounceRow[]>
  /** Whether it is new; MB030: no token of ours. */
  unsubscribeByToken(args: { token: string; source: string }): Promise<boolean>
}

/** A long diagnostic is cut: SQL keeps 500 characters of it. */
const LONGEST_TEXT = 1000

/** Hostile text from a mail or a webhook: without control characters and lone surrogates, cut; undefined for no text. */
export function cleanText(value: unknown, longest = LONGEST_TEXT): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value
    .slice(0, 4 * longest)
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, longest)
    // the cut may have halved a pair
    .replace(/\p{Cs}$/u, '')
  return text === '' ? undefined : text
}

/** What stands at this path of parsed JSON, whatever it is; undefined where the path leads nowhere. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}

/** The text at this path, cleaned. */
export const textAt = (value: unknown, ...path: (string | number)[]) => cleanText(at(value, ...path))

/** The array at this path, empty for anything else. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const list = at(value, ...path)
  return Array.isArray(list) ? list : []
}

/** A time as SQL reads it: ISO 8601 text, or seconds since 1970; undefined for what is none. */
export function readTime(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const time = new Date(typeof value === 'number' ? value * 1000 : value)
  // years before 1970 and beyond 9999 are mistakes, and PostgreSQL reads the latter otherwise
  return time.getTime() >= 0 && time.getTime() < 253_402_300_800_000 ? time.toISOString() : undefined
}

const RETURN_PATH = /\bbounce\+([0-9a-f]{36,200})@/gi
const MOST_TOKENS = 20

/** The tokens of all return paths that stand in these texts; whether one is ours is for SQL to say. */
export function findTokens(texts: (string | undefined)[]): string[] {
  const tokens = texts.flatMap(text => Array.from((text ?? '').matchAll(RETURN_PATH), ([, token]) => token!))
  return [...new Set(tokens)].slice(0, MOST_TOKENS)
}
