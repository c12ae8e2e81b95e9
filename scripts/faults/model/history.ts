import fc from 'fast-check'
import type { Campaign, Policy } from './campaign.ts'
import { Engine } from './engine.ts'
import { compare, type Step } from './step.ts'
import { anyStep, someAddress } from './steps.ts'
import { type Setting, World } from './world.ts'

const START = Date.parse('2026-03-02T09:00:00Z')
const LONGEST = 80

const campaign = (contacts: number) =>
  fc.record({
    limit: fc.integer({ min: 1, max: 4 }),
    policy: fc.constantFrom<Policy>('never', 'resend', 'ask'),
    isHourly: fc.boolean(),
    audience: fc.uniqueArray(fc.nat({ max: contacts - 1 }), {
      minLength: contacts - 3,
      maxLength: contacts - 1,
    }),
  })

const anySetting: fc.Arbitrary<Setting> = fc
  .array(fc.option(someAddress, { freq: 20 }), { minLength: 4, maxLength: 10 })
  .chain(addresses =>
    fc.record({
      addresses: fc.constant(addresses),
      campaigns: fc.array(campaign(addresses.length), { minLength: 1, maxLength: 2 }),
    }),
  )

/** What the histories came by: a model proves nothing about states that no history reached. */
export interface HistoryFigures {
  histories: number
  steps: number
  batches: number
  completed: number
  sent: number
  failed: number
  skipped: number
  in_doubt: number
  deferred: number
  'settled late': number
  'accepted twice': number
  'spacing restarted': number
}

export const noFigures: HistoryFigures = {
  histories: 0,
  steps: 0,
  batches: 0,
  completed: 0,
  sent: 0,
  failed: 0,
  skipped: 0,
  in_doubt: 0,
  deferred: 0,
  'settled late': 0,
  'accepted twice': 0,
  'spacing restarted': 0,
}

/** Plays histories on one database until they are through or one fails; returns the counterexample then. */
export async function playHistories(
  url: string,
  { seed, runs, isShort = false }: { seed: number; runs: number; isShort?: boolean },
  figures: HistoryFigures,
): Promise<string | undefined> {
  const engine = await Engine.open(url)
  try {
    const property = fc.asyncProperty(
      anySetting,
      fc.array(anyStep, { minLength: 1, maxLength: LONGEST, size: 'max' }),
      (setting, steps) => playHistory(engine, setting, steps, figures),
    )
    // to shorten the counterexample takes many times longer than to find it
    const result = await fc.check(property, { seed, numRuns: runs, endOnFailure: isShort })
    return result.failed ? describeFailure(result) : undefined
  } finally {
    await engine.close()
  }
}

async function playHistory(
  engine: Engine,
  setting: Setting,
  steps: Step[],
  figures: HistoryFigures,
): Promise<void> {
  const world = new World(setting, START)
  await engine.start(world, setting)
  figures.histories += 1
  for (const { name, run } of steps) {
    world.contacts.now += 1
    figures.steps += 1
    try {
      await run(world, engine)
      compare('state', ...(await engine.compare()))
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
    }
  }
  const [twice, others] = partition(await engine.audit(), line => line.startsWith('accepted_twice: '))
  compare('audit', others, [])
  compare('accepted twice', twice.length, world.countAcceptedTwice())
  compare('duplicates and mails over a limit', [world.countDuplicates(), world.countOverLimit()], [0, 0])
  for (const campaign of world.campaigns) count(campaign, figures)
}

function partition<T>(values: T[], belongs: (value: T) => boolean): [T[], T[]] {
  return [values.filter(belongs), values.filter(value => !belongs(value))]
}

function count({ status, batches, deliveries }: Campaign, figures: HistoryFigures): void {
  if (status === 'completed') figures.completed += 1
  figures.batches += batches.length
  figures['spacing restarted'] += batches.filter(batch => batch.spacedFrom !== batch.countedAt).length
  for (const { status, attempts } of deliveries) {
    if (status in figures) figures[status as 'sent'] += 1
    const outcomes = attempts.map(({ outcome }) => outcome)
    const first = outcomes.indexOf('in_doubt')
    if (first >= 0 && outcomes.indexOf('sent', first) > first) figures['settled late'] += 1
    if (outcomes.includes('accepted_twice')) figures['accepted twice'] += 1
  }
}

function describeFailure(result: fc.RunDetails<[Setting, Step[]]>): string {
  const { seed, counterexamplePath, counterexample, numRuns, numShrinks, errorInstance } = result
  const [setting, steps] = counterexample!
  return [
    `${(errorInstance as Error).message}`,
    `history ${numRuns} of seed ${seed} (path ${counterexamplePath}, ${numShrinks} times shortened):`,
    JSON.stringify(setting),
    ...steps.map(({ name }) => name),
  ].join('\n    ')
}
