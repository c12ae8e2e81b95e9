import { Refusal } from './campaign.ts'
import type { Engine } from './engine.ts'
import type { World } from './world.ts'

/** One thing that happens to the model and to the database. */
export interface Step {
  /** With its arguments, for a counterexample. */
  name: string
  run(world: World, engine: Engine): Promise<void>
}

/** The model and the database do not say the same. */
export class Disagreement extends Error {}

/** Does one thing to both; they must answer the same. A model without an answer only says whether it is refused. */
export async function both(ask: () => unknown, askEngine: () => Promise<unknown>): Promise<void> {
  const expected = await answer(async () => ask())
  const actual = await answer(askEngine)
  if (expected !== undefined || String(actual).startsWith('refused')) compare('answer', actual, expected)
}

async function answer(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    const { code } = error as { code?: string }
    if (error instanceof Refusal || code?.startsWith('MB')) return `refused: ${code}`
    throw error
  }
}

export function compare(what: string, actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (left !== right) throw new Disagreement(`${what}: the database says ${left}, the model ${right}`)
}

export const pick = <T>(values: T[], index: number): T => values[index % values.length]!

/** The one value of the one row. */
export const value = (rows: Record<string, unknown>[]): unknown => Object.values(rows[0]!)[0]
