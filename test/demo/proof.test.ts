import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { findProof } from '../../scripts/demo/proof.ts'
import { advance, setClock } from '../helper/clock.ts'
import { createTestDatabase } from '../helper/database.ts'
import { byHand, makeCampaign, runBatch } from '../helper/make.ts'

const EXPECTED = { contacts: 3, limit: 2, intervalSeconds: 4 }

/** What the mailbox wrote down: one line for each of these recipients. */
async function writeLedger(folder: string, recipients: string[]): Promise<void> {
  const lines = recipients.map(to => `${JSON.stringify({ to: [to] })}\n`)
  await writeFile(join(folder, 'ledger.jsonl'), lines.join(''))
}

t.test('the proof fails for each thing that is not as promised, and for nothing else', async t => {
  const { pool } = await createTestDatabase(t)
  const mailbox = await mkdtemp(join(tmpdir(), 'daybatch-proof-'))
  t.teardown(() => rm(mailbox, { recursive: true, force: true }))
  const recipients = ['a@example.org', 'b@example.org', 'c@example.org']
  await setClock(pool, '2026-03-01T09:00:00Z')
  const { id: campaignId } = await makeCampaign(pool, {
    contacts: recipients,
    limit: 2,
    batch_interval: '4 seconds',
  })
  await runBatch(pool, campaignId)
  await advance(pool, '4 seconds')
  await runBatch(pool, campaignId)
  const listWrong = async (expected = EXPECTED) => {
    const findings = await findProof({ db: pool, campaignId, mailbox }, expected)
    return findings.filter(({ holds }) => !holds).map(({ what, value }) => `${what}: ${value}`)
  }

  await writeLedger(mailbox, recipients)
  t.same(await listWrong(), [])

  await writeLedger(mailbox, recipients.slice(1))
  t.same(
    await listWrong(),
    ['mails accepted by the SMTP server: 2', 'distinct recipients: 2'],
    'one forgotten',
  )
  await writeLedger(mailbox, [...recipients, 'A@example.org'])
  t.same(await listWrong(), ['mails accepted by the SMTP server: 4'], 'one mailed twice')
  await writeLedger(mailbox, [...recipients.slice(1), 'B@example.org'])
  t.same(await listWrong(), ['distinct recipients: 2'], 'one mailed in place of another')

  await writeLedger(mailbox, recipients)
  t.same(await listWrong({ ...EXPECTED, limit: 1 }), ['largest batch: 2'], 'a batch above the limit')
  t.same(
    await listWrong({ ...EXPECTED, intervalSeconds: 5 }),
    ['smallest distance between batches: 4.0 s'],
    'early',
  )

  // by hand, and put back: a hand-over of the second batch in the first one's time, a second acceptance
  const handOvers = async (set: string) =>
    byHand(pool, `update daybatch.delivery_attempts set ${set} where batch_number = 2`)
  await handOvers(`sending_at = sending_at - interval '4 seconds'`)
  t.same(await listWrong(), ['batches within limit and interval: 1'], 'a mail in the wrong interval')
  await handOvers(`sending_at = sending_at + interval '4 seconds'`)
  t.same(await listWrong(), [])
  await byHand(
    pool,
    `insert into daybatch.delivery_attempts (campaign_id, delivery_id, batch_number, attempt_number, claim_token, ended_at, stage, reply_code, outcome)
     select campaign_id, delivery_id, batch_number, 2, claim_token, sending_at, stage, reply_code, 'sent' from daybatch.delivery_attempts where batch_number = 2`,
  )
  t.match(await listWrong(), ['contacts or addresses mailed twice: 1'], 'accepted twice')
  await byHand(pool, 'delete from daybatch.delivery_attempts where attempt_number = 2')

  const client = await pool.connect()
  await client.query(`begin; set local daybatch.engine_writes = 'on'`)
  await client.query('update campaigns set total_contacts = 4 where id = $1', [campaignId])
  await client.query('commit')
  client.release()
  t.same(await listWrong(), ['rows in daybatch.audit: 1'], 'books that do not balance')
})
