import type { Readable } from 'node:stream'
import { to } from 'pg-copy-streams'
import { LedgerStatements } from './ledger.ts'
import type {
  BounceReport,
  BounceSource,
  ImportedSuppressions,
  RecordedBounceRow,
  SuppressionRow,
} from './rows.ts'

/** An export by stream may take its time: pg's limit for one query does not fit it (ms). */
const COPY_TIMEOUT_MS = 60 * 60 * 1000

/** What came back after a mail was accepted, and suppressions by the thousand. */
export abstract class BounceStatements extends LedgerStatements {
  /** All reports or none; the same bounce counts once. `signedAt`: when a provider signed its webhook; MB035: a replay. */
  recordBounces(args: {
    source: BounceSource
    reports: BounceReport[]
    signedAt?: Date | undefined
  }): Promise<RecordedBounceRow[]> {
    return this.rows(
      `select * from daybatch.record_bounces(
         p_source => $1::text, p_reports => $2::jsonb, p_signed_at => $3::timestamptz)`,
      [args.source, JSON.stringify(args.reports), args.signedAt ?? null],
    )
  }

  /** In the order of their ids; with `email` those of that address. */
  listSuppressions(args: {
    afterId?: string | undefined
    limit?: number
    email?: string | undefined
  }): Promise<SuppressionRow[]> {
    return this.values(
      `select value from daybatch.list_suppressions(
         p_after_id => $1::bigint, p_limit => $2::integer, p_email => $3::text) as value`,
      [args.afterId ?? 0, args.limit ?? 50, args.email ?? null],
    )
  }

  /** At most 10,000 rows: email or address_key, and reason, list_id, created_at. Bad ones come back with their place. */
  importSuppressions(args: { rows: object[]; source: string }): Promise<ImportedSuppressions> {
    return this.value(
      `select daybatch.import_suppressions(p_rows => $1::jsonb, p_source => $2::text) as value`,
      [JSON.stringify(args.rows), args.source],
    )
  }

  /** Whether there was one. MB036: its owner asked for it, and `confirmed` was not said. */
  liftSuppression(args: {
    email: string
    listId?: string | undefined
    confirmed?: boolean | undefined
  }): Promise<boolean> {
    return this.value(
      `select daybatch.lift_suppression(
         p_email => $1::text, p_list_id => $2::uuid, p_confirmed => $3::boolean) as value`,
      [args.email, args.listId ?? null, args.confirmed ?? false],
    )
  }

  /** Every suppression as CSV with a header, as a stream that `work` reads to its end. */
  exportSuppressions<Result>(work: (csv: Readable) => Promise<Result>): Promise<Result> {
    return this.withClient(async client => {
      const copy = to(
        `copy (select * from daybatch.export_suppressions()) to stdout with (format csv, header)`,
      )
      const csv = client.query(Object.assign(copy, { query_timeout: COPY_TIMEOUT_MS }))
      try {
        return await work(csv)
      } finally {
        // pg ends its time limit when a query calls back; a copy never does
        ;(csv as { callback?: () => void }).callback?.()
      }
    })
  }
}
