import type pg from 'pg'
import type { Test } from 'tap'

export interface Refusal {
  code: string
  message: string
  hint?: string
  constraint?: string
}

/** The error that `work` ends with; fails the test when it does not. */
export async function catchRefusal(t: Test, work: () => Promise<unknown>): Promise<Refusal> {
  try {
    const answer = await work()
    t.fail(`not refused: ${JSON.stringify(answer)}`)
  } catch (error) {
    return error as Refusal
  }
  return { code: 'none', message: '' }
}

/**
 * `work` is refused with this SQLSTATE, a message that fits and a hint that says what to do, and `read` answers the
 * same before and after.
 */
export async function checkRefusal(
  t: Test,
  code: string,
  message: RegExp,
  work: () => Promise<unknown>,
  read: () => Promise<unknown> = async () => null,
): Promise<Refusal> {
  const before = await read()
  const refusal = await catchRefusal(t, work)
  t.equal(refusal.code, code, `refused with ${code}: ${refusal.message}`)
  t.match(refusal.message, message)
  if (code.startsWith('MB')) t.ok(refusal.hint, 'the hint says what to do')
  t.same(await read(), before, 'nothing changed')
  return refusal
}

/** A statement breaks the constraint of this name. */
export async function checkConstraint(
  t: Test,
  db: pg.Pool | pg.ClientBase,
  constraint: string,
  query: string,
  values: unknown[] = [],
): Promise<void> {
  const refusal = await catchRefusal(t, () => db.query(query, values))
  t.equal(refusal.constraint, constraint, refusal.message)
}
