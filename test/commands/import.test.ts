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
    { code: 1, stderr: /no embedded database runs in \.daybatch: start one by npx daybatch serve/ },
  )
  const away = await shell.run(['import', 'a.csv', '--list', 'L'], {
    env: { DATABASE_URL: 'postgres://u@127.0.0.1:1/x' },
  })
  t.match(away, {
    code: 1,
    stderr: /^daybatch: the database at 127\.0\.0\.1:1\/x did not answer .*DATABASE_URL\n$/,
  })
})

t.test('NDJSON by the name of the file, columns by --map, results by --json', async t => {
  const { shell, readList, pool } = await makeWorld(t)
  await shell.write('a.ndjson', '{"email": "ada@example.org", "first_name": "Ada"}\n')
  t.match(await shell.run(['import', 'a.ndjson', '--list', 'L']), {
    code: 0,
    stdout: /^1 rows: 1 new contacts/,
  })
  await shell.write('b.csv', 'Kontakt;Ort;Notiz\nbob@example.org;Bern;x\n')
  const maps = ['--map', 'Kontakt=email', '--map', 'Ort=town', '--map', 'Notiz=']
  const { code, stdout } = await shell.run(['--json', 'import', 'b.csv', '--list', 'L', ...maps])
  t.equal(code, 0)
  t.match(JSON.parse(stdout), {
    rows: 1,
    imported: 1,
    added_to_list: 1,
    suppressed_count: 0,
    rejected_count: 0,
  })
  t.same(await readList('L'), ['ada@example.org', 'bob@example.org'])
  const { rows } = await pool.query(`select attributes from contacts where email = 'bob@example.org'`)
  t.same(rows, [{ attributes: { town: 'Bern' } }])
  t.match(await shell.run(['import', 'b.csv', '--list', 'L', '--map', 'x']), {
    code: 1,
    stderr: /column=field/,
  })
  t.match(await shell.run(['import', 'b.csv', '--list', 'L', '--map', 'Telefon=email']), {
    code: 1,
    stderr: /no column "Telefon".*Kontakt, Ort, Notiz/,
  })
})

t.test('a resumable import that breaks off says how to go on, and goes on', async t => {
  const { shell, readList, pool } = await makeWorld(t)
  await pool.query(`create function public.refuse_eve() returns trigger language plpgsql as $$
    begin if new.email = 'eve@example.org' then raise exception 'not eve'; end if; return new; end $$;
    create trigger refuse_eve before insert on public.contacts for each row execute function public.refuse_eve()`)
  await shell.write('a.csv', 'email\nada@example.org\neve@example.org\n')
  const broken = await shell.run(['import', 'a.csv', '--list', 'L', '--resumable'])
  t.equal(broken.code, 1)
  const [, id = ''] =
    /^to go on: npx daybatch import a\.csv --list "L" --resume (\S+)$/m.exec(broken.stderr) ?? []
  t.match(id, /^[0-9a-f-]{36}$/)
  await shell.write('other.csv', 'email\nx@example.org\n')
  t.match(await shell.run(['import', 'other.csv', '--list', 'L', '--resume', id]), {
    code: 1,
    stderr: /another file/,
  })
  await pool.query('drop trigger refuse_eve on public.contacts')
  t.match(await shell.run(['import', 'a.csv', '--list', 'L', '--resume', id]), {
    code: 0,
    stdout: /^2 rows: 2 new contacts/,
  })
  t.same(await readList('L'), ['ada@example.org', 'eve@example.org'])

  await shell.write('b.csv', 'email\nbob@example.org\n')
  const { stderr } = await shell.run([
    'import',
    'b.csv',
    '--list',
    'L',
    '--resume',
    '7a5c42f4-06a5-4b8c-98a9-afa7c8089a81',
  ])
  t.match(stderr, /import 7a5c42f4-06a5-4b8c-98a9-afa7c8089a81 does not exist/)
})
