// How often a service asks pg-boss for the jobs of each queue, and how many at once.

/** Where a queue notifies, pg-boss would poll every 30 seconds only. */
const pollEvery = (seconds: number) => ({
  pollingIntervalSeconds: seconds,
  notifyPollingIntervalSeconds: seconds,
})

export const batchWork = {
  // deferred jobs are not notified, only polled for: a batch starts within this of its due time
  ...pollEvery(0.5),
  // done one after the other; without burst a worker fetches once per interval, however many jobs wait
  batchSize: 10,
  burstWhenBatchFull: true,
  perJobResults: true,
} as const

/** Notices are few, and none waits for another. */
export const noticeWork = { ...pollEvery(5), batchSize: 5, perJobResults: true } as const

/**
 * A receiver that hangs keeps two of them from the others, no more. Each of the four polls by itself; a message is notified
 * when it is due at once, and polling finds what is tried again.
 */
export const webhookWork = {
  ...pollEvery(5),
  pollingIntervalSeconds: 1,
  batchSize: 2,
  burstWhenBatchFull: true,
  localConcurrency: 4,
  localGroupConcurrency: 2,
  perJobResults: true,
} as const

/** A sweep may wait a little. */
export const sweepWork = pollEvery(5)
