import type pg from 'pg'
import { connect } from '../databases.ts'
import type { SavedState } from '../saved-state.ts'
import { type Operation, operations } from './operations.ts'
import { type Ending, type Isolation, isolations, Racer, seeBlocked } from './racer.ts'
import { type Cast, prepareStages, type Stage, stages } from './stage.ts'
import { findAnomalies, prepareVerdict } from './verdict.ts'

/**
 * How two transactions meet:
 * - after: the second begins when the first has committed
 * - held: the first has called and not committed when the second calls; the first commits first
 * - overtaken: the same, and a second that is not blocked commits first
 * - stale: the second has its snapshot before the first begins, and calls after the first has committed
 */
export const meetings = ['after', 'held', 'overtaken', 'stale'] as const
export type Meeting = (typeof meetings)[number]

export interface Race {
  stage: Stage
  first: Operation
  second: Operation
  meeting: Meeting
  isolation: Isolation
}

export interface RaceResult {
  anomalies: string[]
  wasBlocked: boolean
  /** Transactions that were tried again after a serialization failure. */
  retries: number
}

export const describeRace = ({ stage, first, second, meeting, isolation }: Race): string =>
  `${first.name} / ${second.name}, ${meeting}, ${isolation}, ${stage}`

/** Every ordered pair of operations, in every stage, meeting and isolation level. */
export function listRaces(): Race[] {
  return stages.flatMap(stage =>
    operations.flatMap(first =>
      operations.flatMap(second =>
        meetings.flatMap(meeting =>
          isolations
            // at read committed the snapshot is the call's own: stale is the same as after
            .filter(isolation => meeting !== 'stale' || isolation !== 'read committed')
            .map(isolation => ({ stage, first, second, meeting, isolation })),
        ),
      ),
    ),
  )
}

/** Runs races on one database, each from the same rows. */
export class RaceTrack {
  readonly #first: Racer
  readonly #second: Racer
  readonly #observer: pg.Client
  readonly #cast: Cast
  readonly #saved: SavedState

  private constructor(
    first: Racer,
    second: Racer,
    observer: pg.Client,
    { cast, saved }: { cast: Cast; saved: SavedState },
  ) {
    this.#first = first
    this.#second = second
    this.#observer = observer
    this.#cast = cast
    this.#saved = saved
  }

  static async open(url: string): Promise<RaceTrack> {
    const observer = await connect(url)
    const stage = await prepareStages(observer)
    await prepareVerdict(observer)
    return new RaceTrack(await Racer.open(url), await Racer.open(url), observer, stage)
  }

  async close(): Promise<void> {
    for (const { client } of [this.#first, this.#second]) await client.end()
    await this.#observer.end()
  }

  async run(race: Race): Promise<RaceResult> {
    await this.#saved.restore(race.stage)
    const { endings, wasBlocked } = await this.#meet(race)
    const [first, second] = endings
    const sawFirst =
      race.meeting === 'after' || second.tries > 1 || (wasBlocked && race.isolation === 'read committed')
    const anomalies = await findAnomalies(this.#observer, this.#cast, race, endings, sawFirst)
    return { anomalies, wasBlocked, retries: first.tries + second.tries - 2 }
  }

  async #meet(race: Race): Promise<{ endings: [Ending, Ending]; wasBlocked: boolean }> {
    const { meeting, isolation } = race
    const [one, two] = [this.#first, this.#second]
    const endOne = (called: Awaited<ReturnType<Racer['call']>>) => this.#end(one, called, race.first, race)
    const endTwo = (called: Awaited<ReturnType<Racer['call']>>) => this.#end(two, called, race.second, race)
    if (meeting === 'stale') await two.begin(isolation)
    await one.begin(isolation)
    const calledOne = await this.#call(one, race.first, race)
    if (meeting === 'after' || meeting === 'stale') {
      const first = await endOne(calledOne)
      if (meeting === 'after') await two.begin(isolation)
      return {
        endings: [first, await endTwo(await this.#call(two, race.second, race))],
        wasBlocked: false,
      }
    }
    await two.begin(isolation)
    const callingTwo = this.#call(two, race.second, race)
    const wasBlocked = await seeBlocked(this.#observer, two, callingTwo)
    if (wasBlocked || meeting === 'held') {
      const first = await endOne(calledOne)
      return { endings: [first, await endTwo(await callingTwo)], wasBlocked }
    }
    const second = await endTwo(await callingTwo)
    return { endings: [await endOne(calledOne), second], wasBlocked }
  }

  #call(racer: Racer, operation: Operation, { stage }: Race) {
    return racer.call(client => operation.run(client, this.#cast, stage))
  }

  #end(racer: Racer, called: Awaited<ReturnType<Racer['call']>>, operation: Operation, race: Race) {
    const work = (client: Racer['client']) => operation.run(client, this.#cast, race.stage)
    return racer.end(called, work as never, race.isolation, operation.refusals ?? [])
  }
}
