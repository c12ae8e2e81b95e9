import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { consultOracle, sumJudgements } from '../oracle.ts'
import type { Part, PartContext, PartResult } from '../part.ts'
import { type Campaign, createCampaign, waitUntilComplete } from '../world/campaigns.ts'
import { PostgresProxy } from '../world/postgres-proxy.ts'
import type { ServiceProcess } from '../world/service.ts'
import { startWorld, type World } from '../world/world.ts'

/** Most of a run is waiting, for a lease or for the next batch: so many at once, each in a world of its own. */
const LANES = 4
const COMPLETION_MS = 60_000
const QUIET_MS = 700

/** With one connection a crash at one of these, met for the first time, leaves exactly this one mail in doubt. */
const IN_DOUBT = new Set([
  'begin_sending reply',
  'smtp content',
  'smtp dot',
  'smtp accepted',
  'report_outcomes request',
])
/** ... and at one of these none: no message data has left. */
const SAFE = new Set([
  'process_campaigns request',
  'process_campaigns reply',
  'claim_deliveries request',
  'claim_deliveries reply',
  'smtp greeting',
  'smtp ehlo',
  'smtp mail',
  'smtp rcpt',
  'smtp data',
  'begin_sending request',
])
/** Without these a run proves nothing. */
const ESSENTIAL = [
  ...SAFE,
  ...IN_DOUBT,
  'smtp done',
  'report_outcomes reply',
  'close_batch request',
  'close_batch reply',
  'pgboss fetch reply',
  'pgboss complete reply',
]
/** Calls that change nothing: left out of the short form. */
const READS = /^(contract_version|current_moment|is_awake|check_installation|list_\w+|get_\w+) /

export const part: Part = {
  name: 'crash-points',
  about:
    'stop at the n-th meeting of every step, of SMTP and of SQL; a run is one n, the last one meets nothing',
  runs: { short: 1, long: 20 },
  run,
}

interface Point {
  step: string
  /** Only a fresh service comes through here, one that has sent mails does not. */
  isCold: boolean
  /** Which meeting of the step since the campaign was made. */
  n: number
}

async function run(context: PartContext): Promise<PartResult> {
  const lanes = await Promise.all(Array.from({ length: LANES }, (_, index) => openLane(context, index)))
  const learned = await lanes[0]!.learn()
  const points = context.short ? learned.filter(({ step }) => !READS.test(step)) : learned
  const met = new Set<string>()
  let stops = 0
  await Promise.all(
    lanes.map(async lane => {
      for (let point = points.shift(); point; point = points.shift()) {
        if (!(await lane.stopAt(point))) continue
        stops++
        met.add(point.step)
        if (point.n < context.runs) points.push({ ...point, n: point.n + 1 })
      }
    }),
  )
  const verdicts = await Promise.all(lanes.map(lane => lane.judge()))
  const sum = sumJudgements(verdicts.map(({ judgement }) => judgement))
  const failures = verdicts.flatMap(verdict => verdict.failures)
  const missing = ESSENTIAL.filter(step => !met.has(step))
  return {
    ...sum,
    failures: [...failures, ...sum.failures],
    void: missing.length > 0 ? `no stop at ${missing.join(', ')}` : undefined,
    details: { 'different steps': met.size, stops, mails: sum.accepted },
  }
}

async function openLane(context: PartContext, index: number): Promise<Lane> {
  const proxy = await PostgresProxy.start()
  context.teardown(() => proxy.stop())
  const folder = join(context.folder, `lane-${index + 1}`)
  await mkdir(folder)
  const world = await startWorld(
    { ...context, folder },
    {
      lease: '1 second',
      plan: { seed: context.seed, asks: true },
      ports: cluster => {
        proxy.target = cluster.port
        return { services: proxy.port }
      },
    },
  )
  return new Lane(world, proxy, context)
}

/** One service after the other in a world of their own, each stopped at one point. */
class Lane {
  readonly #world: World
  readonly #context: PartContext
  readonly #campaigns: Campaign[] = []
  readonly #stopped = new Map<string, Point>()
  readonly #failures: string[] = []
  #service: ServiceProcess | undefined
  #lives = 0
  /** Called at every step; true: stop here. */
  #onStep: (step: string) => boolean = () => false

  constructor(world: World, proxy: PostgresProxy, context: PartContext) {
    this.#world = world
    this.#context = context
    proxy.onCall = ({ call, when }) => (isCounted(call) && this.#meet(`${call} ${when}`) ? 'drop' : undefined)
    world.mail.script = ({ phase }) => (this.#meet(`smtp ${phase}`) ? { end: 'reset' } : undefined)
  }

  /** Lets a fresh service send two campaigns and returns every step that it goes through, with its first meeting. */
  async learn(): Promise<Point[]> {
    const isCold = new Map<string, boolean>()
    let last = 0
    await this.#send('Undisturbed, cold', step => {
      if (!isCold.has(step)) last = performance.now()
      isCold.set(step, true)
      return false
    })
    // the start has works that no campaign waits for
    while (performance.now() < last + QUIET_MS) await delay(50)
    await this.#send('Undisturbed, warm', step => {
      isCold.set(step, false)
      return false
    })
    return [...isCold].map(([step, isCold]) => ({ step, isCold, n: 1 }))
  }

  /** Stops the service at a point and lets the next one finish. False: the campaign was complete before. */
  async stopAt(point: Point): Promise<boolean> {
    const { step, isCold, n } = point
    let met = 0
    if (isCold) await this.#service?.kill()
    const campaign = await this.#send(`${step}, ${n}.`, name => name === step && ++met === n)
    const isStopped = met >= n
    this.#context.log(`${campaign.name} ${isStopped ? 'stopped there' : 'not met'}`)
    if (isStopped) this.#stopped.set(campaign.id, point)
    return isStopped
  }

  /** Ledgers, and mails in doubt point by point. */
  async judge() {
    const { pool, mail } = this.#world
    await this.#service?.kill()
    const { judgement, facts } = await consultOracle(pool, mail, this.#campaigns)
    const doubts = Map.groupBy(
      facts.deliveries.filter(({ status }) => status === 'in_doubt'),
      ({ campaign_id }) => campaign_id,
    )
    for (const { id, name } of this.#campaigns) {
      const [least, most] = expectDoubts(this.#stopped.get(id))
      const count = doubts.get(id)?.length ?? 0
      if (count < least || count > most)
        this.#failures.push(`${name} ${count} in doubt, not ${least} to ${most}`)
    }
    return { judgement, failures: this.#failures }
  }

  /** A campaign (of two batches in the long form), sent by whichever service is left or started. */
  async #send(name: string, onStep: (step: string) => boolean): Promise<Campaign> {
    this.#onStep = onStep
    const contacts = this.#context.short ? 2 : 3
    const options = { name, contacts, limit: 2, interval: '3 seconds' }
    const campaign = await createCampaign(this.#world.pool, options)
    this.#campaigns.push(campaign)
    const problems = await waitUntilComplete(this.#world.pool, [campaign], {
      ms: COMPLETION_MS,
      onLook: () => {
        if (this.#service === undefined || this.#service.exit !== null) this.#start()
      },
    })
    this.#onStep = () => false
    this.#failures.push(...problems)
    return campaign
  }

  #start(): void {
    const name = `life-${++this.#lives}`
    this.#service = this.#world.startService({ name, connections: 1, folder: 'service' })
  }

  #meet(step: string): boolean {
    const isStop = this.#onStep(step)
    // before anything else can happen in this process
    if (isStop) this.#service?.signal('SIGKILL')
    return isStop
  }
}

/** Our functions and the jobs of pg-boss; not its housekeeping, nor what drivers say when they connect. */
const isCounted = (call: string) => call.includes('_') || /^pgboss (fetch|complete)$/.test(call)

function expectDoubts(point: Point | undefined): [least: number, most: number] {
  if (point === undefined) return [0, 0]
  if (point.n === 1 && IN_DOUBT.has(point.step)) return [1, 1]
  if (point.n === 1 && SAFE.has(point.step)) return [0, 0]
  return [0, 1]
}
