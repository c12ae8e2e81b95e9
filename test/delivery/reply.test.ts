import type { NodemailerError } from 'nodemailer'
import t from 'tap'
import { type DataProgress, type Reply, readAcceptance, readFailure } from '../../src/delivery/reply.ts'

/** An error as nodemailer makes it. */
function makeError(code: string | undefined, command?: string, response?: string, message = 'it failed') {
  const error: NodemailerError = new Error(response ? `${message}: ${response}` : message)
  if (code !== undefined) error.code = code
  if (command !== undefined) error.command = command
  if (response !== undefined) error.response = response
  return error
}

t.test('failures', async t => {
  type Case = [progress: DataProgress, error: NodemailerError, reply: Partial<Reply>]
  const cases: Record<string, Case> = {
    'no connection': ['unconnected', makeError('ESOCKET', 'CONN'), { stage: 'connect', reply_code: null }],
    'no name': ['unconnected', makeError('EDNS', 'CONN'), { stage: 'connect', reply_code: null }],
    'refused greeting': [
      'unconnected',
      makeError('EPROTOCOL', 'CONN', '554 5.7.1 blocked'),
      { stage: 'connect', reply_code: 554, enhanced_code: '5.7.1', reply_text: '554 5.7.1 blocked' },
    ],
    'greeting 421': [
      'unconnected',
      makeError('EPROTOCOL', 'CONN', '421 4.3.2 busy'),
      { stage: 'connect', reply_code: 421 },
    ],
    EHLO: ['unconnected', makeError('ECONNECTION', 'EHLO', '502 no'), { stage: 'ehlo', reply_code: 502 }],
    'STARTTLS refused': [
      'unconnected',
      makeError('ETLS', 'STARTTLS', '454 4.7.0 not now'),
      { stage: 'starttls', reply_code: 454, enhanced_code: '4.7.0' },
    ],
    'TLS failed': ['unconnected', makeError('ETLS', 'CONN'), { stage: 'starttls', reply_code: null }],
    AUTH: [
      'unconnected',
      makeError('EAUTH', 'AUTH PLAIN', '535 5.7.8 no'),
      { stage: 'auth', reply_code: 535, enhanced_code: '5.7.8' },
    ],
    'no way to log in': ['unconnected', makeError('EAUTH', 'API'), { stage: 'auth', reply_code: null }],
    'pool gave up': ['unconnected', makeError('ECONNECTION'), { stage: 'connect', reply_code: null }],
    'MAIL refused': [
      'unread',
      makeError('EENVELOPE', 'MAIL FROM', '553 5.1.8 bad sender'),
      { stage: 'mail', reply_code: 553, enhanced_code: '5.1.8' },
    ],
    'RCPT refused': [
      'unread',
      makeError('EENVELOPE', 'RCPT TO', '550-5.1.1 no such\n550 5.1.1 user'),
      {
        stage: 'rcpt',
        reply_code: 550,
        enhanced_code: '5.1.1',
        reply_text: '550-5.1.1 no such 5.1.1 user',
      },
    ],
    'RCPT deferred': [
      'unread',
      makeError('EENVELOPE', 'RCPT TO', '450 greylisted'),
      { stage: 'rcpt', reply_code: 450, enhanced_code: null },
    ],
    'DATA refused': [
      'unread',
      makeError('EENVELOPE', 'DATA', '451 4.3.0 later'),
      { stage: 'data', reply_code: 451 },
    ],
    'lost before the 354': ['unread', makeError('ECONNECTION', 'CONN'), { stage: 'mail', reply_code: null }],
    'closing before the 354': [
      'unread',
      makeError('ECONNECTION', 'CONN', '421 4.7.0 bye'),
      { stage: 'mail', reply_code: 421, enhanced_code: '4.7.0' },
    ],
    'a reply that is none': [
      'unread',
      makeError('EENVELOPE', 'RCPT TO', 'gibberish'),
      { stage: 'rcpt', reply_code: null },
    ],
    'refused permission': [
      'asked',
      makeError('ESTREAM', 'API', undefined, 'the campaign is paused'),
      { stage: 'data', reply_code: null, reply_text: 'the campaign is paused' },
    ],
    'lost while asking': ['asked', makeError('ETIMEDOUT', 'CONN'), { stage: 'data', reply_code: null }],
    'server tired of waiting': [
      'asked',
      makeError('EMESSAGE', 'DATA', '421 4.4.2 timeout'),
      { stage: 'data', reply_code: 421 },
    ],
    'lost after the data': [
      'released',
      makeError('ECONNECTION', 'CONN'),
      { stage: 'message', reply_code: null },
    ],
    'reset after the data': [
      'released',
      makeError('ESOCKET', 'CONN'),
      { stage: 'message', reply_code: null },
    ],
    'no reply in time': [
      'released',
      makeError('ETIMEDOUT', 'CONN'),
      { stage: 'message', reply_code: null, reply_text: 'ETIMEDOUT: it failed' },
    ],
    'lost in the middle of a reply': [
      'released',
      makeError('ECONNECTION', 'CONN', '550 5.7.1 rej'),
      { stage: 'message', reply_code: null },
    ],
    'a 354 twice': [
      'released',
      makeError('EMESSAGE', 'DATA', '354 go ahead'),
      { stage: 'message', reply_code: null },
    ],
    'dot answered with nonsense': [
      'released',
      makeError('EMESSAGE', 'DATA', 'ok'),
      { stage: 'message', reply_code: null },
    ],
    'dot refused': [
      'released',
      makeError('EMESSAGE', 'DATA', '554 5.6.0 content'),
      { stage: 'message', reply_code: 554, enhanced_code: '5.6.0' },
    ],
    'dot deferred': [
      'released',
      makeError('EMESSAGE', 'DATA', '451 4.7.1 later'),
      { stage: 'message', reply_code: 451, enhanced_code: '4.7.1' },
    ],
    'refused by the library': [
      'unread',
      makeError('EENVELOPE', 'API'),
      { stage: 'render', reply_code: null },
    ],
    'message stream failed': ['unread', makeError('ESTREAM', 'API'), { stage: 'render', reply_code: null }],
    'connection already gone': [
      'unread',
      makeError('ECONNECTION', 'API'),
      { stage: 'mail', reply_code: null },
    ],
  }
  for (const [name, [progress, error, reply]] of Object.entries(cases)) {
    t.match(readFailure(error, progress), reply, name)
  }
})

t.test('acceptance', async t => {
  t.same(readAcceptance('250 2.0.0 queued as 123', 'released'), {
    stage: 'message',
    reply_code: 250,
    enhanced_code: '2.0.0',
    reply_text: '250 2.0.0 queued as 123',
  })
  t.match(readAcceptance('250', 'released'), { stage: 'message', reply_code: 250, enhanced_code: null })
  t.match(readAcceptance('2', 'released'), { stage: 'message', reply_code: null }, 'half a reply is none')
  t.match(readAcceptance('250 ok', 'asked'), { stage: 'data', reply_code: null }, 'nothing was sent')
})

t.test('a stranger wrote the text', async t => {
  const { reply_text } = readFailure(
    makeError('EENVELOPE', 'RCPT TO', `550 \0\x1b[31m\ud800${'x'.repeat(5000)}`),
    'unread',
  )
  t.notMatch(reply_text, /[\0-\x1f]|\p{Surrogate}/u)
  t.equal(reply_text!.length <= 1000, true)
})
