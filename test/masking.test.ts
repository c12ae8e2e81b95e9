// No address in the log, whatever way it comes: the line as it is written is masked, and stays JSON.
import fc from 'fast-check'
import t from 'tap'
import { createLog } from '../src/log.ts'
import { maskAddresses } from '../src/masking.ts'

t.test('addresses as servers, callers and errors write them', async t => {
  const texts: [text: string, masked: string][] = [
    ['550 5.1.1 <ada@example.org>: no such user', '550 5.1.1 <(address)>: no such user'],
    ['to=ada.b+c@mail.example.org, relay', 'to=(address), relay'],
    ['{"a":"for \\"ada lovelace\\"@example.org, no"}', '{"a":"for (address), no"}'],
    [
      '{"a":"x","b":"@y","c":"\\u001fada@example.org\\nb@c"}',
      '{"a":"x","b":"@y","c":"\\u001f(address)\\n(address)"}',
    ],
    ['zoë@bücher.example', '(address)'],
    ['/api/contacts?email=ada%40example.org&limit=2', '/api/contacts?email=(address)&limit=2'],
    ['/api/suppressions/ada@example.org', '/api/suppressions/(address)'],
    ['postgres://daybatch:secret@db.example.com:5432/shop', 'postgres://daybatch:(address):5432/shop'],
    ['at node_modules/@fastify/x/index.js:3:4', 'at node_modules/@fastify/x/index.js:3:4'],
    ['{"a":["ada@example.org","b"],"c":"x@y"}', '{"a":["(address)","b"],"c":"(address)"}'],
    ['nothing here', 'nothing here'],
  ]
  for (const [text, masked] of texts) t.equal(maskAddresses(text), masked)
})

t.test(
  'a line of the log is one JSON object, and holds none of the addresses that were given to it',
  async t => {
    t.plan(1)
    const lines: string[] = []
    const log = createLog('info', { write: (line: string) => void lines.push(line) })
    const label = fc.stringMatching(/^[a-z0-9]{3,12}$/)
    const address = fc
      .tuple(fc.stringMatching(/^[A-Za-z0-9.!#$%'*+^_`|~-]{1,20}$/), label)
      .map(([local, domain]) => ({
        local,
        domain: `${domain}.example`,
      }))
    fc.assert(
      fc.property(
        address,
        fc.string({ unit: 'binary' }),
        fc.constantFrom(' ', '<', '\n', '"', '\t', ','),
        (who, noise, mark) => {
          const text = `${noise}${mark}${who.local}@${who.domain}${mark}${noise}`
          lines.length = 0
          log.info({ reply: text, deep: [{ [text]: text }], err: new Error(text) }, text)
          const line = lines.join('')
          JSON.parse(line)
          return !line.includes(`@${who.domain}`)
        },
      ),
      { numRuns: 300 },
    )
    t.pass('300 lines')
  },
)
