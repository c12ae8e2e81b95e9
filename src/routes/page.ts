import { Type } from '@fastify/type-provider-typebox'
import type { PageStart } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'

const PAGE_SIZE = 50
const LARGEST_PAGE = 200
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Query fields of every list. */
export const pageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LARGEST_PAGE })),
}

export const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) })

interface PageQuery {
  cursor?: string
  limit?: number
}

interface Item {
  id: string
  created_at?: string | null
}

export interface Page<T> {
  items: T[]
  /** Send it as `?cursor=` for the next page; null: this was the last one. */
  next_cursor: string | null
}

/** Reads a page of a list that SQL orders by creation time and id, or by id; the cursor is the last of both, opaque to callers. */
export async function readPage<T extends Item>(
  { cursor, limit = PAGE_SIZE }: PageQuery,
  list: (start: PageStart) => Promise<T[]>,
): Promise<Page<T>> {
  const items = await list({ ...(cursor !== undefined && readCursor(cursor)), limit })
  const last = items.length === limit ? items.at(-1) : undefined
  return { items, next_cursor: last ? makeCursor(last) : null }
}

const makeCursor = ({ created_at, id }: Item) =>
  Buffer.from(`${created_at ?? ''},${id}`).toString('base64url')

function readCursor(cursor: string): PageStart {
  const [afterCreatedAt = '', afterId = ''] = Buffer.from(cursor, 'base64url').toString().split(',')
  if (UUID.test(afterId) && afterCreatedAt === '') return { afterId }
  if (UUID.test(afterId) && !Number.isNaN(Date.parse(afterCreatedAt))) return { afterCreatedAt, afterId }
  throw new ProblemError(
    400,
    'invalid-cursor',
    'The cursor is not one of ours',
    'Send next_cursor of the page before, unchanged.',
  )
}
