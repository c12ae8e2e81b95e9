// The yardstick, a process of its own: what one writes who sends mails with nodemailer and keeps no books. A pool of
// connections, and always as many mails on their way that no connection waits. Argument: PlainLoopOptions as JSON.
import { createTransport } from 'nodemailer'
import { HTML, SUBJECT, TEXT } from './audience.ts'
import type { PlainLoopOptions, PlainLoopResult } from './plain-loop.ts'

const { port, connections, mails }: PlainLoopOptions = JSON.parse(process.argv[2]!)
const transport = createTransport({
  host: '127.0.0.1',
  port,
  pool: true,
  maxConnections: connections,
  maxMessages: Number.POSITIVE_INFINITY,
})
const fill = (template: string, values: Record<string, string>) =>
  template.replace(/\{\{(\w+)[^}]*\}\}/g, (_, name) => values[name]!)

let next = 1
async function sendAll(): Promise<void> {
  while (next <= mails) {
    const n = next++
    const values = { first_name: `Name ${n}`, last_name: `Surname ${n}`, city: `City ${n % 1000}` }
    await transport.sendMail({
      from: 'Bench <bench@example.org>',
      to: `contact-${n}@example.org`,
      subject: fill(SUBJECT, values),
      text: fill(TEXT, values),
      html: fill(HTML, values),
    })
  }
}

const start = performance.now()
await Promise.all(Array.from({ length: 2 * connections }, sendAll))
const { user, system } = process.cpuUsage()
const result: PlainLoopResult = { ms: performance.now() - start, cpuMs: (user + system) / 1000 }
transport.close()
process.send!(result, () => process.disconnect())
