import t from 'tap'
import { judgeRow } from '../../scripts/bench/bench.ts'
import { describeRow } from '../../scripts/bench/text.ts'

const row = {
  name: 'one service',
  unit: 'mails/s',
  better: 'more' as const,
  runs: [1228, 1231, 1202, 1146],
  yardstick: { name: 'the plain loop', runs: [863, 610, 1101, 807] },
  limits: [{ of: 'ratio' as const, atLeast: 1.3 }],
}

t.test('the ratio is the median of pairs, the figure the best run', async t => {
  const judged = judgeRow('send', row)
  t.match(judged, { figure: 1231, ratio: (1146 / 807 + 1228 / 863) / 2, verdict: 'reached' })
  t.equal(
    describeRow(judged),
    'ok   send: one service: 1,231 mails/s (best of 4, 1,146 to 1,231); 1.42 x the plain loop (median of 4 pairs, 1.09 to 2.02); must be >= 1.30 x',
  )
})

t.test('of two pairs neither is taken for being the better one', async t => {
  const pairs = {
    ...row,
    better: 'less' as const,
    runs: [98, 114],
    yardstick: { name: 'it', runs: [100, 100] },
  }
  t.equal(judgeRow('idle', { ...pairs, limits: [{ of: 'ratio', atMost: 1.05 }] }).verdict, 'missed')
  t.equal(judgeRow('idle', pairs).ratio, (0.98 + 1.14) / 2)
})

t.test('best with best, where runs have no pairs', async t => {
  const judged = judgeRow('scale', { ...row, runs: [1600], better: 'more' })
  t.equal(judged.ratio, 1600 / 1101)
  t.equal(judgeRow('start', { ...row, runs: [9], better: 'less' }).ratio, 9 / 610)
})

t.test(
  'what must be reached: each limit, of the figure and of the ratio; without one it is stated',
  async t => {
    const limits = [
      { of: 'figure' as const, atMost: 15 },
      { of: 'ratio' as const, atMost: 3 },
    ]
    const start = {
      name: 'start',
      unit: 's',
      better: 'less' as const,
      runs: [14],
      yardstick: { name: 'distinct', runs: [5] },
    }
    t.equal(judgeRow('start', { ...start, limits }).verdict, 'reached')
    t.equal(judgeRow('start', { ...start, runs: [16], limits }).verdict, 'missed')
    t.equal(
      judgeRow('start', { ...start, yardstick: { name: 'distinct', runs: [4] }, limits }).verdict,
      'missed',
    )
    t.equal(judgeRow('start', start).verdict, 'stated')
  },
)
