import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import t, { type Test } from 'tap'
import { Gate } from '../../src/delivery/gate.ts'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { type Script, startScriptedSmtp } from '../helper/smtp.ts'
import { makeMail } from './mail.ts'

async function start(t: Test, script: Script) {
  const smtp = await startScriptedSmtp({ script, keepContent: true })
  const transport = createSmtpTransport({ url: smtp.url, connections: 3 })
  t.teardown(async () => {
    transport.close({ force: true })
    await smtp.stop()
  })
  return { smtp, transport }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

t.test('permission is asked after the 354 and before a byte of the message', async t => {
  const events: string[] = []
  let is354Due: () => void = () => {}
  const held = new Promise<void>(resolve => {
    is354Due = resolve
  })
  const script: Script = async ({ phase }) => {
    events.push(phase)
    if (phase === 'data') await held
    return undefined
  }
  const { smtp, transport } = await start(t, script)
  const sent = transport.send(makeMail('ada@example.org'), {
    permit: async () => {
      events.push('permit')
    },
  })
  // the server holds its 354 back: the client has sent all of its envelope and asks for nothing
  while (!events.includes('data')) await new Promise(resolve => setImmediate(resolve))
  await turns(100)
  t.notOk(events.includes('permit'), 'not asked while the 354 is held back')
  is354Due()
  const reply = await sent
  t.match(reply, { stage: 'message', reply_code: 250, enhanced_code: '2.0.0' })
  t.same(events.slice(events.indexOf('data')), ['data', 'permit', 'content', 'dot', 'accepted', 'done'])
  t.match(smtp.accepted[0]?.content, /Message-ID: <key-ada@example\.org>/)
})

t.test('a refused mail ends its connection without a final dot, and the pool goes on', async t => {
  const { smtp, transport } = await start(t, () => undefined)
  const replies = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      transport.send(makeMail(`c${index}@example.org`), {
        permit: async () => {
          if (index % 3 === 0) throw new Error('the campaign is paused')
        },
      }),
    ),
  )
  t.equal(smtp.accepted.length, 20, 'the others were accepted')
  t.equal(smtp.reached.dot, 20, 'no dot came for a refused one')
  for (const [index, reply] of replies.entries()) {
    if (index % 3 === 0)
      t.match(reply, { stage: 'data', reply_code: null, reply_text: 'the campaign is paused' })
    else t.match(reply, { stage: 'message', reply_code: 250 })
  }
})

t.test('a real smtp-server takes nothing from a refused mail', async t => {
  const taken: string[] = []
  const ended: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, answer) {
      const recipient = session.envelope.rcptTo[0]!.address
      stream.resume()
      stream.on('end', () => {
        taken.push(recipient)
        answer(null, 'ok')
      })
      stream.on('close', () => ended.push(recipient))
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  const transport = createSmtpTransport({ url, connections: 1 })
  t.teardown(async () => {
    transport.close({ force: true })
    await new Promise<void>(resolve => server.close(resolve))
  })
  const refused = await transport.send(makeMail('no@example.org'), {
    permit: () => Promise.reject(new Error('refused')),
  })
  const sent = await transport.send(makeMail('yes@example.org'), { permit: async () => {} })
  t.equal(refused.stage, 'data')
  t.match(sent, { stage: 'message', reply_code: 250 })
  t.same(taken, ['yes@example.org'])
})

t.test('a mail that is withdrawn', async t => {
  await t.test('while it waits for permission: nothing is sent, even when permission comes', async t => {
    const { smtp, transport } = await start(t, () => undefined)
    const withdrawal = new AbortController()
    let give: () => void = () => {}
    const reply = await transport.send(makeMail('ada@example.org'), {
      signal: withdrawal.signal,
      permit: () => {
        withdrawal.abort()
        return new Promise(resolve => {
          give = resolve
        })
      },
    })
    t.match(reply, { stage: 'data', reply_code: null })
    give()
    await transport.send(makeMail('bob@example.org'), { permit: async () => {} })
    t.same(
      smtp.accepted.map(({ recipient }) => recipient),
      ['bob@example.org'],
    )
  })

  await t.test('after its data went out: in doubt', async t => {
    const withdrawal = new AbortController()
    const { transport } = await start(t, ({ phase }) => {
      if (phase !== 'accepted') return undefined
      withdrawal.abort()
      return { end: 'hang' }
    })
    const reply = await transport.send(makeMail('ada@example.org'), {
      signal: withdrawal.signal,
      permit: async () => {},
    })
    t.match(reply, { stage: 'message', reply_code: null })
  })
})

t.test('a server that answers before the message is not believed, and gets none', async t => {
  const { smtp, transport } = await start(t, ({ phase }) =>
    phase === 'data' ? '354 go ahead\r\n250 2.0.0 accepted' : undefined,
  )
  const reply = await transport.send(makeMail('ada@example.org'), { permit: () => turns(50) })
  t.match(reply, { stage: 'data', reply_code: null })
  await turns(2000)
  t.equal(smtp.reached.content, 0)
  t.equal(smtp.accepted.length, 0)
})

t.test('a message that cannot be made never asks for permission', async t => {
  const { smtp, transport } = await start(t, () => undefined)
  let asked = 0
  const broken = {
    ...makeMail('ada@example.org'),
    compose: () => {
      throw new Error('a field is not text')
    },
  }
  const reply = await transport.send(broken, {
    permit: async () => {
      asked += 1
    },
  })
  const asNobodys = { stage: 'render', reply_code: null, enhanced_code: '5.3.5' }
  t.match(reply, { ...asNobodys, reply_text: 'a field is not text' }, 'no fault of the contact')
  const unsigned = createSmtpTransport({
    url: smtp.url,
    connections: 1,
    sign: () => Promise.reject(new Error('the key is gone')),
  })
  t.teardown(() => unsigned.close({ force: true }))
  const permit = async () => {
    asked += 1
  }
  const unsignedReply = await unsigned.send(makeMail('bob@example.org'), { permit })
  t.match(unsignedReply, { ...asNobodys, reply_text: 'the key is gone' }, 'nor is a key that cannot sign')
  t.equal(asked, 0)
  t.equal(smtp.accepted.length, 0)
})

t.test('a message is handed out once, whoever asks again', async t => {
  let asked = 0
  const gate = new Gate(async () => {
    asked += 1
  })
  const compose = async () => ({ raw: Buffer.from('Hello'), tail: Buffer.from(' Ada') })
  const read = async () => {
    let text = ''
    for await (const chunk of gate.open(compose)) text += chunk
    return text
  }
  t.equal(await read(), 'Hello Ada')
  await t.rejects(read(), { message: 'handed out twice' })
  t.equal(asked, 1)
})
