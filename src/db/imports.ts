import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import type {
  ContactExportRow,
  DeliveryExportRow,
  Import,
  ImportRejectionRow,
  ImportSummary,
  MergeStep,
  PageStart,
} from './rows.ts'
import { SteeringStatements } from './steering.ts'

/** A copy may take its time: pg's limit for one query does not fit it (ms). */
const COPY_TIMEOUT_MS = 60 * 60 * 1000

/** Files of contacts, in and out. */
export abstract class ImportStatements extends SteeringStatements {
  /** An import is begun, its rows are copied in, merged, and it is finished. MB060: the one of this id cannot go on. */
  beginImport(args: {
    listId: string
    fileName?: string | undefined
    importId?: string | undefined
    isAtomic?: boolean | undefined
    byteCount?: number | undefined
    fileHead?: string | undefined
    format?: string | undefined
    mapping?: object | undefined
  }): Promise<string> {
    return this.value(
      `select daybatch.begin_import(p_list_id => $1::uuid, p_file_name => $2::text, p_import_id => $3::uuid,
         p_is_atomic => $4::boolean, p_byte_count => $5::bigint, p_file_head => $6::text, p_format => $7::text,
         p_mapping => $8::jsonb) as value`,
      [
        args.listId,
        args.fileName ?? null,
        args.importId ?? null,
        args.isAtomic ?? true,
        args.byteCount ?? null,
        args.fileHead ?? null,
        args.format ?? null,
        args.mapping ?? null,
      ],
    )
  }

  /** In the transaction that copies these rows. MB060: somebody else goes on with it, or it ended. */
  async recordStagedRows(args: { importId: string; afterLine: number; line: number }): Promise<void> {
    await this.value(
      `select daybatch.record_staged_rows(
         p_import_id => $1::uuid, p_after_line => $2::integer, p_line => $3::integer) as value`,
      [args.importId, args.afterLine, args.line],
    )
  }

  /** Takes lines of COPY's text format with the columns named here. Only in a transaction. */
  async copyImportRows(lines: Buffer[]): Promise<void> {
    if (this.db instanceof pg.Pool) throw new Error('copyImportRows needs the transaction of its import')
    const copy = from(
      `copy daybatch.import_rows (import_id, line_number, email, first_name, last_name, attributes, status, rejection) from stdin`,
    )
    const stream = this.db.query(Object.assign(copy, { query_timeout: COPY_TIMEOUT_MS }))
    try {
      for (const piece of lines) stream.write(piece)
      stream.end()
      await finished(stream)
    } finally {
      // pg ends its time limit when a query calls back; a copy never does
      ;(stream as { callback?: () => void }).callback?.()
    }
  }

  async reportImportProgress(args: {
    importId: string
    phase: 'reading' | 'merging'
    rowsRead: number
    bytesRead: number
    rowsMerged: number
  }): Promise<void> {
    await this.value(
      `select daybatch.report_import_progress(p_import_id => $1::uuid, p_phase => $2::text, p_row_count => $3::integer,
         p_byte_count => $4::bigint, p_merged_count => $5::integer) as value`,
      [args.importId, args.phase, args.rowsRead, args.bytesRead, args.rowsMerged],
    )
  }

  /** Whether it was under way. All or nothing leaves nothing behind. */
  interruptImport(args: { importId: string; failure: string }): Promise<boolean> {
    return this.value(
      `select daybatch.interrupt_import(p_import_id => $1::uuid, p_failure => $2::text) as value`,
      [args.importId, args.failure],
    )
  }

  mergeImport(args: { importId: string; limit: number }): Promise<MergeStep> {
    return this.value(
      `select daybatch.merge_import(p_import_id => $1::uuid, p_limit => $2::integer) as value`,
      [args.importId, args.limit],
    )
  }

  finishImport(args: { importId: string }): Promise<ImportSummary> {
    return this.value(`select daybatch.finish_import(p_import_id => $1::uuid) as value`, [args.importId])
  }

  getImport(args: { importId: string }): Promise<Import> {
    return this.value(`select daybatch.get_import(p_import_id => $1::uuid) as value`, [args.importId])
  }

  /** Newest first. */
  listImports(args: PageStart = {}): Promise<Import[]> {
    return this.values(
      `select value from daybatch.list_imports(
         p_after_created_at => $1::timestamptz, p_after_id => $2::uuid, p_limit => $3::integer) as value`,
      [args.afterCreatedAt ?? null, args.afterId ?? null, args.limit ?? 50],
    )
  }

  /** In the order of lines. */
  listImportRejections(args: {
    importId: string
    afterLine?: number
    limit?: number
  }): Promise<ImportRejectionRow[]> {
    return this.rows(
      `select * from daybatch.list_import_rejections(
         p_import_id => $1::uuid, p_after_line => $2::integer, p_limit => $3::integer)`,
      [args.importId, args.afterLine ?? 0, args.limit ?? 200],
    )
  }

  /** In the order of the contacts' ids, of one list or all. */
  exportContacts(args: {
    listId?: string | undefined
    afterId?: string | undefined
    limit: number
  }): Promise<ContactExportRow[]> {
    return this.rows(
      `select * from daybatch.export_contacts(
         p_list_id => $1::uuid, p_after_id => $2::uuid, p_limit => $3::integer)`,
      [args.listId ?? null, args.afterId ?? null, args.limit],
    )
  }

  /** In the order of the contacts' ids. */
  exportDeliveries(args: {
    campaignId: string
    statuses?: string[] | undefined
    afterId?: string | undefined
    limit: number
  }): Promise<DeliveryExportRow[]> {
    return this.rows(
      `select * from daybatch.export_deliveries(
         p_campaign_id => $1::uuid, p_statuses => $2::text[], p_after_id => $3::uuid, p_limit => $4::integer)`,
      [args.campaignId, args.statuses ?? null, args.afterId ?? null, args.limit],
    )
  }
}
