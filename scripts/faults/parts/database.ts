import { setTimeout as delay } from 'node:timers/promises'
import { consultOracle } from '../oracle.ts'
import type { Part, PartContext, PartResult } from '../part.ts'
import { type RoundOptions, Rounds } from '../rounds.ts'
import { startServices, stopServices } from '../services.ts'
import { ToldOutcomes } from '../told-outcomes.ts'
import { Forwarder } from '../world/forwarder.ts'
import type { MailPlan } from '../world/mail-plan.ts'
import { type CallMoment, type CallStep, PostgresProxy } from '../world/postgres-proxy.ts'
import { startWorld, type World } from '../world/world.ts'

const SERVICES = 2
const CONNECTIONS = 5
const DELAYS: MailPlan['delays'] = { mail: 5, rcpt: 5, data: 5, dot: 60, accepted: 60 }
/** So that there are outcomes other than sent. */
const REFUSALS: MailPlan['faults'] = {
  rcpt: { probability: 0.05, steps: [{ reply: '550 5.1.1 no such user' }] },
}
const ROUND: RoundOptions = {
  policies: ['never', 'resend', 'ask'],
  contacts: 120,
  limit: 120,
  interval: '3 seconds',
}
const LONGEST_PAUSE_MS = 700
const LONGEST_OUTAGE_MS = 500
/** Longer than a lease. */
const SILENCE_MS = 1800
/** How long a fault that waits for a call waits for it. */
const PATIENCE_MS = 5000
/** Calls whose commit, or whose reply, is worth losing. */
const CALLS = [
  'claim_deliveries',
  'begin_sending',
  'report_outcomes',
  'close_batch',
  'process_campaigns',
  'extend_claims',
]

export const part: Part = {
  name: 'database',
  about:
    'the database crashes, ends connections, loses the replies to commits or goes silent; a run is one fault',
  runs: { short: 18, long: 200 },
  run,
}

type Fault = (network: Network, context: PartContext) => Promise<unknown>

const FAULTS: Record<string, Fault> = {
  'SIGKILL of postgres': network => network.crash(() => network.world.cluster.kill()),
  'immediate stop': network => network.crash(() => network.world.cluster.stopImmediately()),
  pg_terminate_backend: network => network.terminate(),
  'lost commit reply': network => network.fail('reply', 'drop'),
  'lost request': network => network.fail('request', 'drop'),
  'silent connection': network => network.silence(),
}

async function run(context: PartContext): Promise<PartResult> {
  const network = await Network.start(context)
  const { world } = network
  const rounds = new Rounds(world, ROUND)
  const stopRefilling = rounds.keepBusy()
  context.teardown(stopRefilling)
  const services = await startServices(world, { count: SERVICES, connections: CONNECTIONS })
  const counts: Record<string, number> = {}
  const names = Object.keys(FAULTS)
  for (let run = 1; run <= context.runs; run++) {
    await delay(context.random.next() * LONGEST_PAUSE_MS)
    // every fault gets its turns
    const name = names[run % names.length]!
    const done = await FAULTS[name]!(network, context)
    if (done !== false) counts[name] = (counts[name] ?? 0) + 1
    context.log(`fault ${run}: ${name}${done === false ? ' found no call' : ''}`)
  }
  await stopRefilling()
  const failures = await rounds.finish()
  failures.push(...(await stopServices(services)))
  const { judgement, facts } = await consultOracle(world.pool, world.mail, rounds.campaigns)
  const lost = network.told.countLost(facts)
  if (lost > 0) failures.push(`${lost} outcomes were committed and are gone`)
  return {
    ...judgement,
    lost: judgement.lost + lost,
    failures: [...failures, ...judgement.failures],
    void: network.told.size === 0 ? 'no outcome was committed' : undefined,
    details: {
      mails: judgement.accepted,
      'committed outcomes': network.told.size,
      'doubts on the way': facts.attempts.filter(({ outcome }) => outcome === 'in_doubt').length,
      ...counts,
    },
  }
}

/** The world, with a proxy between its services and its database. */
class Network {
  readonly world: World
  readonly told = new ToldOutcomes()
  readonly #proxy: PostgresProxy
  /** The programme's own way in. */
  readonly #forwarder: Forwarder
  readonly #context: PartContext
  #onCall: (moment: CallMoment) => CallStep = () => undefined

  static async start(context: PartContext): Promise<Network> {
    const proxy = await PostgresProxy.start()
    context.teardown(() => proxy.stop())
    const forwarder = await Forwarder.start()
    context.teardown(() => forwarder.stop())
    const world = await startWorld(context, {
      durable: true,
      lease: '1 second',
      plan: { seed: context.seed, delays: DELAYS, faults: REFUSALS },
      ports: () => ({ services: proxy.port, own: forwarder.port }),
    })
    return new Network(world, proxy, forwarder, context)
  }

  private constructor(world: World, proxy: PostgresProxy, forwarder: Forwarder, context: PartContext) {
    this.world = world
    this.#proxy = proxy
    this.#forwarder = forwarder
    this.#context = context
    this.#connect()
    proxy.onCall = moment => {
      this.told.note(moment)
      return this.#onCall(moment)
    }
  }

  /** Ends the database server with `end`, and starts it again after a while. */
  async crash(end: () => Promise<void>): Promise<void> {
    await end()
    await delay(this.#context.random.next() * LONGEST_OUTAGE_MS)
    await this.world.cluster.start()
    this.#connect()
  }

  /** Ends some of the services' sessions, whatever they are doing. */
  async terminate(): Promise<void> {
    const share = this.#context.random.next()
    await this.world.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename = $1 and random() < $2`,
      [new URL(this.world.serviceUrl).username, share],
    )
  }

  /** The next call of a random kind gets `step`; false: there was none. */
  async fail(when: CallMoment['when'], step: CallStep): Promise<boolean> {
    const call = this.#context.random.pick(CALLS)
    const end = performance.now() + PATIENCE_MS
    let met = false
    this.#onCall = moment => {
      if (met || moment.call !== call || moment.when !== when) return undefined
      met = true
      return step
    }
    while (!met && performance.now() < end) await delay(10)
    this.#onCall = () => undefined
    return met
  }

  /** A connection lets nothing through for longer than a lease; then it breaks. */
  async silence(): Promise<boolean> {
    const when = this.#context.random.pick(['request', 'reply'] as const)
    const met = await this.fail(when, 'silence')
    await delay(SILENCE_MS)
    this.#proxy.dropSilent()
    return met
  }

  #connect(): void {
    this.#proxy.target = this.world.cluster.port
    this.#forwarder.target = this.world.cluster.port
  }
}
