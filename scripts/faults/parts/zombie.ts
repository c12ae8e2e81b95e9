import { setTimeout as delay } from 'node:timers/promises'
import type { AttemptFacts, Facts } from '../facts.ts'
import { consultOracle } from '../oracle.ts'
import type { Part, PartContext, PartResult } from '../part.ts'
import { type RoundOptions, Rounds } from '../rounds.ts'
import { startServices, stopServices } from '../services.ts'
import type { MailPlan } from '../world/mail-plan.ts'
import type { MailLine } from '../world/mail-server.ts'
import type { ServiceProcess } from '../world/service.ts'
import { startWorld, type World } from '../world/world.ts'

const SERVICES = 3
const CONNECTIONS = 5
/** Mails wait for their 354 as long as for their 250: a stop finds both kinds. */
const DELAYS: MailPlan['delays'] = { mail: 5, rcpt: 5, data: 60, dot: 40, accepted: 40 }
const ROUND: RoundOptions = {
  policies: ['never', 'ask', 'never'],
  contacts: 120,
  limit: 120,
  interval: '3 seconds',
}
const LONGEST_SLEEP_MS = 500
/** Statements that were under way when their process was stopped are over after this. */
const SETTLING_MS = 100
const PATIENCE_MS = 30_000
const LOOK_MS = 10

export const part: Part = {
  name: 'zombie',
  about: 'SIGSTOP of a service until others have taken its mails over, then SIGCONT; a run is one stop',
  runs: { short: 8, long: 100 },
  run,
}

/** What a service held when it was stopped. */
interface Zombie {
  service: string
  /** ms since 1970 */
  stoppedAt: number
  wokenAt: number
  tokens: Set<string>
  /** Delivery ids. */
  claimed: Set<string>
  sending: Set<string>
}

async function run(context: PartContext): Promise<PartResult> {
  const plan = { seed: context.seed, delays: DELAYS }
  const world = await startWorld(context, { lease: '1 second', plan })
  const rounds = new Rounds(world, ROUND)
  const stopRefilling = rounds.keepBusy()
  context.teardown(stopRefilling)
  const services = await startServices(world, { count: SERVICES, connections: CONNECTIONS })
  const zombies: Zombie[] = []
  for (let run = 1; run <= context.runs; run++) {
    const zombie = await sleepAndWake(world, context.random.pick(services), context)
    zombies.push(zombie)
    context.log(`${zombie.service}: ${zombie.claimed.size} claimed, ${zombie.sending.size} sending`)
  }
  await stopRefilling()
  const failures = await rounds.finish()
  failures.push(...(await stopServices(services)))
  const { judgement, facts } = await consultOracle(world.pool, world.mail, rounds.campaigns)
  const stale = findStaleWrites(facts, zombies)
  failures.push(...stale.failures, ...findStrayMails(facts, zombies, await world.mail.readLedger()))
  const held = zombies.reduce((sum, { sending }) => sum + sending.size, 0)
  return {
    ...judgement,
    failures: [...failures, ...judgement.failures],
    void: held === 0 ? 'no stop met a mail that was being sent' : undefined,
    details: {
      mails: judgement.accepted,
      'claimed at a stop': zombies.reduce((sum, { claimed }) => sum + claimed.size, 0),
      'sending at a stop': held,
      'late acceptances': stale.late,
    },
  }
}

/** Stops a service that is sending, waits until nothing is its own any more, and wakes it. */
async function sleepAndWake(world: World, service: ServiceProcess, context: PartContext): Promise<Zombie> {
  const isSending = async () => (await readHeld(world, service)).some(({ status }) => status === 'sending')
  if (!(await waitUntil(isSending))) context.log(`${service.name} sends nothing`)
  service.signal('SIGSTOP')
  const stoppedAt = Date.now()
  await delay(SETTLING_MS)
  const held = await readHeld(world, service)
  const isLost = async () => (await readHeld(world, service)).length === 0
  if (!(await waitUntil(isLost))) throw new Error(`nobody took over what ${service.name} held`)
  await delay(context.random.next() * LONGEST_SLEEP_MS)
  const wokenAt = Date.now()
  service.signal('SIGCONT')
  await waitUntil(async () => (await readHeld(world, service)).length > 0)
  const pick = (wanted: string) =>
    new Set(held.filter(({ status }) => status === wanted).map(({ delivery_id }) => delivery_id))
  return {
    service: service.name,
    stoppedAt,
    wokenAt,
    tokens: new Set(held.map(({ claim_token }) => claim_token)),
    claimed: pick('claimed'),
    sending: pick('sending'),
  }
}

interface Held {
  delivery_id: string
  claim_token: string
  status: string
}

async function readHeld({ pool }: World, { pid }: ServiceProcess): Promise<Held[]> {
  const { rows } = await pool.query<Held>(
    `select d.delivery_id, d.claim_token, d.status
     from daybatch.claims as k
     join daybatch.deliveries as d on d.delivery_id = any (k.delivery_ids) and d.claim_token = k.claim_token
     where k.worker_id like $1`,
    [`%/${pid}/%`],
  )
  return rows
}

async function waitUntil(condition: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > end) return false
    await delay(LOOK_MS)
  }
  return true
}

/** After its wake-up a zombie may settle its own doubts by late acceptances; everything else it tells is stale. */
function findStaleWrites({ attempts }: Facts, zombies: Zombie[]): { failures: string[]; late: number } {
  const failures: string[] = []
  let late = 0
  const byToken = Map.groupBy(attempts, ({ claim_token }) => claim_token)
  for (const zombie of zombies) {
    for (const token of zombie.tokens) {
      const ofToken = byToken.get(token) ?? []
      for (const attempt of ofToken.filter(({ ended_at }) => ended_at >= zombie.wokenAt)) {
        if (isLateAcceptance(attempt, ofToken)) late++
        else
          failures.push(
            `${zombie.service} wrote ${attempt.outcome} for ${attempt.delivery_id} after its wake-up`,
          )
      }
      for (const { sending_at, delivery_id } of ofToken) {
        if (sending_at !== null && sending_at > zombie.stoppedAt + SETTLING_MS)
          failures.push(`${zombie.service} began ${delivery_id} after its lease had ended`)
      }
    }
  }
  return { failures, late }
}

const isLateAcceptance = (attempt: AttemptFacts, ofToken: AttemptFacts[]) =>
  attempt.outcome === 'sent' &&
  ofToken.some(({ delivery_id, outcome }) => delivery_id === attempt.delivery_id && outcome === 'in_doubt')

/** Of what it held, a zombie may have sent only what was in flight when it was stopped, or what it claimed again. */
function findStrayMails({ deliveries, attempts }: Facts, zombies: Zombie[], ledger: MailLine[]): string[] {
  const ids = new Map(deliveries.map(({ email, delivery_id }) => [email, delivery_id]))
  const byDelivery = Map.groupBy(attempts, ({ delivery_id }) => delivery_id)
  const failures: string[] = []
  for (const { service, stoppedAt, tokens, claimed } of zombies) {
    for (const { client, recipient, at } of ledger) {
      const id = ids.get(recipient)!
      if (client !== service || Date.parse(at) < stoppedAt || !claimed.has(id)) continue
      const isNewClaim = byDelivery.get(id)?.some(({ claim_token }) => !tokens.has(claim_token))
      if (!isNewClaim)
        failures.push(`${service} sent to ${recipient}, which it had only claimed before its stop`)
    }
  }
  return failures
}
