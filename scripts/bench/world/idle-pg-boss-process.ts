// The yardstick of an idle service: pg-boss alone, with the same queues and the same polling, doing nothing with its
// jobs. Argument: the database's URL.
import { PgBoss } from 'pg-boss'
import { batchWork, noticeWork, sweepWork, webhookWork } from '../../../src/schedule/polling.ts'
import { batchQueue, noticeQueue, sweepQueue, webhookQueue } from '../../../src/schedule/queues.ts'

const boss = new PgBoss({
  connectionString: process.argv[2]!,
  max: 4,
  migrate: false,
  createSchema: false,
  useListenNotify: true,
})
boss.on('error', () => {})
await boss.start()
// each call by itself: with per-job results the types of options and handler belong together
await boss.work<object, object, typeof batchWork>(batchQueue, batchWork, async () => [])
await boss.work(sweepQueue, sweepWork, async () => {})
await boss.work<object, object, typeof noticeWork>(noticeQueue, noticeWork, async () => [])
await boss.work<object, object, typeof webhookWork>(webhookQueue, webhookWork, async () => [])
process.send!('ready')
// without its parent nobody wants it any more
process.on('disconnect', () => process.exit(0))
