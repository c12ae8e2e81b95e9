import t, { type Test } from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import {
  begin,
  call,
  claim,
  makeCampaign,
  makeList,
  openBatch,
  type Row,
  readDelivery,
  readEvents,
  readOne,
  report,
  send,
} from '../helper/make.ts'
import { checkRefusal } from '../helper/refusal.ts'

const { pool, serviceUrl } = await createTestDatabase(t)

const unsubscribe = async (token: string | null): Promise<boolean> =>
  (await call(pool, 'unsubscribe_by_token', token))[0]!.unsubscribe_by_token

/** A campaign whose first mail is under way; what its worker knows of that mail. */
async function startCampaign(email: string, others: string[] = []): Promise<{ id: string; mail: Row }> {
  const { id } = await makeCampaign(pool, {
    contacts: [email, ...others],
    limit: 1,
    batch_interval: '1 hour',
  })
  await openBatch(pool, id)
  const [mail] = await claim(pool, id)
  await begin(pool, id, [mail!])
  await report(pool, id, [mail!])
  return { id, mail: mail! }
}

const countSuppressions = async (email: string): Promise<number> =>
  Number(
    (
      await readOne(
        pool,
        `select count(*) from daybatch.suppressions where address_key = daybatch.calculate_address_key($1) and list_id is null and reason = 'unsubscribed'`,
        [email],
      )
    ).count,
  )

t.test('the link of a mail unsubscribes its contact, in every campaign, from the next claim on', async t => {
  const { id, mail } = await startCampaign('ada@example.org')
  const other = await makeCampaign(pool, { lists: [await makeList(pool, [mail.contact_id])] })
  // another contact with the same address, in letters of another size
  const twin = await makeCampaign(pool, { contacts: ['ADA@example.org', 'grace@example.org'] })
  await openBatch(pool, other.id)
  await openBatch(pool, twin.id)

  t.equal(await unsubscribe(mail.unsubscribe_token), true)
  t.ok(
    (await readOne(pool, 'select unsubscribed_at from contacts where id = $1', [mail.contact_id]))
      .unsubscribed_at,
  )
  t.same(await claim(pool, other.id), [])
  t.same(
    (await claim(pool, twin.id)).map(({ email }) => email),
    ['grace@example.org'],
  )
  t.match(await readDelivery(pool, other.id, mail.contact_id), { status: 'skipped', reason: 'unsubscribed' })
  t.match(await readDelivery(pool, twin.id, twin.contacts[0]!), { status: 'skipped', reason: 'suppressed' })
  t.match((await readEvents(pool, id)).at(-1), {
    event: 'unsubscribed',
    detail: { contact_id: mail.contact_id, source: 'link' },
  })
  t.notMatch(JSON.stringify(await readEvents(pool, id)), /example\.org/, 'no address in the history')
})

t.test('repeating it is harmless', async t => {
  const { id, mail } = await startCampaign('bob@example.org')
  t.equal(await unsubscribe(mail.unsubscribe_token), true)
  const events = await readEvents(pool, id)
  t.equal(await unsubscribe(mail.unsubscribe_token), false)
  t.equal(await unsubscribe(mail.unsubscribe_token.toUpperCase()), false)
  t.same(await readEvents(pool, id), events)
  t.equal(await countSuppressions('bob@example.org'), 1)
})

t.test('a mail that is being sent finishes', async t => {
  const { id } = await makeCampaign(pool, { contacts: ['cy@example.org'] })
  await openBatch(pool, id)
  const [mail] = await claim(pool, id)
  await begin(pool, id, [mail!])
  await unsubscribe(mail!.unsubscribe_token)
  t.match(await report(pool, id, [mail!]), [{ status: 'sent' }])
})

t.test(
  'the address that the mail went to counts, also when the contact has another by now, or is gone',
  async t => {
    const { mail } = await startCampaign('dee@example.org')
    await pool.query(`update contacts set email = 'dee@example.net' where id = $1`, [mail.contact_id])
    t.equal(await unsubscribe(mail.unsubscribe_token), true)
    t.equal(await countSuppressions('dee@example.org'), 1)
    t.equal(await countSuppressions('dee@example.net'), 1)

    const gone = await startCampaign('eve@example.org')
    await pool.query('delete from contacts where id = $1', [gone.mail.contact_id])
    t.equal(await unsubscribe(gone.mail.unsubscribe_token), true)
    t.equal(await countSuppressions('eve@example.org'), 1)
    t.equal(await unsubscribe(gone.mail.unsubscribe_token), false)

    const erased = await startCampaign('fay@example.org')
    await call(pool, 'erase_contact', erased.mail.contact_id)
    t.type(await unsubscribe(erased.mail.unsubscribe_token), 'boolean')
  },
)

t.test('whoever unsubscribed is not mailed by a later batch of the same campaign either', async t => {
  const { id } = await makeCampaign(pool, {
    contacts: ['gil@example.org', 'hal@example.org'],
    limit: 1,
    batch_interval: '1 hour',
  })
  await openBatch(pool, id)
  const [mail] = await send(pool, id)
  await call(pool, 'close_batch', id)
  const token = await readOne(
    pool,
    `select daybatch.make_token('unsubscribe', int8send(delivery_id)) as token from daybatch.deliveries where delivery_id = $1`,
    [mail!.delivery_id],
  )
  t.equal(token.token, mail!.unsubscribe_token)
})

t.test('everything else is refused, and changes nothing', async t => {
  const { mail } = await startCampaign('ida@example.org')
  const token: string = mail.unsubscribe_token
  const state = async () => (await pool.query('select * from daybatch.suppressions order by 1')).rows
  const foreign = await readOne(
    pool,
    `select daybatch.make_token('bounce', int8send($1)) as bounce, daybatch.make_token('unsubscribe', int8send(987654321)) as unknown`,
    [mail.delivery_id],
  )
  const last = token.at(-1) === '0' ? '1' : '0'
  const tokens: [what: string, token: string | null][] = [
    ['another purpose', foreign.bounce],
    ['a mail that there is not', foreign.unknown],
    ['one character changed', token.slice(0, -1) + last],
    ['of another mail', `${token.slice(0, 4)}0000000000000001${token.slice(20)}`],
    ['cut off', token.slice(0, -2)],
    ['longer', `${token}00`],
    ['nothing', ''],
    ['null', null],
    ['a contact id', mail.contact_id],
    ['hostile', `${token}' or 1=1 --`],
    ['very long', '0'.repeat(100_000)],
  ]
  for (const [what, token] of tokens) {
    await t.test(what, t =>
      checkRefusal(t, 'MB030', /no.* unsubscribe link of ours/, () => unsubscribe(token), state).then(
        () => {},
      ),
    )
    // one that we signed for nothing is not told from others by the page
    const isOurs = what === 'a mail that there is not'
    t.equal((await call(pool, 'is_unsubscribe_token', token))[0]!.is_unsubscribe_token, isOurs, what)
  }
  t.equal((await call(pool, 'is_unsubscribe_token', token))[0]!.is_unsubscribe_token, true)
})

t.test('a link goes on working after a new key, and ends with a retired one', async t => {
  const { mail } = await startCampaign('jo@example.org')
  await call(pool, 'rotate_token_key')
  const { mail: next } = await startCampaign('kim@example.org')
  t.not(next.unsubscribe_token.slice(0, 4), mail.unsubscribe_token.slice(0, 4), 'the new key signs')
  t.equal(await unsubscribe(mail.unsubscribe_token), true)
  await call(pool, 'rotate_token_key', true)
  await checkRefusal(t, 'MB030', /no/, () => unsubscribe(next.unsubscribe_token))
})

t.test('a second copy has the first one’s link, whatever became of the key', async t => {
  const { id } = await makeCampaign(pool, { contacts: 1, in_doubt_policy: 'resend' })
  await openBatch(pool, id)
  const [first] = await claim(pool, id)
  await begin(pool, id, [first!])
  await call(pool, 'rotate_token_key')
  await report(pool, id, [first!], { stage: 'message', reply_code: null })
  await pool.query(
    `update daybatch.deliveries set retry_at = daybatch.current_moment() where delivery_id = $1`,
    [first!.delivery_id],
  )
  const [second] = await claim(pool, id)
  t.equal(second!.unsubscribe_token, first!.unsubscribe_token)
})

t.test('the service may do this, and may not sign or read tokens', async t => {
  await checkService(t)
})

async function checkService(t: Test): Promise<void> {
  const { createPool } = await import('../../src/db/pool.ts')
  const service = createPool(serviceUrl, { applicationName: 'test' })
  try {
    await checkRefusal(t, 'MB030', /no/, () => service.query(`select daybatch.unsubscribe_by_token('x')`))
    await checkRefusal(t, '42501', /permission denied/, () =>
      service.query(`select daybatch.make_token('unsubscribe', '\\x00')`),
    )
    await checkRefusal(t, '42501', /permission denied/, () =>
      service.query(`select daybatch.read_token('unsubscribe', 'x')`),
    )
    await checkRefusal(t, '42501', /permission denied/, () =>
      service.query('select * from daybatch.attachments'),
    )
  } finally {
    await service.end()
  }
}
