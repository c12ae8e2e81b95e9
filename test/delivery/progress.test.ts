import t from 'tap'
import { listProgress } from '../../src/delivery/progress.ts'
import { createTestDatabase } from '../helper/database.ts'
import { makeCampaign, openBatch, processCampaign, send } from '../helper/make.ts'

t.test('a completion is told by whoever completed the campaign, with the batch that this closed', async t => {
  const { pool } = await createTestDatabase(t)
  const process = async (id: string) => listProgress((await processCampaign(pool, id)) as never)
  const { id } = await makeCampaign(pool, { contacts: 1 })
  t.same(await process(id), ['opened'])
  t.same(await process(id), [], 'a batch under way')
  await send(pool, id)
  t.same(await process(id), ['closed', 'completed'])
  t.same(await process(id), [], 'completed before')

  const { id: twoBatches } = await makeCampaign(pool, { contacts: 2, limit: 1 })
  await openBatch(pool, twoBatches)
  await send(pool, twoBatches)
  t.same(await process(twoBatches), ['closed'])
})
