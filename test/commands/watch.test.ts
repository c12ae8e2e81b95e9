import { join } from 'node:path'
import t from 'tap'
import { accepted, noSuchUser, runBatch, send } from '../helper/make.ts'
import { PROJECT, startProgram } from '../helper/program.ts'
import { until } from '../helper/until.ts'
import { CREATE, makeWorld } from './customers.ts'

t.setTimeout(300_000)

t.test('watch prints each batch and ends with the campaign', async t => {
  const { pool, shell, serviceUrl, run, findId } = await makeWorld(t)
  await run(...CREATE, '--limit', '2', '--interval', '1 second')
  const id = await findId()
  t.match(
    await run('watch', '--once', 'Spring offer'),
    /Z {2}draft \(npx daybatch campaign start "Spring offer"\)\n$/,
  )
  await run('start', 'Spring offer')
  await runBatch(pool, id, [accepted, noSuchUser])
  const cli = join(PROJECT, 'src/cli.ts')
  const watch = startProgram([process.execPath, cli, 'watch', 'Spring offer'], {
    cwd: shell.folder,
    env: { DATABASE_URL: serviceUrl },
  })
  await until(async () =>
    /batch 1 of .*: 1 sent, 1 failed, 1 remaining\n.*batch 2 is due .*in all 1 of 3 sent, 1 failed\n/.test(
      watch.output(),
    ),
  )
  await pool.query(`select daybatch.pause_campaign($1, 'lunch')`, [id])
  await until(async () =>
    watch
      .output()
      .includes(
        'paused: lunch; in all 1 of 3 sent, 1 failed (npx daybatch campaign resume "Spring offer")\n',
      ),
  )
  await pool.query('select daybatch.resume_campaign($1)', [id])
  // due a second after the first
  await until(
    async () =>
      (await pool.query(`select action from daybatch.process_campaigns($1)`, [id])).rows[0].action ===
      'opened',
  )
  await send(pool, id)
  await pool.query('select daybatch.close_batch($1)', [id])
  const { code, stdout, stderr } = await watch.ended
  t.match({ code, stderr }, { code: 0, stderr: '' })
  t.match(stdout, /batch 2 of .*: 1 sent, 0 remaining\n.*completed; in all 2 of 3 sent, 1 failed\n$/)
})

t.test('watch ends with exit code 1 when the campaign is cancelled', async t => {
  const { run, shell } = await makeWorld(t)
  await run(...CREATE)
  await run('campaign', 'cancel', 'Spring offer')
  t.match(await shell.run(['watch', 'Spring offer']), {
    code: 1,
    stderr: 'daybatch: campaign "Spring offer" was cancelled\n',
  })
})
