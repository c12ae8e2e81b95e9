import t from 'tap'
import { openApi, UNKNOWN_ID } from './api.ts'

const { send, makeList, pool } = await openApi(t)

t.test('a contact is made, read and listed; one address is one contact', async t => {
  const payload = {
    email: 'ann@example.test',
    first_name: 'Ann',
    last_name: 'Lee',
    attributes: { plan: 'gold' },
  }
  const made = await send('POST', '/api/contacts', payload)
  t.match(made, { status: 201, body: payload })
  t.match(await send('GET', `${made.headers.location}`), { status: 200, body: payload })
  t.equal((await send('POST', '/api/contacts', { email: 'ANN@example.test' })).body.id, made.body.id)
  t.match((await send('GET', '/api/contacts?limit=10')).body, {
    items: [{ id: made.body.id }],
    next_cursor: null,
  })
})

t.test(
  'contacts are put on a list: the good ones are added, the bad ones are told with their position',
  async t => {
    const list = await send('POST', '/api/lists', { name: 'Spring' })
    t.match(list, { status: 201, body: { name: 'Spring' } })
    const known = await send('POST', '/api/contacts', { email: 'known@example.test' })
    const contacts = [
      { email: 'new@example.test', first_name: 'New' },
      { email: 'no address' },
      known.body.id,
      UNKNOWN_ID,
      { email: 'NEW@example.test' },
      { email: 'last@example.test', attributes: { n: 1 } },
    ]
    const { status, body } = await send('POST', `/api/lists/${list.body.id}/contacts`, { contacts })
    t.match({ status, body }, { status: 200, body: { added: 3, existing: 1 } })
    t.match(body.rejected, [{ line_number: 2, email: 'no address' }, { line_number: 4 }])
    const { rows } = await pool.query(
      `select c.email from contact_list_members as m join contacts as c on c.id = m.contact_id where m.list_id = $1 order by m.position`,
      [list.body.id],
    )
    t.same(
      rows.map(row => row.email),
      ['new@example.test', 'known@example.test', 'last@example.test'],
    )
    t.match((await send('GET', '/api/lists')).body, {
      items: [{ id: list.body.id, name: 'Spring', contact_count: 3 }],
    })
    const { items } = (await send('GET', '/api/lists?counts=false')).body as { items: object[] }
    t.same(
      items.map(item => Object.keys(item).sort()),
      [['created_at', 'id', 'name']],
    )
  },
)

t.test('wrong input', async t => {
  const listId = await makeList()
  const refusals: [url: string, payload: object, status: number, body: object][] = [
    [
      '/api/contacts',
      { email: 'a b@example.test' },
      422,
      { code: 'MB015', type: '/problems/invalid-contact' },
    ],
    ['/api/contacts', { first_name: 'Ann' }, 400, { detail: /email/ }],
    ['/api/contacts', { email: 5 }, 400, { detail: 'body/email must be string' }],
    [
      '/api/contacts',
      { email: 'x@example.test', unsubscribed_at: null },
      400,
      { detail: /unknown fields: unsubscribed_at/ },
    ],
    ['/api/contacts', { email: 'x@example.test', attributes: 'gold' }, 400, { detail: /body\/attributes/ }],
    ['/api/lists', {}, 400, { detail: /name/ }],
    [
      `/api/lists/${UNKNOWN_ID}/contacts`,
      { contacts: [{ email: 'x@example.test' }] },
      404,
      { code: 'MB005' },
    ],
    [
      '/api/lists/spring/contacts',
      { contacts: [{ email: 'x@example.test' }] },
      400,
      { detail: 'params/id must be a uuid' },
    ],
    [`/api/lists/${listId}/contacts`, { contacts: [] }, 400, {}],
    [`/api/lists/${listId}/contacts`, [{ email: 'x@example.test' }], 400, { detail: /body must be object/ }],
  ]
  for (const [url, payload, status, body] of refusals) {
    t.match(await send('POST', url, payload), { status, body }, `${url} ${JSON.stringify(payload)}`)
  }
  t.match(await send('GET', `/api/contacts/${UNKNOWN_ID}`), { status: 404, body: { code: 'MB018' } })
  t.match(await send('GET', '/api/contacts/x'), { status: 400 })
  t.equal((await pool.query(`select from contacts where email like 'x@%'`)).rowCount, 0)
})

t.test('pages of contacts hold each contact once', async t => {
  await makeList(...Array.from({ length: 7 }, (_, n) => `page${n}@example.test`))
  const ids: string[] = []
  let cursor: string | null = ''
  for (let pages = 0; cursor !== null && pages < 20; pages++) {
    const { body } = await send('GET', `/api/contacts?limit=3${cursor && `&cursor=${cursor}`}`)
    ids.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.next_cursor
  }
  const { rows } = await pool.query('select id from contacts')
  t.same([...ids].sort(), rows.map(({ id }) => id).sort())
})
