// What the routes of imports answer, for the OpenAPI document.
import { Type } from '@fastify/type-provider-typebox'
import { attributes, count, id, maybe, orNull, text, time } from './describe.ts'

const importCounts = {
  rows: Type.Optional(count),
  imported: Type.Optional(count),
  existing: Type.Optional(count),
  added_to_list: Type.Optional(count),
  suppressed_count: Type.Optional(count),
  rejected_count: Type.Optional(count),
}

export const RejectionAnswer = Type.Object({
  line_number: count,
  email: Type.Optional(maybe.text),
  reason: text,
})

/** What an import did, with the first rows that were rejected. */
export const ImportedAnswer = Type.Object({
  import_id: id,
  list_id: id,
  ...importCounts,
  rejected: Type.Array(RejectionAnswer),
  /** Where all of them are. */
  rejections: text,
})

/** How far an import is; the counts come when it is finished. */
export const ImportAnswer = Type.Object({
  id,
  list_id: id,
  file_name: maybe.text,
  format: maybe.text,
  mapping: orNull(attributes),
  mode: Type.Enum(['atomic', 'resumable']),
  state: Type.Enum(['reading', 'merging', 'finished', 'failed', 'interrupted']),
  created_at: time,
  finished_at: maybe.time,
  failure: maybe.text,
  rows_read: count,
  rows_merged: count,
  bytes_read: count,
  bytes_expected: maybe.count,
  staged_line: count,
  is_read: Type.Boolean(),
  rows_per_second: maybe.count,
  seconds_left: maybe.count,
  ...importCounts,
})

/** What each column of a file becomes (null: it is left out), and its first rows. */
export const ImportPreviewAnswer = Type.Object({
  format: text,
  delimiter: Type.Optional(maybe.text),
  columns: Type.Array(Type.Object({ name: text, becomes: maybe.text })),
  rows: Type.Array(
    Type.Object({
      line: count,
      email: maybe.text,
      first_name: maybe.text,
      last_name: maybe.text,
      attributes: orNull(attributes),
      status: maybe.text,
      rejection: maybe.text,
    }),
  ),
})
