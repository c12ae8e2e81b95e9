import t from 'tap'
import { describeProgress, ProgressLine } from '../../src/commands/import-progress.ts'

const reading = { phase: 'reading' as const, rowsRead: 250_000, bytesRead: 25_000_000, rowsMerged: 0 }
const merging = { phase: 'merging' as const, rowsRead: 1_000_000, bytesRead: 1e8, rowsMerged: 750_000 }

t.test('count, share, rate and time left', async t => {
  t.equal(describeProgress(reading, 5, 1e8), '250,000 rows read, 25 %, 50,000 rows/s, 15 s left')
  t.equal(describeProgress(reading, 5), '250,000 rows read, 50,000 rows/s', 'standard input has no size')
  t.equal(
    describeProgress(merging, 600, 1e8),
    '750,000 of 1,000,000 rows merged, 75 %, 1,250 rows/s, 3 min 20 s left',
  )
  t.equal(describeProgress({ ...reading, rowsRead: 0, bytesRead: 0 }, 0, 10), '0 rows read, 0 %')
})

t.test('one line that changes on a terminal, a line every ten seconds elsewhere', async t => {
  const run = (isTTY: boolean) => {
    let now = 0
    const texts: string[] = []
    const line = new ProgressLine(1e8, { isTTY, write: text => texts.push(text) }, () => now)
    for (now = 1000; now <= 25_000; now += 1000) line.show(reading)
    line.end()
    return texts
  }
  const terminal = run(true)
  t.equal(terminal.length, 26)
  t.ok(terminal.every(text => text.startsWith('\r') && !text.includes('\n')))
  t.equal(terminal.at(-1), '\r\x1b[K', 'nothing of it stays')
  t.same(
    run(false).map(text => text.split(',')[0]),
    ['250', '250'],
  )
})
