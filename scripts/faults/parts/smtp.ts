import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Facts } from '../facts.ts'
import { consultOracle } from '../oracle.ts'
import type { Part, PartContext, PartResult } from '../part.ts'
import { Rounds } from '../rounds.ts'
import { startServices, stopServices } from '../services.ts'
import { faults, listFaults, storms } from '../smtp-faults.ts'
import type { Policy } from '../world/campaigns.ts'
import type { MailEvent, MailPlan } from '../world/mail-plan.ts'
import { startWorld, type World } from '../world/world.ts'

const SERVICES = 2
const CONNECTIONS = 6
const DELAYS: MailPlan['delays'] = { mail: 5, rcpt: 5, data: 5, dot: 20, accepted: 20 }
const POLICIES: Policy[] = ['never', 'resend', 'ask']
/** From so many mails on every single reply must have been met, else every end of a connection. */
const ENOUGH_FOR_ALL = 5000
/** An end of the server is an end of its turns: what is not met then is met in a round more. */
const MOST_ROUNDS = 5
/** A campaign whose server has refused waits a while: many at once. */
const CAMPAIGNS = { short: 6, long: 24 }
const LONGEST_STORM_MS = 600
const LONGEST_CALM_MS = 1500
/** Of the troubles that come over all mails at once, how many end the server. */
const SERVER_CRASHES = 0.2

export const part: Part = {
  name: 'smtp',
  about:
    'the server drops, resets, hangs or refuses in every phase, in storms too, and dies; a run is one mail',
  runs: { short: 240, long: 5_000 },
  run,
}

async function run(context: PartContext): Promise<PartResult> {
  const calm: MailPlan = { seed: context.seed, delays: DELAYS, auth: true }
  const world = await startWorld(context, { lease: '1 second', plan: { ...calm, faults } })
  const policies = Array(CAMPAIGNS[context.short ? 'short' : 'long'] / POLICIES.length)
    .fill(POLICIES)
    .flat()
  const contacts = Math.ceil(context.runs / policies.length)
  const rounds = new Rounds(world, { policies, contacts, limit: contacts, interval: '3 seconds' })
  const services = await startServices(world, { count: SERVICES, connections: CONNECTIONS })
  const trouble = makeTrouble(world, { ...calm, faults }, context)
  const wanted = listFaults(context.runs < ENOUGH_FOR_ALL ? 'ends' : 'all')
  const failures: string[] = []
  let missing = wanted
  let ended = 0
  while (missing.length > 0 && failures.length === 0 && ended < MOST_ROUNDS) {
    await rounds.refill()
    failures.push(...(await rounds.finish(open => resumePaused(world, open))))
    missing = await listMissing(world, wanted)
    context.log(`round ${++ended}: ${missing.length} of ${wanted.length} faults not met`)
  }
  const counts = await trouble.end()
  failures.push(...(await stopServices(services)))
  const { judgement, facts } = await consultOracle(world.pool, world.mail, rounds.campaigns)
  const events = await world.mail.readEvents()
  const falseDoubts = countFalseDoubts(facts, events)
  if (falseDoubts > 0) failures.push(`${falseDoubts} mails were called in doubt that no server had asked for`)
  return {
    ...judgement,
    runs: context.runs * ended,
    failures: [...failures, ...judgement.failures],
    void: missing.length > 0 ? `these were not met: ${missing.join('; ')}` : undefined,
    details: {
      accepted: judgement.accepted,
      faults: events.filter(({ step }) => step !== '354').length,
      'different faults': listMet(events).size,
      ...counts,
      'rules that decided': await countRules(world.pool),
      'doubts on the way': facts.attempts.filter(({ outcome }) => outcome === 'in_doubt').length,
      'second copies under resend': judgement.copies,
    },
  }
}

const listMet = (events: MailEvent[]) => new Set(events.map(({ phase, step }) => `${phase} ${step}`))

async function listMissing({ mail }: World, wanted: string[]): Promise<string[]> {
  const met = listMet(await mail.readEvents())
  return wanted.filter(fault => !met.has(fault))
}

/** Storms (the same answer to everybody), and ends of the server, until they are ended. */
function makeTrouble({ mail }: World, usual: MailPlan, context: PartContext) {
  const { random, log } = context
  const ending = new AbortController()
  const { signal } = ending
  const pause = (longest: number) => delay(random.next() * longest, undefined, { signal }).catch(() => {})
  const counts = { storms: 0, 'server crashes': 0 }
  const loop = (async () => {
    for (;;) {
      await pause(LONGEST_CALM_MS)
      if (signal.aborted) return
      if (random.next() < SERVER_CRASHES) {
        counts['server crashes']++
        await mail.kill()
        await pause(LONGEST_STORM_MS)
        await mail.start()
      } else {
        counts.storms++
        const storm = random.pick(storms)
        log(`storm: ${JSON.stringify(storm)}`)
        mail.change({ ...usual, faults: storm })
        await pause(LONGEST_STORM_MS)
        mail.change(usual)
      }
    }
  })()
  return {
    async end() {
      ending.abort()
      await loop
      return counts
    },
  }
}

/** The operator who looks at a paused campaign and goes on. */
async function resumePaused({ pool }: World, open: { id: string; status: string }[]): Promise<void> {
  for (const { id, status } of open) {
    if (status !== 'paused') continue
    await pool.query('select daybatch.resume_campaign($1)', [id])
  }
}

/** Mails in doubt although the server never gave a 354 for them: they were safe. */
function countFalseDoubts(facts: Facts, events: MailEvent[]): number {
  const asked = Map.groupBy(
    events.filter(({ step }) => step === '354'),
    ({ recipient }) => recipient,
  )
  const doubts = Map.groupBy(
    facts.attempts.filter(({ outcome }) => outcome === 'in_doubt'),
    ({ delivery_id }) => delivery_id,
  )
  let count = 0
  for (const { delivery_id, email } of facts.deliveries) {
    const above = (doubts.get(delivery_id)?.length ?? 0) - (asked.get(email)?.length ?? 0)
    count += Math.max(above, 0)
  }
  return count
}

async function countRules(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query(
    `select count(*) filter (where exists (
         select from daybatch.delivery_attempts as a where a.rule = r.rule)) as met, count(*) as total
     from daybatch.reply_rules as r`,
  )
  return `${rows[0].met} of ${rows[0].total}`
}
