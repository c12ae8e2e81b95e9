import { ProblemError } from '../errors.ts'
import { readCsv } from './csv.ts'
import type { Header, Mapping } from './header.ts'
import { readNdjson } from './ndjson.ts'
import type { ImportRow } from './row.ts'
import { HEAD, readChunks } from './source.ts'

const SHOWN = 20
const LF = 0x0a

export interface ImportPreview {
  format: string
  /** Null: NDJSON. */
  delimiter: string | null
  /** What each column, or key of NDJSON, becomes: a field, the key of an attribute, or null when it is left out. */
  columns: { name: string; becomes: string | null }[]
  rows: {
    line: number
    email: string | null
    first_name: string | null
    last_name: string | null
    attributes: Record<string, unknown> | null
    status: string | null
    rejection: string | null
  }[]
}

export interface PreviewOptions {
  fileName?: string | undefined
  isNdjson?: boolean | undefined
  mapping?: Mapping | undefined
}

/**
 * The first rows of a file as an import would read them, from its first 64 KiB; nothing is written. Whether an address can
 * be mailed, and stands twice, is for SQL to say when all is there. A file without a column of addresses is shown, too, so
 * that somebody can say which one it is; an import refuses it.
 */
export async function previewImport(
  stream: AsyncIterable<Uint8Array>,
  { fileName, isNdjson, mapping }: PreviewOptions,
): Promise<ImportPreview> {
  const bytes = await readStart(stream)
  let header: Header | undefined
  let delimiter: string | null = null
  const onHeader = (found: Header, by: string) => {
    header = found
    delimiter = by
  }
  const source = (async function* () {
    yield bytes
  })()
  const keys: ImportPreview['columns'] = []
  const onKey = (name: string, becomes: string) => keys.push({ name, becomes: becomes || null })
  const blocks = isNdjson
    ? readNdjson(source, { mapping, onKey })
    : readCsv(source, { mapping, fileName, isPreview: true, onHeader })
  const rows: ImportRow[] = []
  for await (const block of blocks) rows.push(...block.slice(0, SHOWN - rows.length))
  return {
    format: header?.format ?? 'ndjson',
    delimiter,
    columns: header?.describe() ?? keys,
    rows: rows.map(row => ({
      line: row.line,
      email: row.email,
      first_name: row.firstName,
      last_name: row.lastName,
      attributes: row.attributes,
      status: row.status,
      rejection: row.rejection,
    })),
  }
}

/** Whole lines of the first 64 KiB; the rest is not read. */
async function readStart(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  const iterator = readChunks(stream)
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    chunks.push(next.value)
    size += next.value.length
    if (size > HEAD) break
  }
  await iterator.return?.()
  const bytes = Buffer.concat(chunks)
  if (size <= HEAD) return bytes
  const end = bytes.lastIndexOf(LF, HEAD - 1) + 1
  if (end > 0) return bytes.subarray(0, end)
  throw new ProblemError(
    422,
    'no-lines',
    'The first 64 KiB of the file are one line: it is no list of contacts',
    'Send a line that names the columns, then one line per contact.',
  )
}
