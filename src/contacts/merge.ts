import type { Daybatch } from '../db/daybatch.ts'
import type { ImportSummary } from '../db/rows.ts'
import type { ImportProgress } from './heartbeat.ts'

/** Rows of one step. */
const STEP = 20_000

export interface MergeOptions {
  db: Daybatch
  importId: string
  progress: ImportProgress
}

let last: Promise<unknown> = Promise.resolve()

/** Merges a staged import when those before it in this process are done: SQL lets one in at a time, and a connection that waits serves nobody. */
export function mergeInTurn(options: MergeOptions): Promise<ImportSummary> {
  const turn = last.then(() => mergeImport(options))
  last = turn.catch(() => {})
  return turn
}

/** All at once or in parts, as the import says; answers the counts, also of one that is finished. */
async function mergeImport({ db, importId, progress }: MergeOptions): Promise<ImportSummary> {
  const { mode, rows_read: rowsRead } = await db.getImport({ importId })
  progress.phase = 'merging'
  progress.rowsRead = Math.max(progress.rowsRead, rowsRead)
  await db.reportImportProgress({ importId, ...progress })
  const merge = async (merging: Daybatch) => {
    for (let isDone = false; !isDone; ) {
      const step = await merging.mergeImport({ importId, limit: STEP })
      progress.rowsMerged += step.merged
      isDone = step.is_done
    }
    return merging.finishImport({ importId })
  }
  return mode === 'atomic' ? db.transaction(merge) : merge(db)
}
