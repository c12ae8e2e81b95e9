// list_deliveries: what a page of it reads. What it answers is tested where it is asked for (test/routes).
import { claim, makeCampaign, openBatch, report } from '../helper/make.ts'
import { scenario } from '../helper/scenario.ts'
import { openSession } from '../helper/session.ts'

const READ = `
select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::integer as rows
from pg_stat_xact_user_tables where schemaname = 'daybatch' and relname = $1`

scenario(
  'a page of a batch just opened reads a page, whatever the statistics say',
  async (t, db, { url }) => {
    await db.query(
      'alter table daybatch.deliveries set (autovacuum_enabled = off); alter table daybatch.delivery_attempts set (autovacuum_enabled = off)',
    )
    const first = await makeCampaign(db, { contacts: 5 })
    await openBatch(db, first.id)
    await db.query('vacuum (analyze) daybatch.deliveries')
    await db.query('vacuum (analyze) daybatch.delivery_attempts')
    const { id } = await makeCampaign(db, { contacts: 1_500, limit: 1_500 })
    await openBatch(db, id)
    await report(db, id, await claim(db, id, 1_000))
    for (const values of [
      [id, null],
      [id, 'sent'],
    ]) {
      // a session of its own: its counts are of this page alone
      const client = await openSession(url)
      const { rowCount } = await client.query('select * from daybatch.list_deliveries($1, $2)', values)
      t.equal(rowCount, 50)
      for (const table of ['deliveries', 'delivery_attempts']) {
        const { rows } = await client.query(READ, [table])
        t.ok(rows[0].rows <= 400, `${values[1]}: ${rows[0].rows} rows of ${table}`)
      }
      await client.end()
    }
  },
)
