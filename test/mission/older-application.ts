import type pg from 'pg'
import type { Row } from '../helper/make.ts'

/**
 * The tables of an older application, as it had them before the mission's contact tracking: no tracking columns, times
 * without a zone, and email_tracking as the only memory of who was mailed.
 */
export const OLDER_TABLES = `
  create table public.contacts (
    id uuid primary key default gen_random_uuid(),
    email text not null unique,
    first_name text,
    created_at timestamp not null default now());
  create table public.contact_lists (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    created_at timestamp not null default now());
  create table public.contact_list_members (
    id bigserial primary key,
    list_id uuid not null references public.contact_lists (id) on delete cascade,
    contact_id uuid not null references public.contacts (id) on delete cascade,
    created_at timestamp not null default now(),
    unique (list_id, contact_id));
  create table public.campaigns (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    subject text,
    text_body text,
    status text not null default 'draft',
    contact_list_ids uuid[] not null default '{}',
    scheduled_at timestamp,
    created_at timestamp not null default now());
  create table public.email_tracking (
    id uuid primary key default gen_random_uuid(),
    campaign_id uuid references public.campaigns (id),
    contact_id uuid references public.contacts (id),
    status text not null default 'sent',
    sent_at timestamp);`

export interface OldCampaign {
  id: string
  contacts: string[]
}

/** Mails of the older sender: contact (by place), status and time (UTC, without zone). */
export type OldMail = [contact: number, status: string, sentAt: string | null]

/** A campaign in the older application's tables, sending, with what email_tracking says of it. */
export async function makeOldCampaign(
  db: pg.Pool,
  name: string,
  { contacts, mails = [] }: { contacts: number; mails?: OldMail[] },
): Promise<OldCampaign> {
  const list = await one(db, 'insert into public.contact_lists (name) values ($1) returning id', [name])
  const ids: string[] = []
  for (let n = 1; n <= contacts; n++) {
    const email = `${name.toLowerCase()}-${n}@example.org`
    ids.push((await one(db, 'insert into public.contacts (email) values ($1) returning id', [email])).id)
  }
  await db.query(
    `insert into public.contact_list_members (list_id, contact_id, created_at)
     select $1, c.id, timestamp '2025-09-01' + c.rank * interval '1 second' from unnest($2::uuid[]) with ordinality as c (id, rank)`,
    [list.id, ids],
  )
  const campaign = await one(
    db,
    `insert into public.campaigns (name, text_body, status, contact_list_ids) values ($1, 'Hello', 'sending', array[$2]::uuid[]) returning id`,
    [name, list.id],
  )
  for (const [place, status, sentAt] of mails)
    await db.query(
      'insert into public.email_tracking (campaign_id, contact_id, status, sent_at) values ($1, $2, $3, $4)',
      [campaign.id, ids[place - 1], status, sentAt],
    )
  return { id: campaign.id, contacts: ids }
}

async function one(db: pg.Pool, query: string, values: unknown[]): Promise<Row> {
  return (await db.query(query, values)).rows[0]
}
