import type pg from 'pg'
import { Daybatch } from '../../../src/db/daybatch.ts'
import type { OutcomeReport } from '../../../src/db/rows.ts'

export const steps = ['open', 'claim', 'begin', 'report', 'close'] as const
export type Step = (typeof steps)[number]

/** Of one batch. */
export interface BatchWork {
  mails: number
  /** By the clock of the client, in ms. */
  ms: Record<Step, number>
}

/** Does everything that a batch costs the database, in the service's own statements, and sends nothing. */
export async function runBatch(
  client: pg.PoolClient,
  campaignId: string,
  { calls }: { calls: number },
): Promise<BatchWork> {
  const db = new Daybatch(client)
  const ms: BatchWork['ms'] = { open: 0, claim: 0, begin: 0, report: 0, close: 0 }
  const time = async <Result>(step: Step, work: Promise<Result>): Promise<Result> => {
    const start = performance.now()
    const result = await work
    ms[step] += performance.now() - start
    return result
  }
  await time('open', client.query(`select * from daybatch.open_batch($1, 'job')`, [campaignId]))
  let mails = 0
  for (;;) {
    const rows = await time('claim', db.claimDeliveries({ campaignId, workerId: 'bench', limit: calls }))
    if (rows.length === 0) break
    const claimTokens = rows.map(row => row.claim_token)
    const deliveryIds = rows.map(row => row.delivery_id)
    const begun = await time('begin', db.beginSending({ campaignId, claimTokens, deliveryIds }))
    if (!begun.every(row => row.may_send)) throw new Error('a mail of the benchmark could not be begun')
    const reports = rows.map(row => acceptance(row.delivery_id, row.claim_token))
    const answers = await time('report', db.reportOutcomes({ campaignId, reports }))
    if (!answers.every(row => row.status === 'sent')) throw new Error('a report was not taken')
    mails += rows.length
    if (answers[0]!.batch_finished) break
  }
  const closed = await time('close', db.closeBatch({ campaignId }))
  if (!closed.closed || closed.sent_count !== mails) throw new Error('the batch did not close as it should')
  return { mails, ms }
}

const acceptance = (delivery_id: string, claim_token: string): OutcomeReport => ({
  delivery_id,
  claim_token,
  stage: 'message',
  reply_code: 250,
  enhanced_code: '2.0.0',
  reply_text: `2.0.0 Ok: queued as ${delivery_id}`,
})

/** Moves the engine's clock on, so that the next batch is due: no benchmark waits a day. */
export async function moveClock(client: pg.PoolClient, hours: number): Promise<void> {
  await client.query(
    `create or replace function daybatch.current_moment() returns timestamptz language sql volatile set search_path = ''
     as $$ select pg_catalog.clock_timestamp() + interval '${hours} hours' $$`,
  )
}
