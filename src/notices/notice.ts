import type { NoticeRow } from '../db/rows.ts'

/** A notice in words: a subject of one line, and a text. */
export function describeNotice(notice: NoticeRow): { subject: string; text: string } {
  const name = clean(notice.name ?? notice.campaign_id)
  const headline = HEADLINES[notice.cause](notice)
  const figures =
    notice.total_contacts === null
      ? []
      : [
          `${notice.processed_count} of ${notice.total_contacts} sent, ${notice.failed_count} failed, ${notice.remaining_count} remaining`,
        ]
  const next =
    notice.next_batch_send_time === null ? [] : [`next batch: ${notice.next_batch_send_time.toISOString()}`]
  const reason = notice.detail.reason ? [clean(notice.detail.reason)] : []
  return {
    subject: `daybatch: "${name}" ${headline}`,
    text: [
      `"${name}" ${headline}`,
      '',
      ...reason,
      ...figures,
      ...next,
      '',
      `campaign ${notice.campaign_id}`,
      `at ${notice.happened_at.toISOString()}`,
    ].join('\n'),
  }
}

const HEADLINES: Record<NoticeRow['cause'], (notice: NoticeRow) => string> = {
  paused: () => 'is paused',
  completed: () => 'is complete',
  bounce_rate: () => 'is paused: too many came back',
  finish_moved: ({ detail }) =>
    `ends later or sooner: ${detail.to ?? 'unknown'} instead of ${detail.from ?? 'unknown'}`,
  smtp_server_changed: ({ detail }) =>
    `goes through the SMTP server ${clean(detail.to ?? '')}: ${clean(detail.from ?? '')} takes no mails`,
}

/** What a server said stands in it: one line, without control characters. */
const clean = (text: string) => text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').slice(0, 500)
