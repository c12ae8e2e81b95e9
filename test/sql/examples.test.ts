// Every function and view has a comment with an example; each example runs, on a database with a campaign under way.
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeSpringOffer } from '../helper/spring-offer.ts'

t.test('examples', async t => {
  const { pool } = await createTestDatabase(t)
  await makeSpringOffer(pool)
  const { rows: objects } = await pool.query(`
    select p.proname as name, obj_description(p.oid, 'pg_proc') as comment from pg_proc as p where p.pronamespace = 'daybatch'::regnamespace
    union all
    select c.relname, obj_description(c.oid, 'pg_class') from pg_class as c where c.relnamespace = 'daybatch'::regnamespace and c.relkind = 'v'
    order by 1`)
  t.ok(objects.length > 100)
  const client = await pool.connect()
  try {
    for (const { name, comment } of objects) {
      const [, sentence = '', example = ''] = /^(.+?) Example: (.+;)$/s.exec(comment ?? '') ?? []
      t.match(sentence, /\w+ \w+ \w+/, `${name} is explained`)
      await client.query('begin')
      const error = await client.query(example).then(
        () => ({ code: undefined, message: '' }),
        error => error,
      )
      t.equal(error.code, undefined, `${name}: ${example} ${error.message}`)
      await client.query('rollback')
    }
  } finally {
    client.release()
  }
})
