// What a mail under the policy resend was made of: kept for a mail in doubt, and for no other.
import { setClock } from '../helper/clock.ts'
import {
  begin,
  call,
  callOne,
  claim,
  closeBatch,
  makeCampaign,
  makeContacts,
  noReply,
  openBatch,
  readDelivery,
  report,
  send,
} from '../helper/make.ts'
import { after, DAY, HOUR, MINUTE, scenario } from '../helper/scenario.ts'

scenario(
  'a mail in doubt that comes back in the next batch keeps the address that it went to',
  async (t, db) => {
    const { id, contacts } = await makeCampaign(db, {
      contacts: ['first@example.org', 'other@example.org'],
      limit: 1,
      in_doubt_policy: 'resend',
    })
    const [doubted] = contacts
    await openBatch(db, id)
    await setClock(db, after(23 * HOUR + 40 * MINUTE))
    await send(db, id, noReply)
    await setClock(db, after(DAY))
    t.match(await closeBatch(db, id), { closed: true, sent_count: 0, remaining_count: 2 })

    await db.query(`update contacts set email = 'moved@example.org' where id = $1`, [doubted])
    // who has its old address now, and who has its new one
    const [namesake, stranger, late] = await makeContacts(db, [
      'First@example.org',
      'moved@example.org',
      'first@EXAMPLE.org',
    ])
    await call(db, 'add_contacts', id, [namesake, stranger])
    await callOne(db, 'set_daily_limit', id, 9)
    await setClock(db, after(2 * DAY))
    await openBatch(db, id)
    const claimed = await send(db, id)
    t.same(
      claimed.map(row => [row.email, row.contact_id]),
      [
        ['other@example.org', contacts[1]],
        ['first@example.org', doubted],
        ['moved@example.org', stranger],
      ],
    )
    t.match(await readDelivery(db, id, namesake!), { status: 'skipped', reason: 'duplicate_address' })
    t.match(await closeBatch(db, id), { completed: true })

    await call(db, 'add_contacts', id, [late])
    await setClock(db, after(3 * DAY))
    t.match(await openBatch(db, id), { delivery_count: 0, skipped_count: 1 }, 'also in a later batch')
    await closeBatch(db, id)
  },
)

scenario('who was claimed and not begun is mailed as he is then: new address, new text', async (t, db) => {
  const returns = {
    'a worker that gives it back': async (token: string) => call(db, 'release_claims', [token]),
    'a worker that died': async () => {
      await setClock(db, after(2 * MINUTE))
      return call(db, 'release_expired_claims')
    },
  }
  for (const [name, giveBack] of Object.entries(returns)) {
    const { id, contacts } = await makeCampaign(db, { contacts: 2, in_doubt_policy: 'resend' })
    await openBatch(db, id)
    const [first, begun] = await claim(db, id)
    await begin(db, id, [begun!])
    await giveBack(first!.claim_token)
    await db.query(`update contacts set email = 'new@example.org', first_name = 'Ada' where id = $1`, [
      contacts[0],
    ])
    const [again, ...others] = await claim(db, id)
    t.match(again, { contact_id: contacts[0], email: 'new@example.org', fields: { first_name: 'Ada' } }, name)
    t.equal(others.length, name === 'a worker that died' ? 1 : 0, 'the doubt is tried again')
    if (others.length > 0) t.match(others[0], { contact_id: contacts[1], email: begun!.email })
    await report(db, id, [again!])
  }
})
