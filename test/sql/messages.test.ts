// Versions of a message, its files, previews, and what of a message is refused.
import t from 'tap'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  call,
  callOne,
  claim,
  closeBatch,
  makeCampaign,
  openBatch,
  processCampaign,
  type Row,
  readBatch,
  readCampaign,
  readEvents,
  readOne,
  readState,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'
import { after, DAY } from '../helper/scenario.ts'

const { pool } = await createTestDatabase(t)

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

const attach = async (
  id: string,
  name: string,
  type = 'text/plain',
  content = Buffer.from('x'),
  cid: string | null = null,
): Promise<string> => (await callOne(pool, 'add_attachment', id, name, type, content, cid)).add_attachment
const detach = async (id: string, attachment: string): Promise<boolean> =>
  (await callOne(pool, 'remove_attachment', id, attachment)).remove_attachment
const listNames = async (id: string, version: number | null = null): Promise<string[]> =>
  (await call(pool, 'get_attachments', id, version)).map(({ file_name }) => file_name)

t.test('an edit of a running campaign is recorded, and applies from the next batch', async t => {
  await setClock(pool, after(0))
  const { id } = await makeCampaign(pool, { contacts: 4, limit: 2, subject: 'First', text_body: 'one' })
  await attach(id, 'a.txt')
  await processCampaign(pool, id)
  const [first] = await claim(pool, id, 1)
  await callOne(pool, 'update_campaign', id, { subject: 'Second', text_body: 'two' })
  await attach(id, 'b.txt')
  await attach(id, 'a.txt', 'text/plain', Buffer.from('y'))
  const [second] = await claim(pool, id, 1)
  t.equal(second!.message_version, first!.message_version, 'the batch under way keeps its message')
  t.match(await callOne(pool, 'get_message', id, 1), { subject: 'First', text_body: 'one' })
  t.same(await call(pool, 'get_attachments', id, 1), [
    { file_name: 'a.txt', media_type: 'text/plain', content_id: null, content: Buffer.from('x') },
  ])
  t.match(
    (await readEvents(pool, id)).filter(({ event }) => event === 'changed').map(({ detail }) => detail),
    [
      { attachment: { added: 'a.txt', bytes: 1 } },
      { subject: 'changed', text_body: 'changed' },
      { attachment: { added: 'b.txt' } },
      { attachment: { removed: 'a.txt' } },
      { attachment: { added: 'a.txt' } },
    ],
  )
  await call(
    pool,
    'begin_sending',
    id,
    [first!.claim_token, second!.claim_token],
    [first!.delivery_id, second!.delivery_id],
  )
  for (const { claim_token, delivery_id } of [first!, second!])
    await call(
      pool,
      'report_outcomes',
      id,
      JSON.stringify([{ delivery_id, claim_token, stage: 'message', reply_code: 250 }]),
    )
  await closeBatch(pool, id)
  await setClock(pool, after(DAY))
  await processCampaign(pool, id)
  t.equal((await readBatch(pool, id, 2)).message_version, 2)
  t.match(await callOne(pool, 'get_message', id, 2), { subject: 'Second', text_body: 'two' })
  t.same(await listNames(id, 2), ['b.txt', 'a.txt'])
  t.match(await send(pool, id), [{ message_version: 2 }, { message_version: 2 }])
})

t.test('an edit that cannot be sent pauses the campaign before its next batch, with the reason', async t => {
  const edits: [change: Row, reason: RegExp][] = [
    [{ text_body: 'Hello {{frist_name}}' }, /uses \{\{frist_name\}\}, a field that no contact/],
    [{ html_body: `<p>${'x'.repeat(5_000_000)}</p>` }, /5000007 bytes: 1048576 is the most/],
    [{ html_body: '<img src="cid:logo">' }, /cid:logo, and no file/],
    [{ text_body: null }, /no message/],
  ]
  for (const [change, reason] of edits) {
    await setClock(pool, after(0))
    const { id } = await makeCampaign(pool, { contacts: 2, limit: 1, text_body: 'Hello {{first_name}}' })
    await processCampaign(pool, id)
    await send(pool, id)
    await closeBatch(pool, id)
    await callOne(pool, 'update_campaign', id, change)
    await setClock(pool, after(DAY))
    t.match(await processCampaign(pool, id), { action: 'paused', reason })
    t.match(await readCampaign(pool, id), { status: 'paused', pause_reason: reason })
    await callOne(pool, 'update_campaign', id, { text_body: 'Hello', html_body: null })
    await call(pool, 'resume_campaign', id)
    t.match(await processCampaign(pool, id), { action: 'opened', batch_number: 2 }, 'mended, it goes on')
  }
})

t.test('what cannot be sent is refused at the start; a plain insert is paused', async t => {
  await setClock(pool, after(0))
  const messages: [fields: Row, code: string, reason: RegExp][] = [
    [{ html_body: 'x'.repeat(5_000_000) }, 'MB031', /5000000 bytes/],
    [{ text_body: 'x'.repeat(1_048_577) }, 'MB031', /1048577 bytes/],
    [{ subject: 'x'.repeat(999) }, 'MB031', /999 characters/],
    [{ html_body: `<img src='cid:a.b-c_d'>` }, 'MB033', /cid:a\.b-c_d/],
    [{ html_body: '<td style="background:url(cid:back)">' }, 'MB033', /cid:back/],
    [{ text_body: 'Hello {{nobody_has_this}}' }, 'MB011', /nobody_has_this/],
  ]
  for (const [fields, code, reason] of messages) {
    const draft = await makeCampaign(pool, { ...fields, status: 'draft' })
    await checkRefusal(t, code, reason, () => call(pool, 'start_campaign', draft.id))
    const { id } = await makeCampaign(pool, fields)
    t.match(await processCampaign(pool, id), { action: 'paused', error_code: code, reason })
  }
  const { id } = await makeCampaign(pool, {
    text_body: `Leave: {{unsubscribe_url}} ${'x'.repeat(1_000_000)}`,
    status: 'draft',
  })
  t.match(
    await call(pool, 'start_campaign', id),
    [{ start_campaign: 'sending' }],
    'a large one, and the field of ours',
  )
})

t.test('files', async t => {
  const { id } = await makeCampaign(pool, { status: 'draft', html_body: '<img src="cid:logo">' })
  const logo = await attach(id, 'logo.png', 'Image/PNG', PNG, 'logo')
  t.equal(await attach(id, 'logo.png', 'image/png', PNG, 'logo'), logo, 'the same file again changes nothing')
  const terms = await attach(id, 'Geschäftsbedingungen für alle.txt')
  t.match(await call(pool, 'list_attachments', id), [
    {
      attachment_id: logo,
      file_name: 'logo.png',
      media_type: 'image/png',
      content_id: 'logo',
      byte_count: 8,
    },
    { attachment_id: terms, file_name: 'Geschäftsbedingungen für alle.txt', byte_count: 1 },
  ])
  t.same(await call(pool, 'check_message', id), [])
  t.equal(await detach(id, terms), true)
  t.equal(await detach(id, terms), false)
  t.equal(await detach(id, '999999'), false)
  t.same(await listNames(id), ['logo.png'])
  const { rows } = await pool.query(
    'select count(*)::integer as count from daybatch.attachments where campaign_id = $1',
    [id],
  )
  t.same(rows, [{ count: 1 }], 'what no batch has used is gone')
})

t.test('files that cannot be attached', async t => {
  const { id } = await makeCampaign(pool, { status: 'draft' })
  await attach(id, 'logo.png', 'image/png', PNG, 'logo')
  const read = () => readState(pool, id)
  const big = Buffer.alloc(10 * 1024 * 1024)
  const cases: [what: string, code: string, words: RegExp, work: () => Promise<unknown>][] = [
    ['a path', 'MB032', /name/, () => attach(id, '../etc/passwd')],
    ['a Windows path', 'MB032', /name/, () => attach(id, 'C:\\x.txt')],
    ['no name', 'MB032', /name/, () => attach(id, '')],
    ['a line in a name', 'MB032', /name/, () => attach(id, 'a\r\nBcc: eve@example.org')],
    ['a name that reads backwards', 'MB032', /invisible/, () => attach(id, 'annual\u202egnp.exe')],
    ['a hidden blank', 'MB032', /invisible/, () => attach(id, 'a\u200b.txt')],
    ['a long name', 'MB032', /200/, () => attach(id, 'x'.repeat(201))],
    ['a type with a header', 'MB032', /media type/, () => attach(id, 'a', 'text/plain\r\nX: y')],
    ['a type with parameters', 'MB032', /media type/, () => attach(id, 'a', 'text/plain; name=x')],
    ['no type', 'MB032', /media type/, () => attach(id, 'a', 'text')],
    ['a mail', 'MB032', /media type/, () => attach(id, 'a', 'message/rfc822')],
    ['parts', 'MB032', /media type/, () => attach(id, 'a', 'multipart/mixed')],
    ['nothing in it', 'MB032', /at least one byte/, () => attach(id, 'a', 'text/plain', Buffer.alloc(0))],
    ['a content id with brackets', 'MB032', /content id/, () => attach(id, 'a', 'text/plain', PNG, '<x>')],
    [
      'the content id of another',
      'MB032',
      /another file/,
      () => attach(id, 'b.png', 'image/png', PNG, 'logo'),
    ],
    ['too large', 'MB031', /10485768 bytes together/, () => attach(id, 'a', 'text/plain', big)],
  ]
  for (const [what, code, words, work] of cases) {
    await t.test(what, async t => {
      await checkRefusal(t, code, words, work, read)
    })
  }
  for (let n = 0; n < 19; n++) await attach(id, `${n}.txt`)
  await checkRefusal(t, 'MB031', /20 is the most/, () => attach(id, 'last.txt'), read)
  await call(pool, 'cancel_campaign', id)
  await checkRefusal(t, 'MB002', /cancelled/, () => attach(id, '0.txt', 'text/plain', PNG), read)
  await checkRefusal(t, 'MB002', /cancelled/, () => detach(id, '1'), read)
  await checkRefusal(t, 'MB001', /does not exist/, () => attach('00000000-0000-4000-8000-000000000000', 'a'))
})

t.test('a preview is what the mail would be made of, and changes nothing', async t => {
  const { id, contacts } = await makeCampaign(pool, {
    contacts: [
      {
        email: 'ada@example.org',
        first_name: 'Ada',
        attributes: { city: 'London', email: 'eve@example.org' },
      },
      { email: 'bob@example.org' },
    ],
    subject: 'Hi {{first_name}}',
  })
  await openBatch(pool, id)
  const before = await readState(pool, id)
  t.match(await callOne(pool, 'preview_message', id), {
    contact_id: contacts[0],
    email: 'ada@example.org',
    fields: { first_name: 'Ada', city: 'London', email: 'ada@example.org' },
    subject: 'Hi {{first_name}}',
    problem: null,
  })
  t.match(await callOne(pool, 'preview_message', id, contacts[1]), { email: 'bob@example.org' })
  t.match(await callOne(pool, 'preview_message', id, contacts[1], 'me@example.net'), {
    contact_id: contacts[1],
    email: 'me@example.net',
    fields: { email: 'bob@example.org' },
  })
  await pool.query(`update campaigns set text_body = '{{nix}}' where id = $1`, [id])
  t.match(
    await callOne(pool, 'preview_message', id),
    { problem: /\{\{nix\}\}/ },
    'what is wrong is said beside it',
  )
  await pool.query(`update campaigns set text_body = 'Hello' where id = $1`, [id])
  const after = await readState(pool, id)
  for (const table of ['deliveries', 'claims', 'delivery_attempts', 'batches', 'campaign_messages'])
    t.same(after[table], before[table], table)
  await call(pool, 'suppress_address', 'left@example.org')
  const preview =
    (...args: unknown[]) =>
    () =>
      call(pool, 'preview_message', ...args)
  await checkRefusal(t, 'MB034', /suppressed/, preview(id, null, 'LEFT@example.org'))
  for (const address of [
    'nobody',
    '"a b"@example.org',
    'a@example.org, b@example.org',
    `${'a'.repeat(300)}@example.org`,
  ])
    await checkRefusal(t, 'MB015', /test address/, preview(id, null, address))
  await checkRefusal(t, 'MB018', /does not exist/, preview(id, '00000000-0000-4000-8000-000000000000'))
  await checkRefusal(t, 'MB001', /does not exist/, preview('00000000-0000-4000-8000-000000000000'))
  const empty = await makeCampaign(pool, { contacts: 0, status: 'draft' })
  await checkRefusal(t, 'MB003', /nobody/, preview(empty.id))
  const bare = await makeCampaign(pool, { text_body: null, status: 'draft' })
  await checkRefusal(t, 'MB010', /no message/, preview(bare.id))
})

t.test('addresses that are refused where they come in', async t => {
  const addresses = [
    '"ada"@example.org',
    '"ada@evil.example"@example.org',
    `${'a'.repeat(290)}@example.org`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(50)}.org`,
    'ada\u200b@example.org',
    'ada\u202e@example.org',
    'ada@exam\u2066ple.org',
    'ada@example.org\r\nBcc: eve@example.org',
    'ada\u0007@example.org',
  ]
  for (const email of addresses) {
    const work = () => callOne(pool, 'create_contact', { email })
    await checkRefusal(t, 'MB015', /./, work)
  }
  t.ok((await readOne(pool, `select daybatch.is_valid_address('дмитрий@пример.example') as ok`)).ok)
})
