import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { countDoubtsPerWorker } from '../doubts.ts'
import { consultOracle } from '../oracle.ts'
import type { Part, PartContext, PartResult } from '../part.ts'
import { Rounds } from '../rounds.ts'
import type { MailPlan } from '../world/mail-plan.ts'
import type { ServiceProcess } from '../world/service.ts'
import { startWorld, type World } from '../world/world.ts'

const CONNECTIONS = 5
const POLICIES = ['never', 'resend', 'ask'] as const
/** Most of a mail's time passes between 354 and 250, so that most kills find some there. */
const DELAYS: MailPlan['delays'] = { greeting: 5, mail: 5, rcpt: 5, data: 5, dot: 40, accepted: 40 }
const LONGEST_LIFE_MS = 800
/** Until one has met a mail that was being sent, which a busy machine makes rare, at most so many times as many kills. */
const MOST_TIMES = 3
/** A share of the kills does not wait for the first mail: it hits the start, the first sweep, the first claims. */
const EARLY = 0.15

export const part: Part = {
  name: 'kill',
  about: 'kill -9 of the service at random moments, until the campaigns are complete; a run is one kill',
  runs: { short: 25, long: 1000 },
  run,
}

async function run(context: PartContext): Promise<PartResult> {
  const world = await startWorld(context, { plan: { seed: context.seed, delays: DELAYS } })
  // batches that hardly fit into their interval: there is always work
  const contacts = Math.min(20 * context.runs, 300)
  const rounds = new Rounds(world, {
    policies: POLICIES,
    contacts,
    limit: contacts / 2,
    interval: '3 seconds',
  })
  const kills = new Kills()
  const isEnough = (run: number) => run > context.runs * (kills.metSending > 0 ? 1 : MOST_TIMES)
  let run = 1
  for (; !isEnough(run); run++) {
    await rounds.refill()
    const service = startLife(world, `life-${run}`)
    await live(service, world, context)
    await service.kill()
    await kills.note(service, world)
    context.log(`kill ${run}: ${kills.last}`)
  }
  const failures = await finish(world, rounds)
  const { judgement, facts } = await consultOracle(world.pool, world.mail, rounds.campaigns)
  const doubts = countDoubtsPerWorker(facts)
  if (doubts > CONNECTIONS)
    failures.push(`one kill left ${doubts} mails in doubt with ${CONNECTIONS} connections`)
  return {
    ...judgement,
    runs: run - 1,
    failures: [...failures, ...judgement.failures],
    void: kills.metSending === 0 ? 'no kill met a mail that was being sent' : undefined,
    details: {
      mails: judgement.accepted,
      ...kills.figures(),
      'in doubt per kill at most': doubts,
      'second copies under resend': judgement.copies,
    },
  }
}

const startLife = (world: World, name: string) =>
  world.startService({ name, connections: CONNECTIONS, folder: 'service' })

/** Lets a service live for a random time, mostly counted from its first mail. */
async function live(service: ServiceProcess, { mail }: World, { random }: PartContext): Promise<void> {
  if (random.next() < EARLY) {
    await delay(random.next() * 2 * LONGEST_LIFE_MS)
    return
  }
  const signal = AbortSignal.timeout(5000)
  await Promise.race([once(mail, 'hello', { signal }).catch(() => {}), service.exited])
  await delay(random.next() * LONGEST_LIFE_MS)
}

/** Without further kills, to the end. */
async function finish(world: World, rounds: Rounds): Promise<string[]> {
  const service = startLife(world, 'last-life')
  const failures = await rounds.finish()
  const { code } = await service.stop()
  if (code !== 0) failures.push(`the service ended with ${code}: ${service.tail()}`)
  return failures
}

/** In which states the kills found the mails of the killed service. */
class Kills {
  last = ''
  metSending = 0
  readonly #met: Record<string, number> = { claimed: 0, sending: 0 }
  #mostSending = 0
  #count = 0

  async note({ pid }: ServiceProcess, { pool }: World): Promise<void> {
    const { rows } = await pool.query<{ status: string; count: number }>(
      `select d.status, count(*)::integer as count
       from daybatch.claims as k
       join daybatch.deliveries as d on d.delivery_id = any (k.delivery_ids) and d.claim_token = k.claim_token
       where k.worker_id like $1 group by d.status`,
      [`%/${pid}/%`],
    )
    const sending = rows.find(({ status }) => status === 'sending')?.count ?? 0
    this.#count++
    for (const { status, count } of rows) this.#met[status] = (this.#met[status] ?? 0) + count
    if (sending > 0) this.metSending++
    this.#mostSending = Math.max(this.#mostSending, sending)
    this.last = rows.map(({ status, count }) => `${count} ${status}`).join(', ') || 'nothing under claim'
  }

  figures(): Record<string, number | string> {
    return {
      'kills that met sending': `${this.metSending} of ${this.#count}`,
      'claimed at a kill': this.#met.claimed!,
      'sending at a kill': `${this.#met.sending} (at most ${this.#mostSending})`,
    }
  }
}
