import type { Pool } from 'pg'

export interface NewCampaign {
  name?: string
  contacts: string[]
  limit?: number
  interval?: string
  policy?: 'never' | 'resend' | 'ask'
}

/** A started campaign with a list of its own, inserted as an application would. */
export async function addCampaign(db: Pool, options: NewCampaign): Promise<string> {
  const { name = 'News', contacts, limit = 1000, interval = '24 hours', policy = 'never' } = options
  const { rows } = await db.query(
    `with list as (
       insert into public.contact_lists (name) values ($1) returning id
     ), people as (
       insert into public.contacts (email, first_name)
       select email, 'Ada ' || n from unnest($2::text[]) with ordinality as e (email, n)
       returning id, email
     ), members as (
       insert into public.contact_list_members (list_id, contact_id, position)
       select list.id, people.id, array_position($2::text[], people.email) from list, people
       returning 1
     )
     insert into public.campaigns (name, status, daily_send_limit, contact_list_ids, batch_interval, in_doubt_policy,
       subject, sender, html_body, text_body)
     select $1, 'sending', $3, array[list.id], $4::interval, $5, 'News for {{first_name}}', 'News <news@example.org>',
       '<p>Hello {{first_name}}</p>', 'Hello {{first_name}}'
     from list, (select count(*) from members) as written
     returning id`,
    [name, contacts, limit, interval, policy],
  )
  return rows[0].id
}

/** The deliveries of a campaign: id, address, status and number of attempts. */
export async function listDeliveries(db: Pool, campaignId: string) {
  const { rows } = await db.query<{
    delivery_id: string
    email: string
    status: string
    attempt_count: number
  }>(
    `select d.delivery_id, c.email, d.status, d.attempt_count
     from daybatch.deliveries as d join public.contacts as c on c.id = d.contact_id
     where d.campaign_id = $1 order by d.delivery_id`,
    [campaignId],
  )
  return rows
}
