import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeList } from '../helper/make.ts'
import { makeShell } from './command.ts'

t.setTimeout(300_000)

async function makeWorld(t: Test) {
  const { pool, serviceUrl } = await createTestDatabase(t)
  const shell = await makeShell(t, { DATABASE_URL: serviceUrl })
  const readList = async (name: string) => {
    const { rows } = await pool.query(
      `select c.email from contact_lists as l join contact_list_members as m on m.list_id = l.id join contacts as c on c.id = m.contact_id
       where l.name = $1 order by m.position`,
      [name],
    )
    return rows.map(({ email }) => email)
  }
  return { pool, shell, readList }
}

t.test('a new list, the same file again, and more of it: exit code 0', async t => {
  const { shell, readList } = await makeWorld(t)
  await shell.write('a.csv', 'email,first_name\nada@example.org,Ada\ngrace@example.org,Grace\n')
  t.match(await shell.run(['import', 'a.csv', '--list', 'Customers']), {
    code: 0,
    stdout: '2 rows: 2 new contacts, 2 added to the new list "Customers"\n',
    stderr: '',
  })
  t.match(await shell.run(['import', 'a.csv', '--list', 'Customers']), {
    code: 0,
    stdout: '2 rows: 0 new contacts, 2 known ones, 0 added to list "Customers"\n',
  })
  const input = 'E-Mail;Vorname\r\nalan@example.org;Alan\r\nada@example.org;Ada\r\n'
  t.match(await shell.run(['import', '-', '--list', 'Customers'], { input }), {
    code: 0,
    stdout: '2 rows: 1 new contacts, 1 known ones, 1 added to list "Customers"\n',
  })
  t.same(await readList('Customers'), ['ada@example.org', 'grace@example.org', 'alan@example.org'])
})

t.test('rejected rows are named and written, the others are on the list: exit code 2', async t => {
  const { shell, readList } = await makeWorld(t)
  const bad = Array.from({ length: 250 }, (_, index) => `bad "${index}\n`)
  await shell.write('a.csv', `email\nada@example.org\nADA@example.org\nx\n${bad.join('')}grace@example.org\n`)
  const { code, stdout } = await shell.run(['import', 'a.csv', '--list', 'L', '--rejected', 'rejected.csv'])
  t.equal(code, 2)
  t.match(stdout, /^254 rows: 2 new contacts, 2 added to the new list "L", 252 rejected\n/)
  t.match(stdout, '\n  line 3: the address stands already in line 2 ("ADA@example.org")\n')
  t.match(stdout, '\n  line 4: no e-mail address that can be mailed ("x")\n')
  t.match(stdout, '\n  and 232 more\nall rejected rows are in rejected.csv\n')
  t.same(await readList('L'), ['ada@example.org', 'grace@example.org'])
  const lines = (await readFile(join(shell.folder, 'rejected.csv'), 'utf8')).trimEnd().split('\n')
  t.equal(lines.length, 253)
  t.same(lines.slice(0, 3), [
    'line,email,reason',
    '3,"ADA@example.org","the address stands already in line 2"',
    '4,"x","no e-mail address that can be mailed"',
  ])
  t.match(lines.at(-1), /^254,/)
})

t.test('a file that cannot be used: nothing imported, exit code 1', async t => {
  const { pool, shell } = await makeWorld(t)
  await shell.write('phones.csv', 'name,phone\nAda,1\n')
  await shell.write('empty.csv', '')
  await shell.write('utf16.csv', Buffer.from('\ufeffemail\nada@example.org\n', 'utf16le'))
  const wrong: [args: string[], words: RegExp][] = [
    [['nobody.csv', '--list', 'L'], /^daybatch: there is no file \S*nobody\.csv\n$/],
    [['.', '--list', 'L'], /is not a file\n$/],
    [['phones.csv', '--list', 'L'], /no e-mail column; nothing was imported\. Its columns are: name, phone/],
    [['empty.csv', '--list', 'L'], /The file is empty; nothing was imported/],
    [['utf16.csv', '--list', 'L'], /UTF-16, not UTF-8/],
    [['phones.csv'], /required option '--list <name>' not specified/],
    [['phones.csv', '--list', '7a5c42f4-06a5-4b8c-98a9-afa7c8089a81'], /there is no list 7a5c42f4/],
    [['phones.csv', '--list', ''], /a list needs a name/],
  ]
  for (const [args, words] of wrong) {
    const { code, stdout, stderr } = await shell.run(['import', ...args])
    t.match({ code, stdout, stderr }, { code: 1, stdout: '', stderr: words })
  }
  const { rows } = await pool.query('select count(*)::integer as count from contacts')
  t.equal(rows[0].count, 0)
})

t.test('two lists of one name are told apart by their ids', async t => {
  const { pool, shell } = await makeWorld(t)
  const ids = [await makeList(pool, [], 'Twins'), await makeList(pool, [], 'Twins')]
  await shell.write('a.csv', 'email\nada@example.org\n')
  const { code, stderr } = await shell.run(['import', 'a.csv', '--list', 'Twins'])
  t.equal(code, 1)
  for (const id of ids) t.match(stderr, id)
  t.match(await shell.run(['import', 'a.csv', '--list', ids[1]!.toUpperCase()]), { code: 0 })
})

t.test('where there is no database, it says what to do', async t => {
  const shell = await makeShell(t)
  await shell.write('a.csv', 'email\nada@example.org\n')
  const { code, stderr } = await shell.run(['import', 'a.csv', '--list', 'L'])
  t.match(
    { code, stderr },
    { code: 1, stderr: /no embedded database runs in \.daybatch: start one by npm start/ },
  )
  const away = await shell.run(['import', 'a.csv', '--list', 'L'], {
    env: { DATABASE_URL: 'postgres://u@127.0.0.1:1/x' },
  })
  t.match(away, {
    code: 1,
    stderr: /^daybatch: the database at 127\.0\.0\.1:1\/x did not answer .*DATABASE_URL\n$/,
  })
})
