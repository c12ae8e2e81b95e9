import type { Row } from '../../helper/make.ts'
import { at, ids, type TableCase } from './case.ts'

const counts = (count: number | null): Row => ({
  sent_count: count,
  failed_count: count,
  skipped_count: count,
  in_doubt_count: count,
  returned_count: count,
  remaining_count: count,
})

/** A batch that came at its time, so many hours after the first. */
const cameAt = (hours: number, ms = 0): Row => ({
  due_at: at(hours, ms),
  opened_at: at(hours, ms),
  counted_at: at(hours, ms),
  spaced_from: at(hours, ms),
  cut_off_at: at(hours + 23, ms),
})

const noPredecessor = { previous_batch_number: null, previous_spaced_from: null, previous_interval: null }

const first: Row = {
  campaign_id: ids.campaign,
  batch_number: 1,
  send_limit: 5,
  batch_interval: '24 hours',
  source: 'job',
  ...cameAt(0),
  head_length: 5,
  slot_count: 5,
  next_slot: 6,
  refusal_count: 0,
  closed_at: at(1),
  ...counts(1),
}

const changeFirst = (change: string) =>
  `update daybatch.batches set ${change} where campaign_id = '${ids.campaign}' and batch_number = 1`

export const batches: TableCase = {
  rows: [first, { ...first, campaign_id: ids.openCampaign, closed_at: null, ...counts(null) }],
  other: {
    ...first,
    batch_number: 2,
    ...cameAt(24),
    previous_batch_number: 1,
    previous_spaced_from: at(0),
    previous_interval: '24 hours',
    closed_at: null,
    ...counts(null),
  },
  takes: [
    { opened_at: at(24, -300_000) },
    { opened_at: at(24, 300_000) },
    { ...cameAt(48), due_at: at(24) },
    { spaced_from: at(30) },
    { closed_at: at(25), ...counts(0), sent_count: 5 },
    { slot_count: 0, next_slot: 1 },
    { batch_interval: '1 second', cut_off_at: at(24, 900) },
    { batch_number: 0, ...noPredecessor, source: 'old_method', cut_off_at: at(48) },
    { refused_since: at(25), refused_until: at(26), refusal: '421 busy' },
    { held_until: at(25), held_by: 'send_window' },
    { slot_gap: '1 second', next_slot_at: at(24) },
  ],
  refuses: {
    a_hold_is_told_whole_or_not_at_all: [{ held_until: at(25) }, { held_by: 'send_window' }],
    a_spread_batch_has_a_next_slot: [{ slot_gap: '1 second' }, { next_slot_at: at(25) }],
    a_spread_batch_has_a_gap: [{ slot_gap: '0', next_slot_at: at(25) }],
    batches_pkey: [{ batch_number: 1, ...noPredecessor, closed_at: at(25), ...counts(0) }],
    batches_only_one_open_per_campaign: [{ campaign_id: ids.openCampaign }],
    batch_is_not_too_early: [cameAt(24, -1), cameAt(0), cameAt(-24)],
    batch_number_is_not_negative: [{ batch_number: -1, ...noPredecessor }],
    counted_at_is_near_the_opening: [
      { due_at: at(24, 1) },
      { opened_at: at(24, -300_001) },
      { batch_interval: '10 minutes', opened_at: at(24, -60_001), cut_off_at: at(24, 1) },
    ],
    counts_are_frozen_at_the_close: [
      { closed_at: at(25) },
      counts(0),
      { closed_at: at(25), ...counts(0), returned_count: null },
      { sent_count: 0 },
    ],
    cut_off_is_inside_the_interval: [{ cut_off_at: at(48) }, { cut_off_at: at(72) }],
    interval_is_given_in_hours: [
      '1 day',
      '1 month',
      '1 year',
      '1 day -24 hours',
      '-24 hours',
      '0',
      '999 milliseconds',
    ].map(batch_interval => ({ batch_interval, source: 'old_method' })),
    limit_is_at_least_one: [0, -1].map(send_limit => ({ send_limit, slot_count: 0, next_slot: 1 })),
    next_slot_is_a_slot_or_one_past: [{ next_slot: 0 }, { next_slot: 7 }],
    only_the_first_has_no_predecessor: [noPredecessor],
    predecessor_is_named_whole_or_not_at_all: [
      { previous_interval: null },
      { previous_spaced_from: null },
      { ...noPredecessor, batch_number: 1, previous_interval: '24 hours' },
    ],
    predecessor_is_the_batch_before: [{ batch_number: 3 }, { batch_number: 1 }],
    predecessor_is_as_the_chain_says: [
      { previous_spaced_from: at(-1) },
      { previous_interval: '1 hour', ...cameAt(1) },
      { campaign_id: ids.unknown },
      { batch_number: 3, previous_batch_number: 2 },
      changeFirst(`spaced_from = spaced_from + interval '1 hour'`),
      changeFirst(`batch_interval = interval '48 hours'`),
      `delete from daybatch.batches where campaign_id = '${ids.campaign}' and batch_number = 1`,
    ],
    refusal_is_told_whole_or_not_at_all: [
      { refused_since: at(25) },
      { refused_since: at(25), refused_until: at(26) },
      { refusal: 'no' },
    ],
    sent_never_exceeds_the_limit: [{ closed_at: at(25), ...counts(0), sent_count: 6 }],
    slots_stay_within_the_limit: [{ slot_count: 6 }],
    spacing_never_starts_before_counting: [{ spaced_from: at(24, -1) }],
  },
}
