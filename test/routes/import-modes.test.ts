import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { until } from '../helper/until.ts'
import { openApi } from './api.ts'

const { inject, send, makeList, pool, app } = await openApi(t)
const address = await app.listen({ port: 0, host: '127.0.0.1' })

const HEADER = 'email,first_name\n'
/** Rows of 40 bytes and more: 40,000 are three pieces. */
const makeRows = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, n) => `reader-${from + n}@example.test,Reader number ${from + n}\n`,
  ).join('')

const post = (listId: string, query: string, payload: string, headers: object = {}) =>
  inject({
    method: 'POST',
    url: `/api/lists/${listId}/imports?${query}`,
    payload,
    headers: { 'content-type': 'text/csv', ...headers },
  })

/** Begins to send a file over a socket; the rest comes by the stream. */
function upload(listId: string, query: string, start: string) {
  const stream = new PassThrough()
  stream.write(start)
  const cut = new AbortController()
  const answer = fetch(`${address}/api/lists/${listId}/imports?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: stream,
    duplex: 'half',
    signal: cut.signal,
  })
  return { stream, answer, cut }
}

const getImport = async (id: string) => (await send('GET', `/api/imports/${id}`)).body
const readLines = async (listId: string) =>
  (
    await pool.query(
      `select c.email from contact_list_members as m join contacts as c on c.id = m.contact_id where m.list_id = $1 order by m.position`,
      [listId],
    )
  ).rows.map(({ email }) => email)

t.test('an import tells how far it is while it is sent, by the id that its sender chose', async t => {
  const listId = await makeList()
  const id = randomUUID()
  const { stream, answer } = upload(listId, `import_id=${id}&file_name=a.csv`, HEADER + makeRows(0, 40_000))
  await until(async () => (await getImport(id)).rows_read > 30_000)
  t.match(await getImport(id), {
    id,
    list_id: listId,
    file_name: 'a.csv',
    state: 'reading',
    mode: 'atomic',
    format: 'csv',
    failure: null,
    finished_at: null,
  })
  t.ok((await getImport(id)).bytes_read > 1_000_000)
  t.match((await post(listId, `import_id=${id}`, HEADER)).body, {
    code: 'MB060',
    title: /nothing is left|under way/,
  })
  t.same(await readLines(listId), [], 'nothing is on the list before all of it is')
  stream.end(makeRows(40_000, 41_000))
  const response = await answer
  t.equal(response.status, 201)
  t.match(await response.json(), { import_id: id, rows: 41_000, imported: 41_000, added_to_list: 41_000 })
  t.match(await getImport(id), {
    state: 'finished',
    rows: 41_000,
    rows_read: 41_000,
    rejected_count: 0,
    seconds_left: null,
  })
  const { items } = (await send('GET', '/api/imports?limit=1')).body
  t.match(items, [{ id, state: 'finished' }])
  t.match(await post(listId, `import_id=${id}`, HEADER), {
    status: 201,
    body: { import_id: id, rows: 41_000 },
  })
  const members = await readLines(listId)
  t.equal(members.length, 41_000, 'the same id again adds nothing')
  t.equal(members[40_500], 'reader-40500@example.test')
})

t.test(
  'a resumable import goes on after the last line that is committed, with the same file and columns only',
  async t => {
    const listId = await makeList()
    const id = randomUUID()
    const file = `Contact,first_name\n${makeRows(50_000, 90_000)}`
    const query = `import_id=${id}&mode=resumable`
    const map = (mapping: object) => `&map=${encodeURIComponent(JSON.stringify(mapping))}`
    const { answer, cut } = upload(listId, query + map({ Contact: 'email' }), file.slice(0, 1_800_000))
    await until(async () => (await getImport(id)).staged_line > 10_000)
    t.match((await post(listId, query, file)).body, { code: 'MB060', title: /under way/ })
    cut.abort()
    await t.rejects(answer)
    await until(async () => (await getImport(id)).state === 'interrupted')
    t.match(await getImport(id), { failure: /cut off/, mapping: { Contact: 'email' } })
    t.same(await readLines(listId), [])
    t.match((await post(listId, query + map({ Contact: 'email', first_name: '' }), file)).body, {
      code: 'MB060',
      title: /read the columns in another way/,
    })
    t.match((await post(listId, query, 'Contact,first_name\nx@example.test,X\n')).body, {
      code: 'MB060',
      title: /another file/,
    })
    t.match((await post(await makeList(), query, file)).body, { code: 'MB060', title: /another list/ })
    t.match(await post(listId, query, file), {
      status: 201,
      body: { import_id: id, rows: 40_000, imported: 40_000, rejected_count: 0 },
    })
    const members = await readLines(listId)
    t.equal(members.length, 40_000)
    t.equal(members[0], 'reader-50000@example.test')
    t.equal(members.at(-1), 'reader-89999@example.test')
  },
)

t.test('all or nothing: an error in the last row of the merge takes all of it back', async t => {
  const listId = await makeList()
  await pool.query(`create function public.refuse_eve() returns trigger language plpgsql as $$
    begin if new.email = 'eve@example.test' then raise exception 'not eve'; end if; return new; end $$;
    create trigger refuse_eve before insert on public.contacts for each row execute function public.refuse_eve()`)
  t.teardown(() => pool.query('drop function public.refuse_eve() cascade').then(() => {}))
  const id = randomUUID()
  const file = `${HEADER}${makeRows(100_000, 121_000)}eve@example.test,Eve\n`
  t.match(await post(listId, `import_id=${id}`, file), { status: 500 })
  t.match(await getImport(id), { state: 'failed' })
  t.same(await readLines(listId), [])
  const left = await pool.query(
    `select from contacts where email = 'reader-100000@example.test' union all select from daybatch.import_rows where import_id = $1`,
    [id],
  )
  t.equal(left.rowCount, 0)

  const other = randomUUID()
  t.match(await post(listId, `import_id=${other}&mode=resumable`, file), { status: 500 })
  t.match(await getImport(other), { state: 'interrupted' })
  t.equal((await readLines(listId)).length, 20_000, 'in parts: what was merged stays')
  await pool.query('drop trigger refuse_eve on public.contacts')
  t.match(await post(listId, `import_id=${other}&mode=resumable`, file), {
    status: 201,
    body: { rows: 21_001, imported: 21_001, added_to_list: 21_001 },
  })
  t.equal((await readLines(listId)).length, 21_001)
})

t.test('Prefer: respond-async: 202 when the file is read, and where to look', async t => {
  const listId = await makeList()
  const { status, headers, body } = await post(listId, '', HEADER + makeRows(200_000, 200_100), {
    prefer: 'respond-async',
  })
  t.equal(status, 202)
  t.match(headers, { location: `/api/imports/${body.id}`, 'preference-applied': 'respond-async' })
  await until(async () => (await getImport(body.id)).state === 'finished')
  t.match(await getImport(body.id), { imported: 100 })
})

t.test('two imports of the same people at once into one list: each of them once', async t => {
  const listId = await makeList()
  const file = HEADER + makeRows(300_000, 302_000)
  const answers = await Promise.all([post(listId, '', file), post(listId, 'mode=resumable', file)])
  t.same(
    answers.map(({ status }) => status),
    [201, 201],
  )
  t.equal(answers[0]!.body.imported + answers[1]!.body.imported, 2000)
  t.equal(answers[0]!.body.added_to_list + answers[1]!.body.added_to_list, 2000)
  const { rows } = await pool.query(
    `select count(*)::integer as count, count(distinct lower(email))::integer as addresses from contacts where email like 'reader-30____@%'`,
  )
  t.same(rows, [{ count: 2000, addresses: 2000 }])
})
