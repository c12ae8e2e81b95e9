import t from 'tap'
import { createPool } from '../../src/db/pool.ts'
import { createTestDatabase } from '../helper/database.ts'

t.test('a session has its own settings, whatever the database gives to others', async t => {
  const { name, pool, serviceUrl } = await createTestDatabase(t)
  for (const [setting, value] of Object.entries({
    timezone: 'Asia/Kathmandu',
    intervalstyle: 'sql_standard',
    jit: 'on',
    statement_timeout: '0',
  }))
    await pool.query(`alter database ${name} set ${setting} = '${value}'`)
  const own = createPool(serviceUrl, { applicationName: 'test of the pool', statementTimeoutMs: 1500 })
  t.teardown(() => own.end())
  const { rows } = await own.query(`
    select current_setting('timezone') as timezone, current_setting('intervalstyle') as intervalstyle,
      current_setting('jit') as jit, current_setting('statement_timeout') as statement_timeout,
      current_setting('application_name') as application_name, interval '26 hours' as hours`)
  t.same(rows, [
    {
      timezone: 'UTC',
      intervalstyle: 'iso_8601',
      jit: 'off',
      statement_timeout: '1500ms',
      application_name: 'test of the pool',
      hours: 'PT26H',
    },
  ])
})
