import t from 'tap'
import {
  accepted,
  closeBatch,
  makeCampaign,
  makeContacts,
  makeList,
  noSuchUser,
  openBatch,
  send as sendMails,
} from '../helper/make.ts'
import { openApi, UNKNOWN_ID } from './api.ts'

const { app, pool, inject, sendCsv, makeList: makeApiList } = await openApi(t)

const get = async (url: string) => {
  const answer = await app.inject({ method: 'GET', url })
  return { status: answer.statusCode, headers: answer.headers, lines: answer.body.trimEnd().split('\n') }
}

t.test(
  'contacts of a list: what is exported is imported again as it was, and no cell is a formula',
  async t => {
    const list = await makeList(
      pool,
      await makeContacts(pool, [
        {
          email: 'ann@example.org',
          first_name: '=1+1',
          last_name: 'O"Hara, the\nsecond',
          attributes: { city: 'Bern', n: 3 },
        },
        { email: '+tag@example.org', first_name: '@SUM(A1)', last_name: '-2', attributes: {} },
        { email: 'gone@example.org', unsubscribed_at: '2026-01-01T00:00:00Z', attributes: {} },
      ]),
    )
    const { status, headers, lines } = await get(`/api/lists/${list}/contacts/export`)
    t.match(
      { status, headers },
      {
        status: 200,
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': 'attachment; filename="contacts.csv"',
        },
      },
    )
    const text = lines.join('\n')
    t.equal(lines[0], 'email,first_name,last_name,attributes,unsubscribed_at,contact_id')
    for (const cell of [`"'=1+1"`, `"'+tag@example.org"`, `"'@SUM(A1)"`, `"'-2"`, '"O""Hara, the\nsecond"'])
      t.ok(text.includes(cell), cell)
    t.notMatch(text, /(^|[\n,"])[=+@]/, 'no cell begins as a formula')
    const read = async () =>
      (
        await pool.query(
          `select email, first_name, last_name, attributes - 'contact_id' as attributes from contacts order by email`,
        )
      ).rows
    const before = (await read()).filter(({ email }) => email !== 'gone@example.org')
    await pool.query('delete from contacts')
    const second = await makeApiList()
    t.match((await sendCsv(second, `${text}\n`)).body, {
      imported: 2,
      suppressed_count: 1,
      rejected_count: 0,
    })
    t.same(await read(), before)
  },
)

t.test('pages of thousands: every contact once', async t => {
  await pool.query('delete from contacts')
  await pool.query(
    `insert into contacts (email) select format('c-%s@pages.test', n) from generate_series(1, 12000) as n`,
  )
  const list = await makeApiList()
  await pool.query('insert into contact_list_members (list_id, contact_id) select $1, id from contacts', [
    list,
  ])
  for (const url of ['/api/contacts/export', `/api/lists/${list}/contacts/export`]) {
    const { lines } = await get(url)
    t.equal(lines.length, 12_001)
    t.equal(new Set(lines.map(line => line.split(',')[0])).size, 12_001)
  }
})

t.test('deliveries by status, and failures with the words of the servers', async t => {
  const { id } = await makeCampaign(pool, { contacts: ['a@d.test', 'b@d.test', 'c@d.test'], limit: 3 })
  await openBatch(pool, id)
  await sendMails(pool, id, [accepted, { ...noSuchUser, reply_text: '=cmd|x user unknown' }, accepted])
  await closeBatch(pool, id)
  const all = await get(`/api/campaigns/${id}/deliveries/export`)
  t.equal(all.lines.length, 4)
  t.equal((await get(`/api/campaigns/${id}/deliveries/export?status=sent`)).lines.length, 3)
  const { lines } = await get(`/api/campaigns/${id}/failures/export`)
  t.equal(
    lines[0],
    'email,status,reason,batch_number,attempt_count,settled_at,stage,reply_code,enhanced_code,reply_text,contact_id',
  )
  t.equal(lines.length, 2)
  t.match(lines[1], /^"[abc]@d\.test","failed",.*1,1,20\S+Z,"rcpt",550,"5\.1\.1","'=cmd\|x user unknown",/)
})

t.test('refusals are problems, not broken files', async t => {
  t.match(await inject({ method: 'GET', url: `/api/lists/${UNKNOWN_ID}/contacts/export` }), {
    status: 404,
    body: { code: 'MB005' },
  })
  t.match(await inject({ method: 'GET', url: `/api/campaigns/${UNKNOWN_ID}/deliveries/export` }), {
    status: 404,
    body: { code: 'MB001' },
  })
  t.match(
    await inject({ method: 'GET', url: `/api/campaigns/${UNKNOWN_ID}/deliveries/export?status=nice` }),
    { status: 400 },
  )
})
