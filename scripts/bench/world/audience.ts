import type { Database } from './database.ts'

export interface AudienceOptions {
  contacts: number
  lists?: number
  /** This share of the contacts stands on two lists. */
  overlap?: number
}

/** Writes contacts and lists as an import would leave them, without asking the foreign keys; returns the lists' ids. */
export async function createAudience(
  { pool }: Database,
  { contacts, lists = 1, overlap = 0 }: AudienceOptions,
): Promise<string[]> {
  const client = await pool.connect()
  try {
    await client.query('set session_replication_role = replica')
    const { rows } = await client.query<{ id: string }>(
      `insert into public.contact_lists (name) select 'List ' || n from generate_series(1, $1::integer) as n returning id`,
      [lists],
    )
    const ids = rows.map(({ id }) => id)
    await client.query(
      `insert into public.contacts (id, email, first_name, last_name, attributes)
       select md5('contact ' || n)::uuid, format('contact-%s@example.org', n), 'Name ' || n, 'Surname ' || n, jsonb_build_object('city', 'City ' || n % 1000)
       from generate_series(1, $1::integer) as n`,
      [contacts],
    )
    const members = (last: number, shift: number) =>
      client.query(
        `insert into public.contact_list_members (list_id, contact_id)
         select ($1::uuid[])[1 + (n + $3) % $4], md5('contact ' || n)::uuid from generate_series(1, $2::integer) as n`,
        [ids, last, shift, lists],
      )
    await members(contacts, 0)
    await members(Math.round(contacts * overlap), 1)
    await client.query('reset session_replication_role')
    // as autovacuum would in its next minute
    for (const table of ['contacts', 'contact_lists', 'contact_list_members']) {
      await client.query(`vacuum (analyze) public.${table}`)
    }
    return ids
  } finally {
    client.release()
  }
}

export interface CampaignOptions {
  name: string
  lists: string[]
  limit: number
  status?: 'draft' | 'sending'
}

/** Inserts a campaign as an application would; returns its id. */
export async function insertCampaign(
  { pool }: Pick<Database, 'pool'>,
  { name, lists, limit, status = 'sending' }: CampaignOptions,
): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into public.campaigns (name, subject, text_body, html_body, daily_send_limit, contact_list_ids, status)
     values ($1, 'News for {{first_name}}', $2, $3, $4, $5, $6) returning id`,
    [name, TEXT, HTML, limit, lists, status],
  )
  return rows[0]!.id
}

const PARAGRAPH =
  'The spring offer holds until the end of the month, in every shop and by mail. Whoever orders twice pays the postage once. '

/** Together about 3 kB, with three fields. */
export const TEXT = `Dear {{first_name}} {{last_name}},\n\n${PARAGRAPH.repeat(7)}\n\nSee you in {{city | your town}}.\n`
export const HTML = `<html><body><p>Dear {{first_name}} {{last_name}},</p>\n${`<p>${PARAGRAPH}</p>\n`.repeat(12)}<p>See you in {{city | your town}}.</p></body></html>\n`
export const SUBJECT = 'News for {{first_name}}'
