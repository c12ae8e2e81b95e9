import type pg from 'pg'
import { checkOperation } from '../../db/inspection.ts'
import type { Finding } from './finding.ts'

/** Whether what runs in the database runs well: workers, due batches, doubts, vacuum. SQL judges and says what to do. */
export async function* checkOperations(client: pg.ClientBase): AsyncGenerator<Finding> {
  for (const { name, state, finding } of await checkOperation(client)) yield { state, name, text: finding }
}
