import { readFile } from 'node:fs/promises'
import t from 'tap'
import { placeReplyRules } from '../../src/db/reply-rules.ts'
import { createTestDatabase } from '../helper/database.ts'

t.test('the printed table of answers is the one that the database uses', async t => {
  const { pool } = await createTestDatabase(t)
  const readme = await readFile(new URL('../../src/delivery/README.md', import.meta.url), 'utf8')
  t.equal(readme, await placeReplyRules(pool, readme), 'else: npm run snapshot')
  const { rows } = await pool.query('select rule from daybatch.reply_rules')
  for (const { rule } of rows) t.ok(readme.includes(`| ${rule} |`), rule)
  await pool.query(`update daybatch.reply_rules set outcome = 'deferred' where rule = 'mailbox_unavailable'`)
  t.not(readme, await placeReplyRules(pool, readme), 'a changed rule is noticed')
})
