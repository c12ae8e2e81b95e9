import type { Row } from '../../helper/make.ts'
import { at, ids, type TableCase } from './case.ts'

const contact: Row = { id: ids.contact, email: 'a@example.org', attributes: {}, created_at: at(0) }

export const contacts: TableCase = {
  rows: [contact],
  other: { ...contact, id: ids.otherContact },
  takes: [{ email: 'a'.repeat(254) }, { email: '' }, { attributes: { plan: 'gold' } }],
  refuses: {
    contacts_pkey: [{ id: ids.contact }],
    email_has_no_control_characters: ['\n', '\r', '\t', '\u007f', '\u0001'].map(character => ({
      email: `a@example.org${character}`,
    })),
    email_is_at_most_254_octets: [{ email: 'a'.repeat(255) }, { email: 'é'.repeat(128) }],
    attributes_are_an_object: [{ attributes: [] }, { attributes: 'x' }, { attributes: 1 }],
  },
}

export const contactLists: TableCase = {
  rows: [{ id: ids.list, name: 'Readers', created_at: at(0) }],
  other: { id: ids.otherList, name: 'Readers', created_at: at(0) },
  refuses: { contact_lists_pkey: [{ id: ids.list }] },
}

const member: Row = { list_id: ids.list, contact_id: ids.contact, position: 1, created_at: at(0) }

export const contactListMembers: TableCase = {
  rows: [member],
  refuses: {
    contact_list_members_pkey: [insertMember(ids.list, ids.contact)],
    contact_list_members_list_id_fkey: [insertMember(ids.unknown, ids.contact)],
    contact_list_members_contact_id_fkey: [insertMember(ids.list, ids.unknown)],
  },
}

function insertMember(list: string, contact: string): string {
  return `insert into public.contact_list_members (list_id, contact_id) values ('${list}', '${contact}')`
}

const campaign: Row = {
  id: ids.campaign,
  name: 'News',
  status: 'draft',
  daily_send_limit: 5,
  batch_interval: '24 hours',
  in_doubt_policy: 'never',
  created_at: at(0),
}

const withControls = (column: string) =>
  ['\n', '\r\nBcc: a@example.org', '\u0002'].map(text => ({ [column]: `News${text}` }))

const window = { send_window_from: '09:00', send_window_to: '17:00', send_time_zone: 'UTC' }

export const campaigns: TableCase = {
  rows: [campaign],
  other: { ...campaign, id: ids.openCampaign },
  takes: [
    ...['draft', 'scheduled', 'sending', 'paused', 'completed', 'cancelled'].map(status => ({ status })),
    ...['never', 'resend', 'ask', null].map(in_doubt_policy => ({ in_doubt_policy })),
    { daily_send_limit: 1 },
    { daily_send_limit: null },
    { batch_interval: '1 second' },
    { batch_interval: '8760 hours' },
    { batch_interval: null },
    { text_body: 'lines\nand\ttabs' },
    ...['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'America/Port-au-Prince', 'Etc/GMT-14'].map(
      send_time_zone => ({ send_time_zone }),
    ),
    { ...window, daily_send_time: '09:00' },
    { ...window, send_window_to: '02:00', daily_send_time: '01:59' },
    { send_window_days: [7, 1], send_time_zone: 'UTC' },
    ...['per_batch', 'rolling', null].map(limit_policy => ({ limit_policy })),
    { ramp_up_by: 1, ramp_up_to: 1 },
    { ramp_up_percent: 1000, ramp_up_to: 5 },
    { spread_over: '23:45:00' },
    { batch_interval: '1 hour', spread_over: '54 minutes' },
  ],
  refuses: {
    campaigns_pkey: [{ id: ids.campaign }],
    status_is_one_of_ours: [{ status: 'Sending' }, { status: 'running' }, { status: '' }],
    name_has_no_control_characters: withControls('name'),
    subject_and_sender_have_no_control_characters: ['subject', 'sender', 'reply_to'].flatMap(withControls),
    daily_send_limit_is_at_least_one: [{ daily_send_limit: 0 }, { daily_send_limit: -5 }],
    in_doubt_policy_is_never_resend_or_ask: [{ in_doubt_policy: 'always' }, { in_doubt_policy: '' }],
    batch_interval_is_given_in_hours: ['1 day', '1 day 1 hour', '1 month', '1 year', '1 month -29 days'].map(
      batch_interval => ({
        batch_interval,
      }),
    ),
    send_time_zone_is_an_iana_zone: ['CET', '+3', 'Foo/Bar3', 'europe/berlin', '', 'Etc/GMT+100'].map(
      send_time_zone => ({ send_time_zone }),
    ),
    send_times_have_a_zone: [
      { daily_send_time: '09:00' },
      { send_window_days: [1] },
      { ...window, send_time_zone: null },
    ],
    send_window_has_a_beginning_and_an_end: [
      { ...window, send_window_to: null },
      { ...window, send_window_from: null },
    ],
    send_window_is_not_empty: [{ ...window, send_window_to: '09:00' }],
    send_window_days_are_weekdays: [[], [0], [8], [1, null]].map(send_window_days => ({
      send_window_days,
      send_time_zone: 'UTC',
    })),
    daily_send_time_is_inside_the_window: [
      { ...window, daily_send_time: '17:00' },
      { ...window, daily_send_time: '08:59' },
      { ...window, send_window_to: '02:00', daily_send_time: '02:00' },
    ],
    daily_send_time_needs_an_interval_of_a_day: [
      { daily_send_time: '09:00', send_time_zone: 'UTC', batch_interval: '23 hours' },
    ],
    limit_policy_is_per_batch_or_rolling: [{ limit_policy: 'daily' }, { limit_policy: '' }],
    ramp_up_is_by_a_number_or_by_percent: [{ ramp_up_to: 9 }, { ramp_up_by: 1 }],
    ramp_up_grows: [
      { ramp_up_by: 0, ramp_up_to: 9 },
      { ramp_up_percent: 0, ramp_up_to: 9 },
      { ramp_up_percent: 1001, ramp_up_to: 9 },
      { ramp_up_by: 1, ramp_up_percent: 1, ramp_up_to: 9 },
    ],
    ramp_up_ends_at_a_limit: [{ ramp_up_by: 1, ramp_up_to: 0 }],
    spread_is_given_in_hours: [{ spread_over: '0' }, { spread_over: '1 day', batch_interval: '72 hours' }],
    spread_ends_before_the_cut_off: [
      { spread_over: '23:45:01' },
      { batch_interval: '1 hour', spread_over: '55 minutes' },
    ],
    batch_interval_is_at_least_a_second: ['0', '999 milliseconds', '-24 hours'].map(batch_interval => ({
      batch_interval,
    })),
  },
}
