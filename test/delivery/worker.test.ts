import t, { type Test } from 'tap'
import type { Log } from '../../src/delivery/database.ts'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { createWorker, type WorkerOptions } from '../../src/delivery/worker.ts'
import { type Script, startScriptedSmtp } from '../helper/smtp.ts'
import { MemoryDatabase } from './memory-database.ts'

const CONNECTIONS = 4

const emails = (count: number, name = 'c') =>
  Array.from({ length: count }, (_, i) => `${name}${i}@example.org`)

interface Setting extends Partial<WorkerOptions> {
  script?: Script
  port?: number
}

/** A worker on the ledger in memory and a scripted server; it is started by the test. */
async function prepare(t: Test, { script = () => undefined, ...options }: Setting = {}) {
  const db = new MemoryDatabase()
  const smtp = await startScriptedSmtp({ script, keepContent: true })
  const transport = createSmtpTransport({ url: smtp.url, connections: CONNECTIONS })
  const lines: { level: string; message: string; details: object }[] = []
  const write = (level: string) => (details: object, message: string) => {
    lines.push({ level, message, details })
  }
  const log: Log = { info: write('info'), warn: write('warn'), error: write('error') }
  const worker = createWorker({ db, transport, workerId: 'test', connections: CONNECTIONS, log, ...options })
  t.teardown(async () => {
    await worker.stop()
    transport.close({ force: true })
    await smtp.stop()
  })
  return { db, smtp, transport, worker, lines }
}

/** Waits for a condition, turn by turn; the test's own timeout ends what never comes. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 1))
}

/** Lets whatever is under way in this process go on: a call of the ledger in memory takes one turn. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** A promise and the function that resolves it. */
function hold() {
  let resolve: () => void = () => {}
  const promise = new Promise<void>(done => {
    resolve = done
  })
  return { promise, resolve }
}

t.test('campaigns are sent, each contact once, in turns', async t => {
  const { db, smtp, worker, lines } = await prepare(t)
  db.add('a', emails(40, 'a'))
  db.add('b', emails(8, 'b'))
  let mostHeld = 0
  let mostBegun = 0
  db.before = () => {
    mostHeld = Math.max(mostHeld, db.count('claimed') + db.count('sending'))
    mostBegun = Math.max(mostBegun, db.count('sending'))
  }
  worker.start()
  await until(() => db.closed.length === 2)
  t.equal(db.count('sent'), 48)
  t.equal(new Set(smtp.accepted.map(({ recipient }) => recipient)).size, 48)
  t.equal(smtp.accepted.length, 48)
  t.ok(mostHeld > CONNECTIONS && mostHeld <= 6 * CONNECTIONS, `held at most ${mostHeld}`)
  t.ok(mostBegun <= CONNECTIONS, `begun and not reported at most ${mostBegun}`)
  t.ok(smtp.mostConnections <= CONNECTIONS)
  t.equal(db.closed[0], 'b', 'the small campaign did not wait for the large one')
  t.match(worker.status(), { state: 'running', held: 0, begun: 0, accepted: 48, problem: null })
  t.match(
    lines.map(({ message }) => message),
    ['batch closed', 'campaign completed', 'batch closed', 'campaign completed'],
  )
})

t.test('sending is committed when the server sees the data', async t => {
  const seen: string[] = []
  const { db, smtp, worker } = await prepare(t, {
    script: ({ phase, recipient }) => {
      if (phase === 'data') seen.push(`354 ${db.rowOf(recipient).status}`)
      if (phase === 'content') seen.push(`data ${db.rowOf(recipient).status}`)
      return undefined
    },
  })
  db.add('a', emails(30))
  worker.start()
  await until(() => db.count('sent') === 30)
  t.same(
    new Set(seen),
    new Set(['354 claimed', 'data sending']),
    'begun after the 354 was due, before the data',
  )
  t.equal(smtp.accepted.length, 30)
})

t.test('no commit leaves more mails begun and not reported than there are connections', async t => {
  const { db, smtp, worker } = await prepare(t)
  db.add('a', emails(100))
  const counts: number[] = []
  db.after = () => counts.push(db.count('sending'))
  worker.start()
  await until(() => db.count('sent') === 100)
  t.ok(Math.max(...counts) <= CONNECTIONS, `at most ${Math.max(...counts)}`)
  t.equal(smtp.accepted.length, 100)
})

t.test('nothing more is begun while outcomes cannot be written', async t => {
  const written = hold()
  const { db, smtp, worker } = await prepare(t)
  db.add('a', emails(20))
  db.before = method => (method === 'reportOutcomes' ? written.promise : undefined)
  worker.start()
  await until(() => db.calledWith('reportOutcomes').length === 1)
  await turns(200)
  const begun = db.count('sending')
  t.ok(begun > 0 && begun <= CONNECTIONS)
  t.equal(smtp.accepted.length, begun)
  written.resolve()
  await until(() => db.count('sent') === 20)
})

t.test('a refused begin sends nothing and is given back', async t => {
  const { db, smtp, worker } = await prepare(t)
  db.add('a', emails(20))
  db.before = method => {
    if (method === 'beginSending' && db.count('sent') >= 4) db.refusal = 'the campaign is paused'
  }
  worker.start()
  await until(() => db.refusal !== null && worker.status().held === 0)
  const sent = db.count('sent')
  t.ok(sent < 20)
  t.equal(smtp.accepted.length, sent)
  t.equal(db.count('queued'), 20 - sent, 'given back')
  t.ok(
    [...db.rows.values()].every(({ attempts, status }) => attempts === (status === 'sent' ? 1 : 0)),
    'without an attempt',
  )
  db.before = () => {}
  db.refusal = null
  worker.wake()
  await until(() => db.count('sent') === 20)
  t.equal(smtp.accepted.length, 20)
})

t.test('a claim that is lost stops its mails before their data', async t => {
  const release = hold()
  const { db, smtp, worker } = await prepare(t, {
    script: async ({ phase }) => {
      if (phase === 'rcpt') await release.promise
      return undefined
    },
  })
  db.leaseMs = 900
  db.add('a', emails(3))
  db.before = method => {
    if (method !== 'extendClaims') return
    db.leases.clear()
    db.refusal = 'another worker has them'
  }
  const start = performance.now()
  worker.start()
  await until(() => db.calledWith('extendClaims').length > 0)
  await until(() => worker.status().held === 0)
  t.ok(performance.now() - start < db.leaseMs, 'at once, not when the lease runs out')
  release.resolve()
  await worker.stop()
  t.equal(db.calledWith('beginSending').length, 0)
  t.equal(smtp.accepted.length, 0)
})

t.test('a lease that runs out here while the database is silent stops its mails', async t => {
  const isLate = hold()
  const { db, smtp, worker } = await prepare(t, {
    script: async ({ phase }) => {
      if (phase === 'data') await isLate.promise
      return undefined
    },
  })
  db.leaseMs = 60
  db.add('a', emails(3))
  let start = 0
  db.before = method => {
    if (method === 'claimDeliveries') start ||= performance.now()
    return method === 'extendClaims' ? new Promise(() => {}) : undefined
  }
  worker.start()
  await until(() => start > 0 && performance.now() > start + db.leaseMs)
  db.refusal = 'the claim has run out'
  isLate.resolve()
  await until(() => worker.status().held === 0)
  t.equal(db.calledWith('beginSending').length, 0, 'permission is not even asked')
  t.equal(db.calledWith('reportOutcomes').length, 0, 'it is given back, not reported')
  t.equal(db.count('queued'), 3)
  t.equal(smtp.accepted.length, 0)
})

t.test('a heartbeat keeps a lease alive that a mail outlasts', async t => {
  const release = hold()
  const { db, worker } = await prepare(t, {
    script: async ({ phase }) => {
      if (phase === 'rcpt') await release.promise
      return undefined
    },
  })
  db.leaseMs = 60
  db.add('a', emails(3))
  worker.start()
  await until(() => db.calledWith('extendClaims').length > 6)
  release.resolve()
  await until(() => db.count('sent') === 3)
  t.ok([...db.rows.values()].every(({ attempts }) => attempts === 1))
})

t.test('stop gives back what is not begun and finishes what is', async t => {
  const release = hold()
  const { db, smtp, worker } = await prepare(t, {
    script: async ({ phase }) => {
      if (phase === 'accepted') await release.promise
      return undefined
    },
  })
  db.add('a', emails(30))
  worker.start()
  await until(() => smtp.reached.accepted === CONNECTIONS)
  t.equal(db.count('sending'), CONNECTIONS)
  const stopped = worker.stop()
  await until(() => db.count('claimed') === 0)
  t.equal(db.count('sending'), CONNECTIONS, 'mails in flight are waited for')
  t.match(worker.status(), { state: 'stopping', held: CONNECTIONS })
  release.resolve()
  await stopped
  t.equal(worker.status().state, 'stopped')
  t.equal(db.count('sent'), CONNECTIONS)
  t.equal(db.count('queued'), 30 - CONNECTIONS)
  t.equal(smtp.accepted.length, CONNECTIONS)
})

t.test('stop does not wait for ever: what hangs is in doubt', async t => {
  const { db, smtp, worker } = await prepare(t, {
    script: ({ phase }) => (phase === 'accepted' ? { end: 'hang' } : undefined),
    drainMs: 50,
  })
  db.add('a', emails(CONNECTIONS))
  worker.start()
  await until(() => smtp.reached.accepted === CONNECTIONS)
  await worker.stop()
  t.equal(db.count('in_doubt'), CONNECTIONS)
})

t.test('a database that goes away', async t => {
  const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

  await t.test('reports are repeated until they are written', async t => {
    const { db, smtp, worker } = await prepare(t)
    let failures = 3
    db.before = method => {
      if (method === 'reportOutcomes' && failures-- > 0) throw away()
    }
    db.add('a', emails(12))
    worker.start()
    await until(() => db.count('sent') === 12)
    t.equal(smtp.accepted.length, 12)
  })

  await t.test('a report whose answer is lost is repeated without harm', async t => {
    const { db, smtp, worker } = await prepare(t)
    let failures = 3
    db.after = method => {
      if (method === 'reportOutcomes' && failures-- > 0) throw away()
    }
    db.add('a', emails(12))
    worker.start()
    await until(() => db.closed.length === 1)
    t.equal(db.count('sent'), 12)
    t.equal(smtp.accepted.length, 12)
  })

  await t.test('a begin whose answer is lost sends nothing, and says so', async t => {
    const { db, smtp, worker } = await prepare(t)
    let failures = 2
    const status: string[] = []
    db.after = method => {
      if (method !== 'beginSending' || failures-- <= 0) return
      status.push(...Array.from(db.rows.values(), row => row.status))
      throw away()
    }
    db.add('a', emails(3))
    worker.start()
    await until(() => db.count('sent') === 3)
    t.ok(status.includes('sending'), 'it was committed')
    t.equal(smtp.accepted.length, 3)
    const first = db.calledWith('reportOutcomes')[0] as { reports: object[] }
    t.match(first.reports[0], { stage: 'data', reply_code: null, reply_text: /nothing was sent/ })
  })

  await t.test('claims wait, and one line says so', async t => {
    const { db, worker, lines } = await prepare(t)
    let failures = 1
    db.before = method => {
      if (method === 'listWork' && failures-- > 0) throw away()
    }
    db.add('a', emails(1))
    worker.start()
    await until(() => lines.length > 0)
    t.match(worker.status().problem, 'connect ECONNREFUSED')
    worker.wake()
    await until(() => db.count('sent') === 1)
    t.equal(lines.filter(({ level }) => level === 'warn').length, 1)
  })

  await t.test('one report that the database refuses does not hold up the others', async t => {
    const { db, worker } = await prepare(t)
    let isBroken = true
    db.before = (method, args) => {
      if (method !== 'reportOutcomes' || !isBroken) return
      const { reports } = args as { reports: { delivery_id: string }[] }
      if (reports.some(({ delivery_id }) => delivery_id === '2'))
        throw Object.assign(new Error('invalid'), { code: '22P05' })
    }
    db.add('a', emails(10))
    worker.start()
    await until(() => db.count('sent') === 9)
    t.equal(db.rows.get('2')!.status, 'sending', 'it is not dropped')
    isBroken = false
    await until(() => db.count('sent') === 10)
  })
})

t.test('a report waits for the begin that is under way', async t => {
  const answer = hold()
  const { db, smtp, worker, transport } = await prepare(t)
  let ends = 0
  const { send } = transport
  transport.send = async (...args) => {
    const reply = await send(...args)
    ends += 1
    return reply
  }
  db.add('a', emails(1))
  db.before = method => (method === 'beginSending' ? answer.promise : undefined)
  worker.start()
  await until(() => db.calledWith('beginSending').length === 1)
  smtp.dropAll()
  await until(() => ends === 1)
  t.equal(db.calledWith('reportOutcomes').length, 0, 'the mail has ended, the begin has not')
  answer.resolve()
  await until(() => db.count('sent') === 1)
  const methods = db.calls.map(({ method }) => method).filter(name => /begin|report/.test(name))
  t.same(methods, ['beginSending', 'reportOutcomes', 'beginSending', 'reportOutcomes'])
  t.equal(smtp.accepted.length, 1)
})

t.test('a SMTP server that is down at start', async t => {
  const { smtp: gone } = await prepare(t)
  await gone.stop()
  const transport = createSmtpTransport({ url: gone.url, connections: CONNECTIONS })
  const { db, worker, lines } = await prepare(t, { transport })
  t.teardown(() => transport.close({ force: true }))
  db.add('a', emails(10))
  worker.start()
  await until(() => worker.status().problem !== null)
  t.match(worker.status().problem, /ECONNREFUSED/)
  const claims = db.calledWith('claimDeliveries').length
  const smtp = await startScriptedSmtp({ port: gone.port })
  t.teardown(() => smtp.stop())
  t.ok(claims <= 2, 'no more is claimed only to fail')
  await until(() => db.count('sent') === 10)
  t.equal(smtp.accepted.length, 10)
  t.equal(worker.status().problem, null)
  t.match(lines[0], { level: 'warn', message: 'the SMTP server takes no mail: waiting' })
})

t.test('mails that cannot be made', async t => {
  await t.test('an address that cannot be mailed fails alone', async t => {
    const { db, smtp, worker } = await prepare(t)
    db.add('a', [
      'ada@example.org',
      'b@example.org, c@example.net',
      '"d@evil.example"@example.org',
      'eve@example.org',
    ])
    worker.start()
    await until(() => db.count('sent') === 2 && db.count('failed') === 2)
    t.same(smtp.accepted.map(({ recipient }) => recipient).sort(), ['ada@example.org', 'eve@example.org'])
    t.match(db.rows.get('2')!.report, { stage: 'render', enhanced_code: '5.1.3' })
  })

  await t.test('a message that cannot be made for anybody is reported once', async t => {
    const { db, smtp, worker, lines } = await prepare(t)
    db.message = { ...db.message, sender: null }
    db.add('a', emails(10))
    worker.start()
    await until(() => lines.length > 0 && worker.status().held === 0)
    t.equal(db.calledWith('reportOutcomes').length, 1)
    t.match(db.rows.get('1')!.report, {
      stage: 'render',
      enhanced_code: '5.3.5',
      reply_text: /set MAIL_FROM/,
    })
    t.equal(db.count('queued'), 9)
    t.equal(smtp.accepted.length, 0)
  })
})
