import t from 'tap'
import { GroupedCalls } from '../../src/delivery/groups.ts'

const turn = () => new Promise(resolve => setImmediate(resolve))

t.test('items that arrive while a call is under way go together in the next', async t => {
  const calls: { key: string; items: number[] }[] = []
  let answer: () => void = () => {}
  const groups = new GroupedCalls<number, number>(async (key, items) => {
    calls.push({ key, items })
    if (key === 'slow') {
      await new Promise<void>(resolve => {
        answer = resolve
      })
    }
    return items.map(item => item * 10)
  })
  const first = [groups.add('slow', 1), groups.add('slow', 2)]
  await turn()
  await turn()
  const next = [groups.add('slow', 3), groups.add('slow', 4)]
  t.equal(await groups.add('other', 5), 50, 'another key does not wait')
  answer()
  t.same(await Promise.all(first), [10, 20])
  await turn()
  answer()
  t.same(await Promise.all(next), [30, 40])
  t.same(calls, [
    { key: 'slow', items: [1, 2] },
    { key: 'other', items: [5] },
    { key: 'slow', items: [3, 4] },
  ])
})

t.test('an error meets the items of its own call only', async t => {
  let isBroken = true
  const groups = new GroupedCalls<number, number>(async (_key, items) => {
    if (isBroken) throw new Error('broken')
    return items
  })
  await t.rejects(Promise.all([groups.add('a', 1), groups.add('a', 2)]), { message: 'broken' })
  isBroken = false
  t.equal(await groups.add('a', 3), 3)
})

t.test('a group has a largest size', async t => {
  const sizes: number[] = []
  const groups = new GroupedCalls<number, number>(async (_key, items) => {
    sizes.push(items.length)
    return items
  })
  await Promise.all(Array.from({ length: 1200 }, (_, index) => groups.add('a', index)))
  t.same(sizes, [500, 500, 200])
})
