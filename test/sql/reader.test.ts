import type pg from 'pg'
import t from 'tap'
import { realClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  accepted,
  begin,
  call,
  claim,
  loginRefused,
  makeCampaign,
  noReply,
  openBatch,
  type Reply,
  report,
} from '../helper/make.ts'
import { openSession } from '../helper/session.ts'

/** Stands in every address of this file, and nowhere else. */
const NEEDLE = 'needle'

const { pool, url } = await createTestDatabase(t)

/** A server's answer that repeats the address, as servers do. */
const repeating = (reply: Reply): Reply => ({
  ...reply,
  reply_text: `<ada+${NEEDLE}@${NEEDLE}.example>: said "ada ${NEEDLE}"@${NEEDLE}.example to=${NEEDLE}@${NEEDLE}.example`,
})

const contacts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    email: `c${index}-${Math.random()}@${NEEDLE}.example`,
    first_name: NEEDLE,
    last_name: NEEDLE,
    attributes: { word: NEEDLE },
  }))

/** Every view and table that a role may read, as one text each. */
async function readEverything(role: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const session = await openSession(url)
  try {
    const { rows } = await session.query(
      `select c.oid::regclass::text as name from pg_class as c
       where c.relnamespace in ('daybatch'::regnamespace, 'public'::regnamespace, 'pgboss'::regnamespace)
         and c.relkind in ('r', 'p', 'v', 'm') and has_schema_privilege($1, c.relnamespace, 'usage')
         and has_any_column_privilege($1, c.oid, 'select')`,
      [role],
    )
    await session.query(`set role ${role}`)
    for (const { name } of rows) {
      const lines = await session.query(`select row_to_json(v)::text as line from ${name} as v`)
      found.set(name, lines.rows.map(({ line }) => line).join('\n'))
    }
  } finally {
    await session.end()
  }
  return found
}

async function runOneOfEach(db: pg.Pool): Promise<void> {
  await realClock(db)
  const busy = await makeCampaign(db, { contacts: contacts(5), limit: 5 })
  await openBatch(db, busy.id)
  const claimed = await claim(db, busy.id)
  await begin(db, busy.id, claimed)
  await report(db, busy.id, claimed, [
    repeating(accepted),
    repeating({ stage: 'rcpt', reply_code: 550, enhanced_code: '5.1.1' }),
    repeating({ stage: 'rcpt', reply_code: 450, enhanced_code: '4.2.1' }),
    repeating({ stage: 'message', reply_code: 554, enhanced_code: '5.6.0' }),
    noReply,
  ])
  const refused = await makeCampaign(db, { contacts: contacts(1) })
  await openBatch(db, refused.id)
  const held = await claim(db, refused.id)
  await report(db, refused.id, held, repeating({ stage: 'connect', reply_code: 421 }))
  const paused = await makeCampaign(db, { contacts: contacts(1) })
  await openBatch(db, paused.id)
  await report(db, paused.id, await claim(db, paused.id), repeating(loginRefused))
  await makeCampaign(db, { contacts: contacts(2) })
  await call(db, 'report_worker', 'worker', 1, 0, `550 ${NEEDLE}@${NEEDLE}.example`)
  await call(db, 'process_campaigns')
}

t.test('what a reader may read holds no address and no name, also not in the words of servers', async t => {
  await runOneOfEach(pool)
  const seen = await readEverything('daybatch_reader')
  t.ok(seen.size >= 10, 'there are views to read')
  const { rows } = await pool.query(
    `select count(*) filter (where refusal is not null)::integer as refusals,
       (select count(*)::integer from public.campaigns where status = 'paused') as pauses,
       (select count(*)::integer from daybatch.delivery_attempts where reply_text like '%${NEEDLE}%') as words
     from daybatch.batches`,
  )
  t.same(rows, [{ refusals: 1, pauses: 1, words: 6 }], 'servers have repeated addresses everywhere')
  for (const [name, text] of seen) t.notMatch(text, NEEDLE, name)
  t.match(seen.get('daybatch.campaign_status'), /server refuses: connect: 421 <\(address\)>/)
  t.match(seen.get('daybatch.campaign_status'), /refuses us at auth: 535 5\.7\.8 <\(address\)>/)

  const operator = await readEverything('daybatch_operator')
  const telling = [...operator].filter(([, text]) => text.includes(NEEDLE)).map(([name]) => name)
  t.ok(telling.includes('daybatch.failed_contacts'), 'a search that finds nothing at all would prove nothing')
  t.ok(telling.includes('contacts'))
})
