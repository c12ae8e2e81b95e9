import { setTimeout as delay } from 'node:timers/promises'
import { settleDoubts } from './doubts.ts'
import {
  type Campaign,
  createCampaign,
  type Policy,
  retryWhileAway,
  type WaitOptions,
  waitUntilComplete,
} from './world/campaigns.ts'
import type { World } from './world/world.ts'

export interface RoundOptions {
  policies: readonly Policy[]
  contacts: number
  limit: number
  interval: string
}

/** Without any progress: a lost job is mended by the sweep, every five minutes. */
const PATIENCE_MS = 400_000
const LOOK_MS = 200

/** Campaigns that keep the services busy: as soon as a round of them is complete the next one is made. */
export class Rounds {
  readonly campaigns: Campaign[] = []
  readonly #world: World
  readonly #options: RoundOptions

  constructor(world: World, options: RoundOptions) {
    this.#world = world
    this.#options = options
  }

  /** Refills until the returned function is called, which waits for a refill under way. A database that is away is waited for. */
  keepBusy(): () => Promise<void> {
    const stopping = new AbortController()
    const { signal } = stopping
    const loop = (async () => {
      while (!signal.aborted) {
        await retryWhileAway(() => this.refill())
        await delay(LOOK_MS, undefined, { signal }).catch(() => {})
      }
    })()
    return () => {
      stopping.abort()
      return loop
    }
  }

  /** Makes a new round unless there is work left. */
  async refill(): Promise<void> {
    const { policies, ...options } = this.#options
    if (await this.#isAnyOpen()) return
    for (const policy of policies) {
      const name = `${this.campaigns.length + 1} (${policy})`
      this.campaigns.push(await createCampaign(this.#world.pool, { name, policy, ...options }))
    }
  }

  /** To the end of every campaign, with an operator who settles what waits for one; returns what was not complete. */
  async finish(onLook?: WaitOptions['onLook']): Promise<string[]> {
    const { pool, mail } = this.#world
    const options = { ms: PATIENCE_MS, onLook }
    const problems = await waitUntilComplete(pool, this.campaigns, options)
    const settled = await settleDoubts(pool, mail, this.campaigns)
    if (settled > 0 && problems.length === 0) {
      problems.push(...(await waitUntilComplete(pool, this.campaigns, options)))
    }
    return problems
  }

  async #isAnyOpen(): Promise<boolean> {
    const { rowCount } = await this.#world.pool.query(
      `select from public.campaigns where id = any ($1) and status <> 'completed'`,
      [this.campaigns.map(({ id }) => id)],
    )
    return rowCount! > 0
  }
}
