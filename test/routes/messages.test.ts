import { simpleParser } from 'mailparser'
import t from 'tap'
import { makeTestMail, type TestMailRequest } from '../../src/delivery/preview.ts'
import type { Reply } from '../../src/delivery/reply.ts'
import { openApi, UNKNOWN_ID } from './api.ts'

const messages = {
  mailFrom: 'Example Shop <news@example.com>',
  unsubscribe: { publicUrl: 'https://daybatch.example.com' },
}
const sent: Awaited<ReturnType<typeof makeTestMail>>[] = []
let reply: Reply = { stage: 'message', reply_code: 250, enhanced_code: null, reply_text: '250 2.0.0 queued' }

const api = await openApi(t, {
  config: { mailFrom: messages.mailFrom, publicUrl: messages.unsubscribe.publicUrl },
  sendTest: async (request: TestMailRequest) => {
    sent.push(await makeTestMail(api.db, request, messages))
    return reply
  },
})
const { send, inject, makeList } = api

async function makeCampaign(fields: object = {}) {
  const listId = await makeList('ada@example.org', 'bob@example.org')
  const { body } = await send('POST', '/api/campaigns', {
    name: 'News',
    subject: 'Hello {{first_name|reader}}',
    html_body: '<p>Hi {{first_name|<you>}}</p><a href="{{unsubscribe_url}}">leave</a>',
    contact_list_ids: [listId],
    ...fields,
  })
  return `/api/campaigns/${body.id}`
}

t.test('a preview shows the mail of a contact', async t => {
  const url = await makeCampaign()
  const { status, body } = await send('POST', `${url}/preview`)
  t.equal(status, 200)
  t.same(
    { ...body, contact_id: undefined },
    {
      contact_id: undefined,
      to: 'ada@example.org',
      reply_to: null,
      from: 'Example Shop <news@example.com>',
      subject: 'Hello reader',
      text: 'Hi <you>\n\nleave (https://daybatch.example.com/u/test)\n',
      html: '<p>Hi &lt;you&gt;</p><a href="https://daybatch.example.com/u/test">leave</a>',
      attachments: [],
      problem: null,
    },
  )
  const contact = (
    await send('POST', '/api/contacts', {
      email: 'cy@example.org',
      first_name: 'Cy',
      attributes: { city: 'Rome' },
    })
  ).body
  t.match(await send('POST', `${url}/preview`, { contact_id: contact.id }), {
    body: { to: 'cy@example.org', subject: 'Hello Cy' },
  })
  t.match(await send('POST', `${await makeCampaign({ text_body: '{{nix}}' })}/preview`), {
    status: 200,
    body: { problem: /\{\{nix\}\}/ },
  })
})

t.test('a test mail goes to the given address, and the campaign knows nothing of it', async t => {
  const url = await makeCampaign({ status: 'sending' })
  const read = async () => {
    const { rows } = await api.pool.query(
      'select (select count(*) from daybatch.deliveries) as deliveries, (select count(*) from daybatch.events) as events',
    )
    return { ...rows[0], campaign: (await send('GET', url)).body }
  }
  const before = await read()
  t.match(await send('POST', `${url}/test`, { to: 'me@example.net' }), {
    status: 200,
    body: { accepted: true, reply: '250 2.0.0 queued' },
  })
  t.same(await read(), before)
  const { envelope, compose } = sent.at(-1)!
  t.same(envelope, { from: 'news@example.com', to: ['me@example.net'] })
  const mail = await simpleParser(compose().raw)
  t.match(mail, { subject: 'Hello reader', text: /^Hi <you>/ })
  t.match(mail.headers.get('list'), { unsubscribe: { url: 'https://daybatch.example.com/u/test' } })
  await send('POST', `${url}/test`, { to: 'me@example.net' })
  t.not((await simpleParser(sent.at(-1)!.compose().raw)).messageId, mail.messageId)
})

t.test('what stands in the way of a test mail is said, and nothing is sent', async t => {
  const url = await makeCampaign()
  const count = sent.length
  await send('POST', '/api/suppressions', { email: 'left@example.org' })
  const cases: [path: string, body: object, status: number, problem: object][] = [
    [url, { to: 'left@example.org' }, 409, { code: 'MB034' }],
    [url, { to: 'nobody' }, 422, { code: 'MB015' }],
    [url, { to: '"a"@example.org' }, 422, { code: 'MB015' }],
    [url, {}, 400, {}],
    [url, { to: 'me@example.org', contact_id: UNKNOWN_ID }, 404, { code: 'MB018' }],
    [`/api/campaigns/${UNKNOWN_ID}`, { to: 'me@example.org' }, 404, { code: 'MB001' }],
    [await makeCampaign({ html_body: null }), { to: 'me@example.org' }, 409, { code: 'MB010' }],
    [
      await makeCampaign({ reply_to: 'nobody' }),
      { to: 'me@example.org' },
      422,
      { type: '/problems/message-not-usable', title: /reply_to cannot be used/ },
    ],
  ]
  for (const [path, body, status, problem] of cases)
    t.match(await send('POST', `${path}/test`, body), { status, body: problem }, JSON.stringify(body))
  t.equal(sent.length, count)
  reply = { stage: 'rcpt', reply_code: 550, enhanced_code: '5.1.1', reply_text: '550 5.1.1 no such user' }
  t.match(await send('POST', `${url}/test`, { to: 'me@example.org' }), {
    status: 502,
    body: { detail: 'rcpt: 550 5.1.1 no such user' },
  })
  const quiet = await openApi(t)
  const listId = await quiet.makeList('ada@example.org')
  const { body } = await quiet.send('POST', '/api/campaigns', {
    name: 'x',
    text_body: 'x',
    contact_list_ids: [listId],
  })
  t.match(await quiet.send('POST', `/api/campaigns/${body.id}/test`, { to: 'me@example.org' }), {
    status: 503,
    body: { detail: /Set SMTP_URL/ },
  })
})

t.test('files are sent as they are, listed and taken away', async t => {
  const url = await makeCampaign({ html_body: '<img src="cid:logo">' })
  const png = Buffer.from('89504e470d0a1a0a00ff', 'hex')
  const upload = (query: string, payload: Buffer | string, type?: string) =>
    inject({
      method: 'POST',
      url: `${url}/attachments?${query}`,
      payload,
      headers: type ? { 'content-type': type } : {},
    })
  const made = await upload('file_name=logo.png&content_id=logo', png, 'image/png')
  t.equal(made.status, 201)
  t.equal(made.headers.location, `${url}/attachments/${made.body.attachment_id}`)
  t.equal((await upload('file_name=terms.json', '{"a": 1}', 'application/json; charset=utf-8')).status, 201)
  t.match((await send('GET', `${url}/attachments`)).body, {
    items: [
      { file_name: 'logo.png', media_type: 'image/png', content_id: 'logo', byte_count: 10 },
      { file_name: 'terms.json', media_type: 'application/json', byte_count: 8 },
    ],
  })
  t.match(await send('POST', `${url}/preview`), {
    body: { attachments: [{ file_name: 'logo.png' }, { file_name: 'terms.json' }], problem: null },
  })
  await send('POST', `${url}/test`, { to: 'me@example.org' })
  const { raw, tail } = sent.at(-1)!.compose()
  const mail = await simpleParser(Buffer.concat([raw, tail!]))
  t.match(
    mail.attachments.map(({ filename, cid, contentType, content }) => ({
      filename,
      cid,
      contentType,
      content,
    })),
    [
      { filename: 'logo.png', cid: 'logo', contentType: 'image/png', content: png },
      { filename: 'terms.json', contentType: 'application/json', content: Buffer.from('{"a": 1}') },
    ],
  )
  for (let n = 0; n < 2; n++)
    t.equal((await inject({ method: 'DELETE', url: made.headers.location as string })).status, 204)
  t.match((await send('GET', `${url}/attachments`)).body.items, [{ file_name: 'terms.json' }])
  t.match(await send('POST', `${url}/start`), { status: 422, body: { code: 'MB033' } })

  const cases: [
    query: string,
    payload: Buffer | string,
    type: string | undefined,
    status: number,
    body: object,
  ][] = [
    ['file_name=a.txt', '', 'text/plain', 400, { title: 'No file was sent' }],
    ['file_name=a.txt', 'x', undefined, 400, { title: 'No file was sent' }],
    ['', 'x', 'text/plain', 400, {}],
    ['file_name=..%2Fa', 'x', 'text/plain', 422, { code: 'MB032' }],
    ['file_name=a%0d%0aBcc:eve', 'x', 'text/plain', 422, { code: 'MB032' }],
    ['file_name=a', 'x', 'multipart/form-data; boundary=x', 422, { code: 'MB032' }],
    ['file_name=a', Buffer.alloc(10 * 1024 * 1024 + 1), 'image/png', 413, { detail: /10 MiB/ }],
    ['file_name=a', Buffer.alloc(10 * 1024 * 1024 - 4), 'image/png', 422, { code: 'MB031' }],
  ]
  for (const [query, payload, type, status, body] of cases)
    t.match(await upload(query, payload, type), { status, body }, query)
})

t.test('a template of 5 MB is refused, and what is there stays', async t => {
  const url = await makeCampaign()
  const before = (await send('GET', url)).body
  t.match(await send('PATCH', url, { html_body: 'x'.repeat(5_000_000) }), { status: 413 })
  t.match(await send('PATCH', url, { html_body: 'x'.repeat(1_000_001) }), { status: 400 })
  t.same((await send('GET', url)).body, before)
})
