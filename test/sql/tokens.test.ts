import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { checkRefusal } from '../helper/refusal.ts'

const { pool } = await createTestDatabase(t)

async function make(purpose: string | null, payload: Buffer | null): Promise<string> {
  const { rows } = await pool.query('select daybatch.make_token($1, $2) as token', [purpose, payload])
  return rows[0].token
}

async function read(purpose: string | null, token: string | null): Promise<Buffer | null> {
  const { rows } = await pool.query('select daybatch.read_token($1, $2) as payload', [purpose, token])
  return rows[0].payload
}

const PAYLOAD = Buffer.from('00000000000000ff', 'hex')

t.test('a token is HMAC-SHA256 of another make over purpose, key number and payload', async t => {
  const token = Buffer.from(await make('bounce', PAYLOAD), 'hex')
  t.equal(token.length, 2 + PAYLOAD.length + 16)
  t.equal(token.readUInt16BE(0), 1)
  const { rows } = await pool.query(`select value from daybatch.secrets where name = 'token_key_1'`)
  const padded: Buffer = rows[0].value
  t.equal(padded.length, 128)
  const key = Buffer.from(padded.subarray(0, 64).map(octet => octet ^ 0x36))
  t.same(Buffer.from(padded.subarray(64).map(octet => octet ^ 0x5c)), key, 'both pads are of one key')
  const code = createHmac('sha256', key)
    .update('bounce\0')
    .update(token.subarray(0, -16))
    .digest()
    .subarray(0, 16)
  t.same(token.subarray(-16), code)
})

t.test('any payload comes back, for its own purpose only', async t => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async octets => {
      const token = await make('bounce', Buffer.from(octets))
      t.match(token, /^[0-9a-f]+$/, { silent: true } as object)
      t.same(await read('bounce', token), Buffer.from(octets))
      t.same(await read('bounce', token.toUpperCase()), Buffer.from(octets), 'letter case does not matter')
      t.equal(await read('unsubscribe', token), null)
      t.equal(await read('bounc', token), null)
    }),
    { numRuns: 30 },
  )
})

t.test('many at once are the same tokens, in their order', async t => {
  const payloads = [3, 1, 2].map(number => Buffer.of(number))
  const { rows } = await pool.query('select daybatch.make_tokens($1, $2) as tokens', ['bounce', payloads])
  t.same(rows[0].tokens, await Promise.all(payloads.map(payload => make('bounce', payload))))
  const none = await pool.query(`select daybatch.make_tokens('bounce', '{}') as tokens`)
  t.same(none.rows[0].tokens, [])
})

t.test('whatever is changed or made up is null, never an error', async t => {
  const token = await make('bounce', PAYLOAD)
  for (let place = 0; place < token.length; place++) {
    const digit = token[place] === '0' ? '1' : '0'
    t.equal(
      await read('bounce', `${token.slice(0, place)}${digit}${token.slice(place + 1)}`),
      null,
      `${place}`,
    )
  }
  for (const given of [
    null,
    '',
    token.slice(2),
    token.slice(0, -2),
    `${token}00`,
    `${token} `,
    'x'.repeat(50),
  ]) {
    t.equal(await read('bounce', given), null, `${given}`)
  }
  t.equal(await read(null, token), null)
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 600 }).filter(text => !text.includes('\0')),
        fc.stringMatching(/^[0-9a-f]{30,600}$/),
      ),
      async text => {
        t.equal(await read('bounce', text), null)
      },
    ),
    { numRuns: 50 },
  )
})

t.test('keys rotate: old tokens stay good until their keys are retired', async t => {
  const first = await make('bounce', PAYLOAD)
  t.same((await pool.query('select daybatch.rotate_token_key() as key')).rows, [{ key: 2 }])
  const second = await make('bounce', PAYLOAD)
  t.not(second, first)
  t.equal(second.slice(0, 4), '0002')
  t.same(await read('bounce', first), PAYLOAD)
  t.same(await read('bounce', second), PAYLOAD)
  t.equal(await read('bounce', `0002${first.slice(4)}`), null, 'a token of one key is none of another')
  for (let key = 3; key <= 11; key++) await pool.query('select daybatch.rotate_token_key()')
  t.equal((await make('bounce', PAYLOAD)).slice(0, 4), '000b', 'the tenth key comes after the ninth')
  t.same((await pool.query('select daybatch.rotate_token_key(true) as key')).rows, [{ key: 12 }])
  t.equal(await read('bounce', first), null)
  t.equal(await read('bounce', second), null)
  t.same(await read('bounce', await make('bounce', PAYLOAD)), PAYLOAD)
})

t.test('what cannot be signed', async t => {
  await checkRefusal(t, 'MB017', /purpose/, () => make(null, PAYLOAD))
  await checkRefusal(t, 'MB017', /purpose/, () => make('two words', PAYLOAD))
  await checkRefusal(t, 'MB017', /payload/, () => make('bounce', null))
})
