// Each named constraint, unique index and foreign key refuses the row that its name calls impossible.
import type pg from 'pg'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import type { Row } from '../helper/make.ts'
import { catchRefusal } from '../helper/refusal.ts'
import { apiKeys, idempotentRequests } from './impossible/api.ts'
import * as application from './impossible/application.ts'
import { batches } from './impossible/batches.ts'
import type { TableCase } from './impossible/case.ts'
import { claims, deliveries, deliveryAttempts, resendCopies } from './impossible/deliveries.ts'
import { importProgress, importRows, imports } from './impossible/imports.ts'
import * as engine from './impossible/settings.ts'
import { webhookMessages, webhooks, webhookTries } from './impossible/webhooks.ts'

/** In the order in which their rows may be inserted. */
const TABLES: Record<string, TableCase> = {
  'public.contacts': application.contacts,
  'public.contact_lists': application.contactLists,
  'public.contact_list_members': application.contactListMembers,
  'public.campaigns': application.campaigns,
  'daybatch.settings': engine.settings,
  'daybatch.secrets': engine.secrets,
  'daybatch.adapters': engine.adapters,
  'daybatch.applied_views': engine.appliedViews,
  'daybatch.migrations': engine.migrations,
  'daybatch.reply_rules': engine.replyRules,
  'daybatch.refusal_counts': engine.refusalCounts,
  'daybatch.refused_addresses': engine.refusedAddresses,
  'daybatch.smtp_servers': engine.smtpServers,
  'daybatch.sender_limits': engine.senderLimits,
  'daybatch.domain_limits': engine.domainLimits,
  'daybatch.counted_mails': engine.countedMails,
  'daybatch.limit_changes': engine.limitChanges,
  'daybatch.api_keys': apiKeys,
  'daybatch.idempotent_requests': idempotentRequests,
  'daybatch.notices': engine.notices,
  'daybatch.finish_dates': engine.finishDates,
  'daybatch.finish_marks': engine.finishMarks,
  'daybatch.suppressions': engine.suppressions,
  'daybatch.bounces': engine.bounces,
  'daybatch.bounce_limits': engine.bounceLimits,
  'daybatch.imports': imports,
  'daybatch.import_rows': importRows,
  'daybatch.import_progress': importProgress,
  'daybatch.events': engine.events,
  'daybatch.sweeps': engine.sweeps,
  'daybatch.webhooks': webhooks,
  'daybatch.webhook_messages': webhookMessages,
  'daybatch.webhook_tries': webhookTries,
  'daybatch.workers': engine.workers,
  'daybatch.contact_counts': engine.contactCounts,
  'daybatch.batch_counts': engine.batchCounts,
  'daybatch.untracked_outcomes': engine.untrackedOutcomes,
  'daybatch.removed_contacts': engine.removedContacts,
  'daybatch.campaign_messages': engine.campaignMessages,
  'daybatch.attachments': engine.attachments,
  'daybatch.batches': batches,
  'daybatch.batch_failures': engine.batchFailures,
  'daybatch.deliveries': deliveries,
  'daybatch.delivery_attempts': deliveryAttempts,
  'daybatch.claims': claims,
  'daybatch.resend_copies': resendCopies,
}

/** Wider than the primary key, for a foreign key alone: whatever they refuse, the primary key has refused. */
const TARGETS = {
  a_delivery_copies_its_batch_limit: 'limit_is_the_limit_of_the_batch',
  the_next_batch_copies_spacing: 'predecessor_is_as_the_chain_says',
}

const { pool } = await createTestDatabase(t)

const insert = (db: pg.Pool | pg.ClientBase, table: string, row: Row) => {
  const columns = Object.keys(row)
    .map(column => `"${column}"`)
    .join(', ')
  return db.query(
    `insert into ${table} (${columns}) overriding system value
     select ${columns} from json_populate_record(null::${table}, $1)`,
    [JSON.stringify(row)],
  )
}

/** Runs `work` in a transaction that leaves nothing. */
async function tryOut(work: (client: pg.ClientBase) => Promise<unknown>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await work(client)
    // what is deferred to the end is looked at, too
    await client.query('set constraints all immediate')
  } finally {
    await client.query('rollback')
    client.release()
  }
}

for (const [table, { rows }] of Object.entries(TABLES)) for (const row of rows) await insert(pool, table, row)

for (const [table, { other, takes = [], refuses }] of Object.entries(TABLES)) {
  t.test(table, async t => {
    if (other)
      await t.resolves(
        tryOut(client => insert(client, table, other)),
        'another row is taken',
      )
    for (const change of takes) {
      const name = `taken: ${JSON.stringify(change)}`
      await t.resolves(
        tryOut(client => insert(client, table, { ...other, ...change })),
        name,
      )
    }
    for (const [constraint, attempts] of Object.entries(refuses)) {
      t.ok(attempts.length > 0, constraint)
      for (const attempt of attempts) {
        const refusal = await catchRefusal(t, () =>
          tryOut(async client => {
            if (typeof attempt === 'object') return insert(client, table, { ...other, ...attempt })
            if (other) await insert(client, table, other)
            return client.query(attempt)
          }),
        )
        t.equal(
          refusal.constraint,
          constraint,
          `${constraint}: ${JSON.stringify(attempt)}: ${refusal.message}`,
        )
      }
    }
  })
}

t.test(
  'every constraint and unique index of the catalog has its case, and every case its constraint',
  async t => {
    const { rows } = await pool.query(`
    select n.nspname || '.' || k.relname || ' ' || s.name as name
    from (
      select c.conrelid as table_id, c.conname as name from pg_constraint as c where c.contype <> 'n'
      union
      select i.indrelid, c.relname from pg_index as i join pg_class as c on c.oid = i.indexrelid where i.indisunique
    ) as s
    join pg_class as k on k.oid = s.table_id and k.relkind in ('r', 'p')
    join pg_namespace as n on n.oid = k.relnamespace
    where n.nspname in ('daybatch', 'public')`)
    const cases = Object.entries(TABLES).flatMap(([table, { refuses }]) =>
      Object.keys(refuses).map(constraint => `${table} ${constraint}`),
    )
    const targets = Object.keys(TARGETS).map(constraint => `daybatch.batches ${constraint}`)
    t.same(rows.map(({ name }) => name).sort(), [...cases, ...targets].sort())
  },
)

t.test('the wider unique constraints are what the foreign keys lean on', async t => {
  const { rows } = await pool.query(
    `select i.relname as target, c.conname as leaning from pg_constraint as c join pg_class as i on i.oid = c.conindid
     where c.contype = 'f' and c.connamespace = 'daybatch'::regnamespace and i.relname !~ '_pkey$' order by 1`,
  )
  t.same(
    rows.map(({ target, leaning }) => [target, leaning]),
    Object.entries(TARGETS),
  )
})

t.test('no foreign key leads from the engine to the application’s tables', async t => {
  const { rows } = await pool.query(
    `select conname from pg_constraint where contype = 'f' and connamespace = 'daybatch'::regnamespace
       and confrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)`,
  )
  t.same(rows, [], 'it would block the application’s deletes')
})

t.test('a deleted list or contact takes its memberships along', async t => {
  for (const table of ['contacts', 'contact_lists']) {
    await tryOut(async client => {
      await client.query(`delete from public.${table}`)
      t.same((await client.query('select from public.contact_list_members')).rows, [], table)
    })
  }
})
