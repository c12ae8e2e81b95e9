import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { CREATE, makeWorld } from './customers.ts'

t.setTimeout(300_000)

t.test('contacts, deliveries and failures as CSV, to a file or to standard output', async t => {
  const { shell, run, refuse } = await makeWorld(t)
  const all = await run('export', 'contacts')
  t.equal(all.trimEnd().split('\n').length, 4)
  t.match(all, /^email,first_name,last_name,attributes,unsubscribed_at,contact_id\n"contact-/)
  t.equal(
    await run('export', 'contacts', '--list', 'Customers', '--to', 'contacts.csv'),
    'written to contacts.csv\n',
  )
  t.equal(await readFile(join(shell.folder, 'contacts.csv'), 'utf8'), all)
  t.match(
    await run('import', 'contacts.csv', '--list', 'Copy'),
    '3 rows: 0 new contacts, 3 known ones, 3 added',
  )
  await run(...CREATE)
  t.match(await run('export', 'deliveries', 'Spring offer'), /^email,status,reason,.*\n$/)
  t.match(await run('export', 'failures', 'Spring offer'), /^email,status,reason,.*\n$/)
  await refuse(['export', 'contacts', '--list', 'Nobody'], /no list is called "Nobody"/)
  await refuse(['export', 'deliveries', 'Nobody'], /no campaign is called "Nobody"/)
  await refuse(
    ['export', 'deliveries', 'Spring offer', '--status', 'nice'],
    /status that deliveries do not have/,
  )
})
