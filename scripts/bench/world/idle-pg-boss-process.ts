// The yardstick of an idle service: pg-boss alone, with the same queues and the same polling, doing nothing with its
// jobs. Argument: the database's URL.
import { PgBoss } from 'pg-boss'
import { batchQueue, sweepQueue } from '../../../src/schedule/queues.ts'

const polling = (seconds: number) => ({
  pollingIntervalSeconds: seconds,
  notifyPollingIntervalSeconds: seconds,
})

const boss = new PgBoss({
  connectionString: process.argv[2]!,
  max: 4,
  migrate: false,
  createSchema: false,
  useListenNotify: true,
})
boss.on('error', () => {})
await boss.start()
await boss.work(batchQueue, { ...polling(0.5), batchSize: 10, burstWhenBatchFull: true }, async () => {})
await boss.work(sweepQueue, polling(5), async () => {})
process.send!('ready')
// without its parent nobody wants it any more
process.on('disconnect', () => process.exit(0))
