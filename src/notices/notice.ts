import type { NoticeRow } from '../db/rows.ts'

/** A notice in words: a subject of one line, and a text. */
export function describeNotice(notice: NoticeRow): { subject: string; text: string } {
  const { campaign_id, detail } = notice
  const headline =
    campaign_id === null
      ? `the webhook to ${clean(detail.host)} ${HEADLINES[notice.cause](notice)}`
      : `"${clean(notice.name ?? campaign_id)}" ${HEADLINES[notice.cause](notice)}`
  const figures =
    notice.total_contacts === null
      ? []
      : [
          `${notice.processed_count} of ${notice.total_contacts} sent, ${notice.failed_count} failed, ${notice.remaining_count} remaining`,
        ]
  const next =
    notice.next_batch_send_time === null ? [] : [`next batch: ${notice.next_batch_send_time.toISOString()}`]
  const reason = detail.reason ? [clean(detail.reason)] : []
  return {
    subject: `daybatch: ${headline}`,
    text: [
      headline,
      '',
      ...reason,
      ...figures,
      ...next,
      ...(campaign_id === null ? describeWebhook(detail) : []),
      '',
      campaign_id === null ? `webhook ${detail.webhook_id}` : `campaign ${campaign_id}`,
      `at ${notice.happened_at.toISOString()}`,
    ].join('\n'),
  }
}

const describeWebhook = ({ webhook_id, dead_count, waiting_count }: NoticeRow['detail']) => [
  `messages given up: ${dead_count}, waiting: ${waiting_count}`,
  `next: mend the receiver, then select daybatch.switch_webhook('${webhook_id}', true); and tell it again by replay`,
]

const HEADLINES: Record<NoticeRow['cause'], (notice: NoticeRow) => string> = {
  paused: () => 'is paused',
  completed: () => 'is complete',
  bounce_rate: ({ detail }) =>
    String(detail.reason).startsWith('complaint')
      ? 'is paused: too many called it spam'
      : 'is paused: too many came back',
  finish_moved: ({ detail }) =>
    `ends later or sooner: ${detail.to ?? 'unknown'} instead of ${detail.from ?? 'unknown'}`,
  smtp_server_changed: ({ detail }) =>
    `goes through the SMTP server ${clean(detail.to)}: ${clean(detail.from)} takes no mails`,
  webhook_switched_off: () => 'is switched off',
}

/** What a server said stands in it: one line, without control characters. */
const clean = (text: string | number | null | undefined) =>
  String(text ?? '')
    .replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
    .slice(0, 500)
