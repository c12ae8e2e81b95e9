import { randomBytes } from 'node:crypto'
import t from 'tap'
import { SecretBox } from '../src/secret-box.ts'

const key = () => randomBytes(32).toString('base64')
const [old, current] = [key(), key()]
const place = ['relay', 'smtp.example.org', '587', 'ada']

t.test('what is sealed opens, and looks different each time', async t => {
  const box = SecretBox.read(`2026:${current}`)
  const [one, two] = [box.seal('sésame: %&', place), box.seal('sésame: %&', place)]
  t.equal(box.open(one, place), 'sésame: %&')
  t.not(one, two)
  t.match(one, /^v1\.2026\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22,}$/)
  t.notMatch(Buffer.from(one.split('.')[3]!, 'base64url').toString('latin1'), 'same')
})

t.test('keys rotate: the first seals, all open, a key that was taken away does not', async t => {
  const sealed = SecretBox.read(`old:${old}`).seal('secret', place)
  const both = SecretBox.read(` new:${current} , old:${old}`)
  t.equal(both.open(sealed, place), 'secret')
  const again = both.seal(both.open(sealed, place), place)
  t.equal(SecretBox.keyOf(again), 'new')
  const box = SecretBox.read(`new:${current}`)
  t.equal(box.open(again, place), 'secret')
  t.throws(() => box.open(sealed, place), { message: /key old, which is not in ENCRYPTION_KEYS/ })
})

t.test('it opens nowhere else, and not when it was changed', async t => {
  const box = SecretBox.read(`k:${current}`)
  const sealed = box.seal('secret', place)
  for (const [index] of place.entries()) {
    const elsewhere = place.with(index, 'evil')
    t.throws(() => box.open(sealed, elsewhere), { message: /does not open/ }, `place ${index}`)
  }
  const parts = sealed.split('.')
  for (const index of [2, 3]) {
    const bytes = Buffer.from(parts[index]!, 'base64url')
    bytes[0]! ^= 1
    t.throws(() => box.open(parts.with(index, bytes.toString('base64url')).join('.'), place))
  }
  t.throws(() => box.open('v1.k..', place))
  t.throws(() => box.open('secret', place))
  t.throws(() => SecretBox.read(`k:${old}`).open(sealed, place), { message: /does not open/ })
})

t.test('without a key nothing is sealed; a wrong setting is said without the key', async t => {
  t.throws(() => SecretBox.read().seal('secret', place), { message: /ENCRYPTION_KEYS is not set/ })
  for (const wrong of [current, `k:${current.slice(4)}`, `a b:${current}`, `k:${current},k:${old}`, 'k:']) {
    t.throws(() => SecretBox.read(wrong), { message: /cannot be read/ })
    try {
      SecretBox.read(wrong)
    } catch (error) {
      t.notMatch((error as Error).message, current)
    }
  }
})
