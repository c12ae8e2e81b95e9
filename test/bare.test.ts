import t from 'tap'
import { startProgram } from './helper/program.ts'

t.test('a program that a test starts sees nothing of tap', async t => {
  const script = 'console.log(JSON.stringify([process.execArgv.length, Object.keys(process.env).sort()]))'
  const { stdout } = await startProgram([process.execPath, '-e', script], {
    cwd: '/',
    env: { TMPDIR: '/tmp', OWN: '1' },
  }).ended
  t.same(JSON.parse(stdout), [2, ['HOME', 'OWN', 'PATH', 'TMPDIR']])
  t.equal(process.env.NODE_OPTIONS, undefined, 'nor one with the environment of the test')
})
