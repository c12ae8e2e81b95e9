import type { Daybatch } from '../db/daybatch.ts'
import type { ImportSummary } from '../db/rows.ts'
import { isDatabaseAway, isRefusal, ProblemError } from '../errors.ts'
import { readCsv } from './csv.ts'
import type { Mapping } from './header.ts'
import { Heartbeat, type ImportProgress } from './heartbeat.ts'
import { mergeInTurn } from './merge.ts'
import { readNdjson } from './ndjson.ts'
import type { ImportRow } from './row.ts'
import { openSource, type Source } from './source.ts'
import { Stage } from './stage.ts'

export interface ImportOptions {
  db: Daybatch
  listId: string
  /** The file's bytes. */
  stream: AsyncIterable<Uint8Array>
  fileName?: string | undefined
  /** Default: CSV. */
  isNdjson?: boolean | undefined
  /** Of a new import, or of one that broke off and goes on; default: a new one. */
  importId?: string | undefined
  /** All or nothing; otherwise what was read stays, and the import goes on by its id. Default: true. */
  isAtomic?: boolean | undefined
  /** Size of the file (bytes), where it is known. */
  byteCount?: number | undefined
  mapping?: Mapping | undefined
  /** Called with the id as soon as there is one. */
  onBegin?: (importId: string) => void
  /** Called when the file is read to its end and committed: what follows needs nobody who sends. */
  onStaged?: () => void
  /** Called about once a second. */
  onProgress?: (progress: ImportProgress) => void
}

/**
 * Imports a file of contacts into a list by stream, in constant memory: reads all of it into the staging table, then merges
 * it. A rejected row is kept with its line and reason; an unusable file is refused before anything is written.
 * @throws ProblemError for a file that cannot be used, MB005 for an unknown list, MB060 when an import cannot go on
 */
export async function importContacts(options: ImportOptions): Promise<ImportSummary> {
  const { db, listId, fileName, isAtomic, byteCount } = options
  const source = await openSource(options.stream)
  const mapping = options.mapping ?? (await readMapping(db, options.importId))
  const { blocks, format } = readRows(source, { ...options, mapping })
  // the names of the columns are in it
  const first = await blocks.next()
  const importId = await db.beginImport({
    listId,
    fileName,
    importId: options.importId,
    isAtomic,
    byteCount,
    fileHead: source.head,
    format: format(),
    mapping,
  })
  options.onBegin?.(importId)
  const { is_read: isRead, staged_line: afterLine } = await db.getImport({ importId })
  const heartbeat = new Heartbeat({ db, importId, onProgress: options.onProgress })
  try {
    if (!isRead)
      await new Stage({ db, importId, source, afterLine, progress: heartbeat.progress }).fill(first, blocks)
    options.onStaged?.()
    return await mergeInTurn({ db, importId, progress: heartbeat.progress })
  } catch (error) {
    // where the database cannot hear it, nobody tells it that this import lives, and that says the same
    await db.interruptImport({ importId, failure: describeBreak(error) }).catch(() => {})
    throw error
  } finally {
    await heartbeat.stop()
    await blocks.return(undefined)
  }
}

/** Of the import that goes on: its sender need not say it again. */
async function readMapping(db: Daybatch, importId: string | undefined): Promise<Mapping | undefined> {
  if (importId === undefined) return undefined
  try {
    return (await db.getImport({ importId })).mapping ?? undefined
  } catch (error) {
    // the id of a new one, chosen by its sender
    if (isRefusal(error) && error.code === 'MB016') return undefined
    throw error
  }
}

function readRows(source: Source, options: Pick<ImportOptions, 'mapping' | 'fileName' | 'isNdjson'>) {
  const { mapping, fileName, isNdjson } = options
  let format: string = isNdjson ? 'ndjson' : 'csv'
  const onHeader = (header: { format: string }) => {
    format = header.format
  }
  const blocks: AsyncGenerator<ImportRow[]> = isNdjson
    ? readNdjson(source.bytes, { mapping })
    : readCsv(source.bytes, { mapping, fileName, onHeader })
  return { blocks, format: () => format }
}

function describeBreak(error: unknown): string {
  if (error instanceof ProblemError) return error.problem.title
  if (isRefusal(error)) return error.message
  if (isDatabaseAway(error))
    return 'the connection was lost: the upload was cut off, or the database went away'
  return 'it broke off; the log of the service says why'
}
