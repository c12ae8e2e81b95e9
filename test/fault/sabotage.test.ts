// A part that cannot fail proves nothing: real runs with one guard removed must be found out.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { judgePart, type Part, type PartResult } from '../../scripts/faults/part.ts'
import { part as kill } from '../../scripts/faults/parts/kill.ts'
import { part as smtp } from '../../scripts/faults/parts/smtp.ts'
import { Teardown } from '../../scripts/faults/teardown.ts'
import { createRandom, readSeed } from '../helper/random.ts'

/** Real processes, on a machine that may be busy. */
const LIMIT_MS = 240_000
t.setTimeout(2 * LIMIT_MS)

async function runPart(t: Test, part: Part, runs: number, sabotage: string): Promise<PartResult> {
  const seed = readSeed()
  t.comment(`${part.name}: seed ${seed}`)
  const folder = await mkdtemp(join(tmpdir(), `daybatch-sabotage-${part.name}-`))
  const undo = new Teardown()
  const teardown = (work: () => unknown) => undo.add(work)
  const random = createRandom(seed)
  try {
    return await part.run({ runs, seed, random, short: true, folder, log: () => {}, sabotage, teardown })
  } finally {
    t.same(await undo.run(), [], 'everything is ended')
    await rm(folder, { recursive: true, force: true })
  }
}

t.test('kill finds mails that go out without the intent committed', { timeout: LIMIT_MS }, async t => {
  const result = await runPart(
    t,
    kill,
    3,
    `create or replace function daybatch.begin_sending(p_campaign_id uuid, p_claim_tokens uuid[], p_delivery_ids bigint[])
     returns table (delivery_id bigint, may_send boolean, refusal text)
     language sql security definer set search_path = ''
     as $$ select w.delivery_id, true, null::text from unnest(p_delivery_ids) as w (delivery_id) $$`,
  )
  t.equal(judgePart(result), 'fail')
  t.match(result.failures.join('\n'), /intent: .*accepted before its sending was committed/)
})

t.test('smtp finds a lost reply after the 354 that is taken for safe', { timeout: LIMIT_MS }, async t => {
  const result = await runPart(
    t,
    smtp,
    120,
    `alter function daybatch.classify_reply(text, integer, text, text) rename to classify_rightly;
     create function daybatch.classify_reply(p_stage text, p_reply_code integer, p_enhanced_code text, p_reply_text text)
     returns table (rule text, outcome text, scope text)
     language sql stable security definer set search_path = ''
     as $$
       select k.rule, case k.outcome when 'in_doubt' then 'deferred' else k.outcome end, k.scope
       from daybatch.classify_rightly(p_stage, p_reply_code, p_enhanced_code, p_reply_text) as k
     $$`,
  )
  t.equal(judgePart(result), 'fail')
  t.ok(result.duplicates > 0, 'mails were accepted twice')
  t.match(result.failures.join('\n'), /duplicate: /)
})
