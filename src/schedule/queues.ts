import type { Queue } from 'pg-boss'

/** One job per batch, put there by SQL in the transaction that makes the batch due. */
export const batchQueue = 'daybatch.batch'

/** The repeatable pass that finds due batches, expired claims and missing jobs. */
export const sweepQueue = 'daybatch.sweep'

/** A notice to operators, by mail or by webhook; each is retried alone. */
export const noticeQueue = 'daybatch.notice'

/** A message to a webhook, put there by SQL in the transaction of what it tells; or the collection of delivery outcomes. */
export const webhookQueue = 'daybatch.webhook'

/** When the sweep runs, as pg-boss reads it (UTC). */
export const sweepSchedule = '*/5 * * * *'

/** Data of a job in `daybatch.batch`; SQL derives the job's id from these three. */
export interface BatchJob {
  campaign_id: string
  batch_number: number
  /** RFC 3339, UTC */
  due_at: string
}

/** Data of a job in `daybatch.notice`. */
export interface NoticeJob {
  notice_id: number
  target: 'mail' | 'webhook'
}

/** Data of a job in `daybatch.webhook`; without a message delivery outcomes are collected. */
export interface WebhookJob {
  message_id: string | null
}

const YEAR = 365 * 24 * 60 * 60

/**
 * Every queue of ours, as the deploy step creates it. A job only triggers: `process_campaigns` decides, so a job
 * that runs twice or late does no harm, and one that is lost is mended by the sweep.
 */
export const queues: Queue[] = [
  {
    name: batchQueue,
    policy: 'standard',
    notify: true,
    // about three hours of a database that answers with errors; the sweep goes on after that
    retryLimit: 200,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    // freezing the largest audience takes under a minute; a job that was killed with its worker is
    // seen by its missing heartbeat, not by this
    expireInSeconds: 600,
    heartbeatSeconds: 30,
    // a waiting job that no worker fetched is deleted after this without a word (the default is 14 days)
    retentionSeconds: YEAR,
  },
  {
    name: sweepQueue,
    // one waiting sweep is enough, however long nobody worked
    policy: 'short',
    notify: true,
    retryLimit: 2,
    retryDelay: 5,
    expireInSeconds: 600,
    heartbeatSeconds: 30,
  },
  {
    name: noticeQueue,
    policy: 'standard',
    // about a day, with half an hour between the last tries
    retryLimit: 60,
    retryDelay: 10,
    retryBackoff: true,
    retryDelayMax: 1800,
    expireInSeconds: 300,
    heartbeatSeconds: 30,
    retentionSeconds: YEAR,
  },
  {
    name: webhookQueue,
    policy: 'standard',
    notify: true,
    // what receivers answer is SQL's affair, with a job for each try; this is for a worker that dies or cannot read the secret
    retryLimit: 60,
    retryDelay: 10,
    retryBackoff: true,
    retryDelayMax: 1800,
    expireInSeconds: 120,
    heartbeatSeconds: 30,
    retentionSeconds: YEAR,
  },
]
