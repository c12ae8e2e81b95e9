import { consultOracle } from '../oracle.ts'
import type { Part, PartContext, PartResult } from '../part.ts'
import { Rounds } from '../rounds.ts'
import { startServices, stopServices } from '../services.ts'
import type { MailLine } from '../world/mail-server.ts'
import { startWorld } from '../world/world.ts'

const SERVICES = 10
const CONNECTIONS = 5
const CAMPAIGNS = 4
/** Every campaign takes at least so many batches, which all services share. */
const BATCHES = 3
/** About what two cores send with ten services: a batch shall hardly fit into its interval. */
const MAILS_PER_SECOND = 300

export const part: Part = {
  name: 'many',
  about: 'ten services on one database, nothing fails but what their races make fail; a run is one mail',
  runs: { short: 2000, long: 100_000 },
  run,
}

async function run(context: PartContext): Promise<PartResult> {
  const world = await startWorld(context, { lease: '10 seconds', plan: { seed: context.seed } })
  const contacts = Math.ceil(context.runs / CAMPAIGNS)
  const limit = Math.ceil(contacts / BATCHES)
  const seconds = Math.max(4, Math.round((limit * CAMPAIGNS) / MAILS_PER_SECOND))
  const policies = Array(CAMPAIGNS).fill('never')
  const rounds = new Rounds(world, { policies, contacts, limit, interval: `${seconds} seconds` })
  const services = await startServices(world, { count: SERVICES, connections: CONNECTIONS })
  await rounds.refill()
  const start = performance.now()
  const failures = await rounds.finish()
  const elapsed = (performance.now() - start) / 1000
  failures.push(...(await stopServices(services)))
  const { judgement, facts } = await consultOracle(world.pool, world.mail, rounds.campaigns)
  // nothing died and no connection was lost: there is nothing to doubt
  if (judgement.in_doubt > 0)
    failures.push(`${judgement.in_doubt} mails are in doubt, and nothing had failed`)
  const shares = countShares(await world.mail.readLedger())
  return {
    ...judgement,
    failures: [...failures, ...judgement.failures],
    void: shares.length < SERVICES ? `only ${shares.length} of ${SERVICES} services sent mails` : undefined,
    details: {
      mails: judgement.accepted,
      batches: facts.batches.length,
      'mails per service': `${Math.min(...shares)} to ${Math.max(...shares)}`,
      'mails per second, waits included': Math.round(judgement.accepted / elapsed),
    },
  }
}

function countShares(ledger: MailLine[]): number[] {
  return [...Map.groupBy(ledger, ({ client }) => client).values()].map(({ length }) => length)
}
