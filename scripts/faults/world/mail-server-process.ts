// The SMTP server of the fault programme, a process of its own: mail-server.ts starts it, and talks to it by messages.
// Arguments: ledger file, event file, port (0: any), plan as JSON.
import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '../../../test/helper/random.ts'
import { type Moment, type Step, startScriptedSmtp } from '../../../test/helper/smtp.ts'
import { describeFault, type FromServer, type MailEvent, type MailPlan, type ToServer } from './mail-plan.ts'

const [ledger, events, port, firstPlan] = process.argv.slice(2) as [string, string, string, string]
const send = (message: FromServer) => void process.send?.(message)
const note = (event: MailEvent) => appendFileSync(events, `${JSON.stringify(event)}\n`)

let plan: MailPlan = JSON.parse(firstPlan)
const random = createRandom(plan.seed)

const clients = new Set<string>()
/** How many faults each phase had; a storm goes on with its own. */
const faultCounts = new Map<string, number>()
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
  if (!faults || random.next() >= faults.probability) return undefined
  const key = `${moment.phase} ${faults.steps.length}`
  const count = faultCounts.get(key) ?? 0
  faultCounts.set(key, count + 1)
  const fault = faults.steps[count % faults.steps.length]!
  note({ ...pick(moment), step: describeFault(fault) })
  if (fault.silenceMs) await delay(fault.silenceMs)
  if (fault.end) return { end: fault.end, reply: fault.reply }
  return fault.reply
}

const pick = ({ recipient, phase }: Moment) => ({ recipient, phase })
