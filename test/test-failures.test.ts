import t from 'tap'
import { describeFailures } from '../scripts/test-failures.ts'
import { PROJECT, startProgram } from './helper/program.ts'

/** The TAP of a test file with this text. */
async function runTests(text: string): Promise<string> {
  const args = ['--input-type=module', '--eval', `import t from 'tap'\n${text}`] as const
  const { stdout } = await startProgram([process.execPath, ...args], { cwd: PROJECT }).ended
  return stdout
}

t.test('what failed is told once: by its subtests, its message and what differs', async t => {
  const tap = await runTests(`
    t.test('a day', async t => {
      t.equal(1, 1, 'holds')
      t.equal(7, 5, 'five mails')
      await t.test('the second batch', async t => {
        t.same({ sent: 1, left: 4 }, { sent: 2, left: 4 }, 'the counts')
        throw new Error('no batch')
      })
    })
    t.test('another day', async t => t.pass())
    t.test('a day to come', { todo: true }, async t => t.fail('not yet'))`)
  const lines = describeFailures(tap)
  t.same(
    lines.filter(line => !/^ {4}\S*.*:\d+:\d+\)?$/.test(line)),
    [
      'failed: a day > five mails',
      '    compare: "==="',
      '    -5',
      '    +7',
      'failed: a day > the second batch > the counts',
      '    -  "sent": 2,',
      '    +  "sent": 1,',
      'failed: a day > the second batch > no batch',
      '    tapCaught: "returnedPromiseRejection"',
    ],
  )
  t.match(lines.join('\n'), /five mails\n.*\n.*\n.*\n {4}Test\.<anonymous> \(.*:5:9\)/, 'and where')
})

t.test('a run without failures has none to tell', async t => {
  t.same(describeFailures(await runTests(`t.test('a day', async t => t.pass())`)), [])
})

t.test('many failures, and long ones, leave the end of a log readable', async t => {
  const tap = await runTests(`
    for (let i = 1; i <= 40; i++) t.same(Array(50).fill(i), Array(50).fill('x'.repeat(500)), 'list ' + i)`)
  const lines = describeFailures(tap)
  t.equal(lines[0], 'failed: list 1')
  t.equal(lines[11], '    ...')
  t.equal(lines[12], 'failed: list 2')
  t.equal(lines.at(-1), '... and 35 more failed')
  t.ok(lines.length <= 61, `${lines.length} lines`)
  t.ok(lines.every(line => line.length <= 200))
})

t.test('a file that ended badly is told by its exit code', async t => {
  const tap = [
    'TAP version 14',
    'not ok 1 - test/a.test.ts',
    '  ---',
    '  exitCode: 7',
    '  signal: null',
    '  ...',
    '1..1',
  ]
  t.same(describeFailures(`${tap.join('\n')}\n`), [
    'failed: test/a.test.ts',
    '    exitCode: 7',
    '    signal: null',
  ])
})
