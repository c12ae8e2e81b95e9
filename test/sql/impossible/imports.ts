import type { Row } from '../../helper/make.ts'
import { at, ids, type TableCase } from './case.ts'

const finished = { finished_at: at(1), row_count: 3 }
const failed = { failed_at: at(1), failure: 'the file broke off' }
const pendingImport: Row = {
  import_id: ids.token,
  list_id: ids.list,
  started_at: at(0),
  is_atomic: true,
  staged_line: 0,
  merged_line: 0,
}

export const imports: TableCase = {
  rows: [pendingImport],
  other: { ...pendingImport, import_id: ids.otherToken },
  takes: [finished, failed],
  refuses: {
    imports_pkey: [{ import_id: ids.token }],
    counts_are_known_at_the_end: [{ finished_at: at(1) }, { row_count: 3 }],
    a_failure_has_a_time: [{ failed_at: at(1) }, { failure: 'the file broke off' }],
    an_import_ends_one_way: [{ ...finished, ...failed }],
  },
}

const staged: Row = { import_id: ids.token, line_number: 2, email: 'a@example.org' }

export const importRows: TableCase = {
  rows: [staged],
  other: { ...staged, line_number: 3 },
  takes: [{ status: null }, { status: 'unsubscribed' }, { status: 'bounced' }],
  refuses: { status_is_why_nobody_may_write: [{ status: 'subscribed' }, { status: '' }] },
}

const progress: Row = {
  import_id: ids.token,
  phase: 'reading',
  phase_since: at(0),
  row_count: 0,
  byte_count: 0,
  merged_count: 0,
  updated_at: at(0),
}

export const importProgress: TableCase = {
  rows: [progress],
  other: { ...progress, import_id: ids.otherToken },
  takes: [{ phase: 'merging' }],
  refuses: {
    import_progress_pkey: [{ import_id: ids.token }],
    phase_is_known: [{ phase: 'done' }],
  },
}
