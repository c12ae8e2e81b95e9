// With --json there is JSON on stdout and nothing else, one value a line, and what went wrong is JSON on stderr.
import t from 'tap'
import { CREATE, makeWorld } from './customers.ts'

t.setTimeout(300_000)

const readLines = (text: string) =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

t.test('every command answers a program in JSON', async t => {
  const { shell, run, findId } = await makeWorld(t)
  const ask = async (...args: string[]) => readLines(await run(...args, '--json'))
  t.same(await ask('campaign', 'list'), [])
  t.match(await ask(...CREATE, '--limit', '2'), [{ name: 'Spring offer', status: 'draft' }])
  const id = await findId()
  t.match(await ask('campaign', 'list'), [{ id, name: 'Spring offer', daily_send_limit: 2 }])
  t.match(await ask('campaign', 'show', 'Spring offer'), [
    { id, text_body: 'Hello {{first_name | friend}}\n', next_batches: [{ size: 2 }, { size: 1 }] },
  ])
  t.match(await ask('campaign', 'forecast', id, '--limit', '1'), [
    { campaign_id: id, finish_at: String, batches: [{ size: 1 }, { size: 1 }, { size: 1 }] },
  ])
  await shell.write('terms.pdf', '%PDF')
  t.match(await ask('campaign', 'attach', id, 'terms.pdf'), [{ file_name: 'terms.pdf', byte_count: 4 }])
  t.match(await ask('campaign', 'detach', id, 'terms.pdf'), [{ file_name: 'terms.pdf', removed: true }])
  t.match(await ask('campaign', 'start', id), [{ id, status: 'sending' }])
  const [standing] = await ask('watch', id, '--once')
  t.match(standing, { event: 'standing', id, status: 'sending' })
  t.notOk('text_body' in standing, 'a line of watch is short')
  t.match(await ask('campaign', 'pause', id, 'lunch'), [{ status: 'paused', pause_reason: 'lunch' }])
  t.match(await ask('smtp', 'list'), [{ name: 'default', has_password: false }])
  t.same(await ask('sql', 'select 1 as one, true as yes, \'{"a": [1]}\'::jsonb as value, null as nothing'), [
    { one: 1, yes: true, value: { a: [1] }, nothing: null },
  ])
  const doctor = await shell.run(['doctor', '--json'])
  t.match(readLines(doctor.stdout), [
    { failures: Number, notes: Number, findings: [{ name: 'database', state: 'ok' }] },
  ])
})

t.test('what goes wrong is one problem on stderr', async t => {
  const { shell } = await makeWorld(t)
  const refuse = async (args: string[], problem: object) => {
    const { code, stdout, stderr } = await shell.run([...args, '--json'])
    t.match({ code, stdout }, { code: 1, stdout: '' }, args.join(' '))
    t.match(readLines(stderr), [problem], args.join(' '))
  }
  await refuse(['campaign', 'show', 'Nix'], {
    type: '/problems/command-refused',
    title: /no campaign is called "Nix"/,
  })
  await refuse(['campaign', 'show', '7a5c42f4-06a5-4b8c-98a9-afa7c8089a81'], {
    type: '/problems/unknown-campaign',
    status: 404,
    code: 'MB001',
    detail: String,
  })
  await refuse(['campaign', 'create'], {
    type: '/problems/invalid-command',
    title: /required option '--name <name>'/,
  })
  await refuse(['nix'], { type: '/problems/invalid-command', title: "unknown command 'nix'" })
  await refuse(['sql', 'select nix'], { title: /column "nix" does not exist/ })
})

t.test('names: what was probably meant', async t => {
  const { run, refuse } = await makeWorld(t)
  await refuse(['watch', 'Offer'], /no campaign is called "Offer": there is none yet; make one/)
  await run(...CREATE)
  await refuse(['campaign', 'pause', 'spring'], /did you mean "Spring offer"\?/)
  await refuse(['campaign', 'pause', 'Sprign offer'], /did you mean "Spring offer"\?/)
  await refuse(['campaign', 'pause', 'Autumn'], /there are "Spring offer"\n$/)
})

t.test('show and forecast, for people', async t => {
  const { run } = await makeWorld(t)
  await run(...CREATE, '--limit', '2')
  const shown = await run('campaign', 'show', 'Spring offer')
  t.match(shown, /^Spring offer\n {2}id {8}[0-9a-f-]{36}\n {2}standing {2}draft\n/)
  t.match(
    shown,
    /\n {2}pace {6}2 mails every 24 hours\n {2}finish {4}2 batches to come when it starts now, the last one on \S+ \S+Z\n/,
  )
  t.match(
    shown,
    /\n {2}batches to come\n {2}batch {2}due {19}mails {2}remaining\n {6}1 {2}\S+ \S+Z {6}2 {10}1\n/,
  )
  t.match(shown, /\nnext: npx daybatch campaign preview "Spring offer"\n$/)
  t.match(
    await run('campaign', 'forecast', 'Spring offer', '--limit', '3'),
    /\n"Spring offer": 1 batch to come when it starts now, the last one on \S+ \S+Z, with 3 a batch\n$/,
  )
})
