import fc from 'fast-check'
import t from 'tap'
import { LONGEST_MAIL, readBounceMail, recordMail } from '../../src/bounces/mail.ts'
import { findTokens } from '../../src/bounces/report.ts'
import * as mails from './mails.ts'

const TOKEN = '0001'.padEnd(52, 'ab')
const to = `bounce+${TOKEN}@bounces.example.com`
const read = (mail: string, recipient?: string) => readBounceMail(Buffer.from(mail), recipient)

t.test('the forms in which servers report', async t => {
  t.match(await read(mails.postfix({ to })), {
    source: 'dsn',
    report: {
      tokens: [TOKEN],
      recipients: [
        {
          action: 'failed',
          status: '5.1.1',
          diagnostic:
            'smtp; 550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown in local recipient table',
        },
      ],
      event_at: '2026-03-02T09:00:03.000Z',
    },
  })
  t.match(await read(mails.exchange({ to })), {
    source: 'dsn',
    report: {
      tokens: [TOKEN],
      recipients: [{ action: 'failed', status: '5.1.10', diagnostic: /^smtp;550 5\.1\.10 RESOLVER/ }],
    },
  })
  t.match(await read(mails.gmail({ to })), {
    source: 'dsn',
    report: {
      tokens: [TOKEN],
      recipients: [{ action: 'failed', status: '5.1.1', diagnostic: /550 5\.1\.1 unnecessary spaces\.$/ }],
    },
  })
  t.match(await read(mails.international({ to })), {
    source: 'dsn',
    report: { tokens: [TOKEN], recipients: [{ action: 'failed', status: '5.1.1' }] },
  })
  t.match(await read(mails.delayed({ to })), {
    report: { recipients: [{ action: 'delayed', status: '4.4.1' }] },
  })
})

t.test('complaints name the mail by its return path, wherever that stands', async t => {
  for (const mail of [mails.complaint({ to }), mails.bareComplaint({ to })]) {
    t.match(await read(mail), {
      source: 'arf',
      report: { tokens: [TOKEN], feedback_type: 'abuse', event_at: '2026-03-02T14:00:00.000Z' },
    })
  }
  t.match(await read(mails.complaint({ to }, 'not-spam')), { report: { feedback_type: 'not-spam' } })
})

t.test('the envelope recipient says it where no header does', async t => {
  const blind = mails.postfix({ to: 'postmaster@example.com' })
  t.same((await read(blind))?.report.tokens, [])
  t.same((await read(blind, to.toUpperCase()))?.report.tokens, [TOKEN.toUpperCase()])
})

t.test('what is no report: absences, forwarded and empty mails', async t => {
  for (const mail of [
    mails.absence({ to }),
    '',
    'hello',
    'Content-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n',
  ]) {
    t.equal(await read(mail), undefined)
  }
  const asText = mails.postfix({ to }).replace('message/delivery-status', 'text/plain')
  t.equal(await read(asText), undefined, 'the text of a bounce is no bounce')
})

t.test('a long mail is read at its beginning, where the report stands', async t => {
  const long = mails.postfix({ to }).replace('Hello\r\n', `${'x'.repeat(70)}\r\n`.repeat(50_000))
  t.ok(long.length > 3 * LONGEST_MAIL)
  const start = performance.now()
  t.match(await read(long), { report: { tokens: [TOKEN], recipients: [{ status: '5.1.1' }] } })
  t.ok(performance.now() - start < 5000)
})

t.test('hostile fields are text, cut and without control characters', async t => {
  const hostile = mails
    .postfix({ to })
    .replace('Code: smtp; 550 5.1.1', `Code: smtp; 550 5.1.1 \u0007\u0000<script>${'y'.repeat(5000)}\ud800`)
  const report = (await read(hostile))?.report
  const diagnostic = report?.recipients?.[0]?.diagnostic ?? ''
  t.equal(diagnostic.length, 1000)
  t.notMatch(diagnostic, /[\0-\x1f]/)
  const many = Array.from({ length: 500 }, (_, n) => `bounce+${String(n).padStart(52, '0')}@b.example`).join(
    ' ',
  )
  t.equal(findTokens([many]).length, 20)
})

/** A bounce with lines dropped, doubled, swapped and changed, as broken servers and forgers send them. */
const broken = fc
  .record({
    mail: fc.constantFrom(
      mails.postfix({ to }),
      mails.gmail({ to }),
      mails.exchange({ to }),
      mails.complaint({ to }),
    ),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.nat(400),
        put: fc.oneof(
          fc.string({ unit: 'binary', maxLength: 60 }),
          fc.constantFrom(
            '',
            '\r\n',
            '\r\n\r\n',
            '--',
            '\0',
            'Content-Type: multipart/mixed; boundary="',
            'Content-Transfer-Encoding: base64\r\n',
            'charset=utf-7',
            '=?utf-8?q?',
          ),
        ),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ mail, edits }) =>
    edits.reduce((text, { at, length, put }) => {
      const from = Math.floor(at * text.length)
      return text.slice(0, from) + put + text.slice(from + length)
    }, mail),
  )

t.test('whatever is broken in a mail, reading it ends and throws nothing', async t => {
  let reports = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(broken, fc.string({ unit: 'binary', maxLength: 2000 })), async mail => {
      const answer = await readBounceMail(Buffer.from(mail, 'latin1'))
      if (answer) reports++
      // what is handed on can be stored: JSON that PostgreSQL takes
      if (/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(answer ?? {}))) throw new Error('not storable')
    }),
    { numRuns: 1000 },
  )
  t.ok(reports > 50, `${reports} were still reports`)
})

t.test('deep nesting does not take long', async t => {
  let mail = 'Content-Type: text/plain\r\n\r\nx'
  for (let depth = 0; depth < 2000; depth++) {
    mail = `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n${mail}`
    if (mail.length > LONGEST_MAIL) break
  }
  const start = performance.now()
  await read(mail)
  t.ok(performance.now() - start < 10_000, `${Math.round(performance.now() - start)} ms`)
})

t.test('a mail is recorded once it is a report', async t => {
  const calls: object[] = []
  const db = {
    unsubscribeByToken: async () => t.fail('nobody asked') as never,
    async recordBounces(args: object) {
      calls.push(args)
      return [
        {
          place: 1,
          result: 'recorded' as const,
          kind: 'hard' as const,
          campaign_id: null,
          delivery_id: null,
          suppressed: true,
        },
      ]
    },
  }
  t.equal(await recordMail(db, Buffer.from(mails.absence({ to }))), 'none')
  t.equal(calls.length, 0)
  t.equal(await recordMail(db, Buffer.from(mails.postfix({ to }))), 'recorded')
  t.match(calls, [{ source: 'dsn', reports: [{ tokens: [TOKEN] }] }])
})
