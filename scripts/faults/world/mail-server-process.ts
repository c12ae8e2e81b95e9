// The SMTP server of the fault programme, a process of its own: mail-server.ts starts it, and talks to it by messages.
// Arguments: ledger file, event file, port (0: any), plan as JSON.
import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '../../../test/helper/random.ts'
import { type Moment, type Phase, type Step, startScriptedSmtp } from '../../../test/helper/smtp.ts'
import {
  describeFault,
  type FromServer,
  type MailEvent,
  type MailPlan,
  type PhaseFaults,
  type ToServer,
} from './mail-plan.ts'

const [ledger, events, port, firstPlan] = process.argv.slice(2) as [string, string, string, string]
const send = (message: FromServer) => void process.send?.(message)
const note = (event: MailEvent) => appendFileSync(events, `${JSON.stringify(event)}\n`)

let plan: MailPlan = JSON.parse(firstPlan)
const random = createRandom(plan.seed)

const clients = new Set<string>()
interface Turns {
  /** Moments until the next fault. */
  left: number
  /** How many there were. */
  faults: number
}

const turnsByKind = new Map<string, Turns>()
const asked = new Map<number, (step: Step) => void>()
let askedCount = 0

const smtp = await startScriptedSmtp({
  ledger,
  port: Number(port),
  auth: plan.auth ? { user: 'daybatch', pass: 'secret' } : undefined,
  async script(moment) {
    if (moment.phase === 'mail' && !clients.has(moment.client)) {
      clients.add(moment.client)
      send({ type: 'hello', client: moment.client })
    }
    const longest = plan.delays?.[moment.phase]
    if (longest) await delay(random.next() * longest)
    const step = plan.asks ? await ask(moment) : await fail(moment)
    if (step === undefined && moment.phase === 'data' && plan.faults) note({ ...pick(moment), step: '354' })
    return step
  },
})
send({ type: 'listening', port: smtp.port })

process.on('message', (message: ToServer) => {
  if (message.type === 'plan') plan = message.plan
  if (message.type === 'step') {
    asked.get(message.id)?.(message.step)
    asked.delete(message.id)
  }
  if (message.type === 'dropAll') smtp.dropAll()
  if (message.type === 'stop') void smtp.stop().then(() => process.exit(0))
})
// without its parent nobody wants it any more
process.on('disconnect', () => process.exit(0))

function ask(moment: Moment): Promise<Step> {
  const id = ++askedCount
  return new Promise(resolve => {
    asked.set(id, resolve)
    send({ type: 'moment', id, moment })
  })
}

async function fail(moment: Moment): Promise<Step> {
  const faults = plan.faults?.[moment.phase]
  if (!faults) return undefined
  const turns = findTurns(moment.phase, faults)
  if (--turns.left > 0) return undefined
  // on average as often as the plan says, and never twice as late: a short run has its faults too
  turns.left = 1 + random.below(Math.max(1, Math.round(2 / faults.probability) - 1))
  const fault = faults.steps[turns.faults++ % faults.steps.length]!
  note({ ...pick(moment), step: describeFault(fault) })
  if (fault.silenceMs) await delay(fault.silenceMs)
  if (fault.end) return { end: fault.end, reply: fault.reply }
  return fault.reply
}

/** A storm has its own probability, and so its own turns: what was going on before it goes on after it. */
function findTurns(phase: Phase, { probability }: PhaseFaults): Turns {
  const key = `${phase} ${probability}`
  const turns = turnsByKind.get(key) ?? { left: 1 + random.below(Math.round(1 / probability)), faults: 0 }
  turnsByKind.set(key, turns)
  return turns
}

const pick = ({ recipient, phase }: Moment) => ({ recipient, phase })
