import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { consultOracle } from '../oracle.ts'
import type { Part, PartContext, PartResult } from '../part.ts'
import { type RoundOptions, Rounds } from '../rounds.ts'
import { startServices, stopServices } from '../services.ts'
import { ToldOutcomes } from '../told-outcomes.ts'
import { Forwarder } from '../world/forwarder.ts'
import type { MailPlan } from '../world/mail-plan.ts'
import { PostgresProxy } from '../world/postgres-proxy.ts'
import { Replica } from '../world/replica.ts'
import { startWorld, type World } from '../world/world.ts'

const SERVICES = 2
const CONNECTIONS = 5
const DELAYS: MailPlan['delays'] = { mail: 5, rcpt: 5, data: 5, dot: 60, accepted: 60 }
const ROUND: RoundOptions = {
  policies: ['never', 'resend', 'ask'],
  contacts: 150,
  limit: 150,
  interval: '3 seconds',
}
/** The primary dies so long after the first mail that was sent with both servers there. */
const LONGEST_PAIRED_MS = 700
const LOOK_MS = 20
/** A job that was running when the database went is started again by pg-boss after a minute, or by the sweep after five. */
const PATIENCE_MS = 400_000
/** How long the services may see a replica that is not promoted yet. */
const LONGEST_REPLICA_MS = 500

export const part: Part = {
  name: 'failover',
  about:
    'the primary dies in the middle of a batch and its synchronous replica is promoted; a run is one failover',
  runs: { short: 2, long: 25 },
  run,
}

async function run(context: PartContext): Promise<PartResult> {
  const told = new ToldOutcomes()
  const address = await Address.start(context)
  const world = await startWorld(context, {
    durable: true,
    plan: { seed: context.seed, delays: DELAYS },
    ports: cluster => {
      address.pointTo(cluster.port)
      return { services: address.proxy.port, own: address.forwarder.port }
    },
  })
  address.proxy.onCall = moment => {
    told.note(moment)
    return undefined
  }
  const rounds = new Rounds(world, ROUND)
  let primary = world.cluster
  let metMails = 0
  const stopRefilling = rounds.keepBusy()
  context.teardown(stopRefilling)
  const services = await startServices(world, { count: SERVICES, connections: CONNECTIONS })
  for (let run = 1; run <= context.runs; run++) {
    await waitUntilSending(world)
    const replica = await Replica.pair(primary, `${context.folder}/postgres-${run}`, address, context)
    await waitUntilSending(world)
    await delay(context.random.next() * LONGEST_PAIRED_MS)
    const states = await countStates(world)
    await primary.kill()
    if (/claimed|sending/.test(states)) metMails++
    await replica.takeOver(context.random.next() * LONGEST_REPLICA_MS)
    await rm(primary.folder, { recursive: true, force: true })
    primary = replica.cluster
    context.log(`failover ${run}: ${states}`)
  }
  await stopRefilling()
  const failures = await rounds.finish()
  failures.push(...(await stopServices(services)))
  const { judgement, facts } = await consultOracle(world.pool, world.mail, rounds.campaigns)
  const lost = told.countLost(facts)
  if (lost > 0) failures.push(`${lost} outcomes were committed on the primary and are not on the replica`)
  return {
    ...judgement,
    lost: judgement.lost + lost,
    failures: [...failures, ...judgement.failures],
    void: metMails === 0 ? 'no failover met a mail under way' : undefined,
    details: {
      'failovers that met mails under way': metMails,
      mails: judgement.accepted,
      'committed outcomes': told.size,
      'doubts on the way': facts.attempts.filter(({ outcome }) => outcome === 'in_doubt').length,
    },
  }
}

async function waitUntilSending({ pool }: World): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (performance.now() < end) {
    const { rowCount } = await pool.query(
      `select from daybatch.claims as k
       join daybatch.deliveries as d on d.delivery_id = any (k.delivery_ids) and d.claim_token = k.claim_token
       where d.status = 'sending' limit 1`,
    )
    if (rowCount! > 0) return
    await delay(LOOK_MS)
  }
  throw new Error('the services do not send')
}

async function countStates({ pool }: World): Promise<string> {
  const { rows } = await pool.query(
    `select d.status, count(*)::integer as count from daybatch.deliveries as d
     join daybatch.batches as b on b.campaign_id = d.campaign_id and b.batch_number = d.batch_number
     where b.closed_at is null group by 1 order by 1`,
  )
  return rows.map(({ status, count }) => `${count} ${status}`).join(', ')
}

/** What stays the same in a failover: the ports of the services, and of the programme itself. */
class Address {
  readonly proxy: PostgresProxy
  readonly forwarder: Forwarder

  static async start(context: PartContext): Promise<Address> {
    const address = new Address(await PostgresProxy.start(), await Forwarder.start())
    context.teardown(() => address.proxy.stop())
    context.teardown(() => address.forwarder.stop())
    return address
  }

  private constructor(proxy: PostgresProxy, forwarder: Forwarder) {
    this.proxy = proxy
    this.forwarder = forwarder
  }

  pointTo(port: number | undefined): void {
    this.proxy.target = port
    this.forwarder.target = port
  }
}
