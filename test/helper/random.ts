/** Random numbers that a seed repeats (mulberry32). */
export interface Random {
  seed: number
  /** 0 <= value < 1 */
  next(): number
  /** An integer, 0 <= value < limit. */
  below(limit: number): number
  pick<T>(values: readonly T[]): T
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const random: Random = {
    seed,
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    },
    below: limit => Math.floor(random.next() * limit),
    pick: values => values[random.below(values.length)]!,
  }
  return random
}

/** A copy in another order (Fisher and Yates). */
export function shuffle<T>(values: readonly T[], { below }: Pick<Random, 'below'>): T[] {
  const mixed = [...values]
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = below(index + 1)
    ;[mixed[index], mixed[other]] = [mixed[other]!, mixed[index]!]
  }
  return mixed
}

/** The seed of this run: SEED in the environment repeats an earlier one. */
export const readSeed = (): number => Number(process.env.SEED ?? Date.now() % 1_000_000)
