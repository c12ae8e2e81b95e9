import t from 'tap'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { createRandom, readSeed } from '../helper/random.ts'
import { phases, type Script, startScriptedSmtp } from '../helper/smtp.ts'
import { makeMail } from './mail.ts'

// A server that ends connections, or refuses, at random moments. Whatever it does, three things must hold: a mail
// whose data was not read was not accepted; no mail is accepted twice; what is reported sent was accepted.

const MAILS = 2000
const CONNECTIONS = 20
const FAULTS_PER_PHASE = 0.05

t.test(`${MAILS} mails over a server that fails at random`, async t => {
  const random = createRandom(readSeed())
  const script: Script = ({ phase }) => {
    if (random.next() >= FAULTS_PER_PHASE) return undefined
    const end = random.pick(['drop', 'reset'] as const)
    const kind = random.below(phase === 'content' ? 1 : 4)
    if (kind === 0 || phase === 'done') return { end }
    const reply = random.pick(['421 4.3.2 closing', '450 4.2.1 try later', '550 5.1.1 no', '554 5.7.1 no'])
    // after the ledger only the connection may fail: a refusal there would be the server's own lie
    if (phase === 'accepted') return { end, ...(kind === 1 && { reply: '250 2.0.0 accepted' }) }
    if (kind === 1) return { end, reply }
    return phase === 'greeting' ? { end, reply } : reply
  }
  const smtp = await startScriptedSmtp({ script, pipelining: random.next() < 0.5 })
  const transport = createSmtpTransport({ url: smtp.url, connections: CONNECTIONS })
  t.teardown(async () => {
    transport.close({ force: true })
    await smtp.stop()
  })

  const counts = { unread: 0, sent: 0, refused: 0, inDoubt: 0 }
  const faults = { unreadAccepted: 0, acceptedTwice: 0, sentNotAccepted: 0, refusedButAccepted: 0 }
  let inDoubtAccepted = 0
  const acceptances = (recipient: string) => smtp.accepted.filter(mail => mail.recipient === recipient).length
  const ends = await Promise.all(
    Array.from({ length: MAILS }, async (_, index) => {
      const recipient = `c${index}@example.org`
      let permits = 0
      const permit = async () => {
        permits += 1
      }
      return { recipient, reply: await transport.send(makeMail(recipient), { permit }), permits }
    }),
  )
  for (const { recipient, reply, permits } of ends) {
    const accepted = acceptances(recipient)
    if (accepted > 1) faults.acceptedTwice += 1
    if (permits > 1) t.fail(`${recipient}: permission was asked ${permits} times`)
    if (reply.stage !== 'message') {
      counts.unread += 1
      if (accepted > 0) faults.unreadAccepted += 1
    } else if (reply.reply_code === null) {
      counts.inDoubt += 1
      if (accepted > 0) inDoubtAccepted += 1
    } else if (reply.reply_code < 300) {
      counts.sent += 1
      if (accepted === 0) faults.sentNotAccepted += 1
    } else {
      counts.refused += 1
      if (accepted > 0) faults.refusedButAccepted += 1
    }
  }
  t.comment(
    `seed ${random.seed}: data not read ${counts.unread} (accepted ${faults.unreadAccepted}), ` +
      `in doubt ${counts.inDoubt} (accepted ${inDoubtAccepted}), sent ${counts.sent}, refused after the dot ${counts.refused}, ` +
      `accepted twice ${faults.acceptedTwice}, sent but not accepted ${faults.sentNotAccepted}`,
  )
  t.same(faults, { unreadAccepted: 0, acceptedTwice: 0, sentNotAccepted: 0, refusedButAccepted: 0 })
  t.ok(counts.unread > 100 && counts.inDoubt > 100 && counts.sent > 100, 'the run met every kind of end')
  t.ok(
    inDoubtAccepted > 0 && inDoubtAccepted < counts.inDoubt,
    'in doubt is doubt: some were accepted, some not',
  )
  for (const phase of phases) t.ok(smtp.reached[phase] > 0 || phase === 'auth', `reached ${phase}`)
})
