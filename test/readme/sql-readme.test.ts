// Every SQL block of the DBA's guide runs against a live database with 'Spring offer' under way, each in a transaction of
// its own; and the guide names every view, every refusal and no object that is not there.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { readAudit } from '../helper/make.ts'
import { makeSpringOffer } from '../helper/spring-offer.ts'
import { readBlocks } from './blocks.ts'

const guide = await readFile(new URL('../../sql/README.md', import.meta.url), 'utf8')

t.test('the recipes run', async t => {
  const { pool } = await createTestDatabase(t)
  await makeSpringOffer(pool)
  const client = await pool.connect()
  const blocks = readBlocks(guide).filter(({ language }) => language === 'sql')
  t.ok(blocks.length >= 20)
  try {
    for (const { text, line } of blocks) {
      await client.query('begin')
      // what a Supabase project has already
      if (text.includes('service_role')) await client.query('create role service_role nologin')
      const error = await client.query(text).then(
        () => undefined,
        error => error.message,
      )
      t.equal(error, undefined, `line ${line}: ${text.split('\n')[0]}`)
      await client.query('rollback')
    }
    // what they say is also true afterwards
    for (const { text } of blocks.filter(({ text }) =>
      /pause_campaign|retry_failed|resolve_all/.test(text),
    )) {
      await client.query(text)
      t.same(await readAudit(pool), [])
    }
  } finally {
    client.release()
  }
})

t.test('the guide names what is there, and nothing else', async t => {
  const { pool } = await createTestDatabase(t)
  const { rows } = await pool.query(`
    select relname as name, relkind = 'v' as is_view from pg_class where relnamespace = 'daybatch'::regnamespace and relkind in ('r', 'v')
    union select proname, false from pg_proc where pronamespace = 'daybatch'::regnamespace`)
  const there = new Set(rows.map(({ name }) => name))
  const named = [...guide.matchAll(/daybatch\.([a-z_]+)/g)].map(([, name]) => name!)
  // settings of a session, not objects
  const settings = ['reason']
  t.same(
    [...new Set(named)].filter(name => !there.has(name) && !settings.includes(name)),
    [],
  )
  const missing = rows.filter(({ name, is_view }) => is_view && !guide.includes(`\`${name}\``))
  t.same(missing, [], 'every view answers a question')
  const raised = await pool.query(
    `select distinct m[1] as code from pg_proc, regexp_matches(prosrc, 'MB0[0-9]{2}', 'g') as m where pronamespace = 'daybatch'::regnamespace`,
  )
  for (const { code } of raised.rows) t.match(guide, `| ${code} |`, `${code} is explained`)
})
