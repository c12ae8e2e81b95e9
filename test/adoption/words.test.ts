// Outcomes are written into email_tracking in the words, columns and types that the table has.
import type pg from 'pg'
import t, { type Test } from 'tap'
import { migrate } from '../../src/db/migrate.ts'
import { setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import {
  accepted,
  call,
  claim,
  makeCampaign,
  noReply,
  openBatch,
  type Row,
  readAudit,
  runBatch,
  send,
} from '../helper/make.ts'
import { START } from '../helper/scenario.ts'

t.setTimeout(120_000)

const REFUSED = { stage: 'rcpt', reply_code: 550, reply_text: 'no such user' }

/** A campaign of four beside this email_tracking: accepted, refused, in doubt, skipped. */
async function runBeside(
  t: Test,
  tracking: string,
): Promise<{ db: pg.Pool; url: string; id: string; rows: Row[] }> {
  const { pool: db, url } = await createTestDatabase(t, { empty: true })
  await db.query(
    `create table public.campaigns (id uuid primary key default gen_random_uuid(), name text, status text, contact_list_ids uuid[]); ${tracking}`,
  )
  await migrate({ url })
  await setClock(db, START)
  await call(db, 'take_over', true)
  const { id } = await makeCampaign(db, {
    contacts: ['a@example.org', 'b@example.org', 'c@example.org', 'd@example.org'],
    limit: 4,
  })
  await openBatch(db, id)
  await db.query(`update public.contacts set unsubscribed_at = now() where email = 'd@example.org'`)
  await send(db, id, [accepted, REFUSED, noReply])
  await claim(db, id)
  const { rows } = await db.query(
    `select p.email as contact, to_jsonb(e) - '{id,campaign_id,contact_id}'::text[] as told
     from public.email_tracking as e join public.contacts as p on p.id = e.contact_id::uuid order by p.email`,
  )
  t.same(await readAudit(db), [])
  return { db, url, id, rows }
}

t.test('an enum of its own', async t => {
  const { rows } = await runBeside(
    t,
    `create type public.mail_status as enum ('queued', 'delivered', 'error');
     create table public.email_tracking (id bigint generated always as identity, campaign_id uuid, contact_id uuid, status public.mail_status, delivered_at timestamptz)`,
  )
  t.same(
    rows.map(({ told }) => told.status),
    ['delivered', 'error', 'queued', 'error'],
  )
})

t.test('no list of words: sent, failed, pending', async t => {
  const { db, id, rows } = await runBeside(
    t,
    'create table public.email_tracking (campaign_id text, contact_id text, status text, sent_at timestamp not null, error text)',
  )
  t.same(
    rows.map(({ told }) => [told.status, told.error]),
    [
      ['sent', null],
      ['failed', 'recipient_refused'],
      ['pending', 'no_reply_after_354'],
      ['failed', 'unsubscribed'],
    ],
  )
  t.equal(rows[1]!.told.sent_at, START.replace('.000Z', ''), 'a time that must be there')
  // settled later: the same row tells it
  await call(db, 'resolve_all_in_doubt', id, 'sent')
  const { rows: told } = await db.query('select status, error from public.email_tracking order by status')
  t.same(
    told.map(({ status }) => status),
    ['failed', 'failed', 'sent', 'sent'],
  )
})

t.test('no status at all: each row is a mail, so only mails that were sent have one', async t => {
  const { rows } = await runBeside(
    t,
    'create table public.email_tracking (campaign_id uuid, contact_id uuid, email text, created_at timestamptz)',
  )
  t.match(rows, [{ contact: 'a@example.org', told: { email: 'a@example.org' } }])
  t.equal(rows.length, 1)
})

t.test('a table that is given up: after the next deploy nothing is told any more', async t => {
  const { db, url } = await runBeside(
    t,
    'create table public.email_tracking (campaign_id uuid, contact_id uuid, status text)',
  )
  await t.rejects(db.query('drop table public.email_tracking'), { code: '2BP01' }, 'our view reads it')
  await db.query('drop table public.email_tracking cascade')
  await migrate({ url })
  await setClock(db, START)
  const { id } = await makeCampaign(db, { contacts: 2, limit: 2 })
  t.match(await runBatch(db, id), { completed: true })
  t.same(await readAudit(db), [])
  const { rows } = await db.query(`select tgname from pg_trigger where tgname like 'daybatch_020%'`)
  t.same(
    rows.map(({ tgname }) => tgname).filter(name => name.includes('track')),
    [],
  )
})
