import fc from 'fast-check'
import t from 'tap'
import { AddressError, normalizeAddress } from '../../src/delivery/address.ts'

const label63 = 'a'.repeat(63)

t.test('addresses that can be mailed', async t => {
  const cases: [address: string, normalized: string][] = [
    ['ada@example.org', 'ada@example.org'],
    ['Ada.Lovelace+news@Example.ORG', 'Ada.Lovelace+news@example.org'],
    ["o'neil_{}!#$%&*/=?^`|~-@example.org", "o'neil_{}!#$%&*/=?^`|~-@example.org"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['дмитрий@пример.example', 'дмитрий@xn--e1afmkfd.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@localhost', 'ada@localhost'],
    [`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`],
    [`ada@${label63}.example`, `ada@${label63}.example`],
  ]
  for (const [address, normalized] of cases) t.equal(normalizeAddress(address), normalized, address)
})

t.test('everything else', async t => {
  const cases = [
    '',
    'ada',
    '@example.org',
    'ada@',
    'b@y.example, c@z.example',
    'b@y.example,c@z.example',
    'b@y.example;c@z.example',
    'ada@example.org@example.net',
    '"ada"@example.org',
    '"ada@evil.example"@example.org',
    '"ada lovelace"@example.org',
    'Ada <ada@example.org>',
    '<ada@example.org>',
    'b@y.example> SIZE=1',
    'ada@example.org SIZE=1',
    'ada lovelace@example.org',
    'ada@exam ple.org',
    'ada\r\nBcc: eve@example.org',
    'ada@example.org\r\n',
    'ada@example.org\0',
    'ada\u2028@example.org',
    'ada\u00a0@example.org',
    'ada\u200b@example.org',
    'ada@exam\u200bple.org',
    'ada\ud800@example.org',
    'ada(comment)@example.org',
    'ada\\@example.org',
    '.ada@example.org',
    'ada.@example.org',
    'ada..b@example.org',
    'ada@.example.org',
    'ada@example.org.',
    'ada@example..org',
    'ada@-example.org',
    'ada@example-.org',
    'ada@exam_ple.org',
    'ada@exa%6dple.org',
    'ada@[192.0.2.1]',
    'ada@192.0.2.1',
    'ada@example.１２３',
    'ada@ex／ample.org',
    'ada@ex＠ample.org',
    `${'a'.repeat(65)}@example.org`,
    `${'é'.repeat(33)}@example.org`,
    `ada@${label63}a.example`,
    `ada@${`${label63}.`.repeat(4)}example`,
    `${'a'.repeat(60)}@${`${label63}.`.repeat(3)}example`,
    'a@'.repeat(100_000),
  ]
  for (const address of cases) {
    // a test's name is one line of printable ASCII
    const name = JSON.stringify(address.slice(0, 80)).replace(
      /[^ -~]/gu,
      c => `U+${c.codePointAt(0)!.toString(16)}`,
    )
    t.throws(() => normalizeAddress(address), AddressError, name)
  }
})

t.test('whatever passes is one plain address', async t => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress(), fc.string())
  fc.assert(
    fc.property(text, fc.string({ unit: 'binary', maxLength: 3 }), (one, other) => {
      let address: string
      try {
        address = normalizeAddress(one + other)
      } catch (error) {
        return error instanceof AddressError
      }
      const [local, domain, ...more] = address.split('@')
      return (
        more.length === 0 &&
        !/[\s\0-\x1f\x7f-\x9f<>,;:"()[\]\\]/.test(local!) &&
        /^[a-z0-9.-]+$/.test(domain!) &&
        normalizeAddress(address) === address
      )
    }),
    { numRuns: 2000 },
  )
  t.pass()
})
