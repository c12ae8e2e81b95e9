import { createHash } from 'node:crypto'
import { Type } from '@fastify/type-provider-typebox'
import type { PageStart } from '../db/rows.ts'
import { ProblemError } from '../errors.ts'

const PAGE_SIZE = 50
const LARGEST_PAGE = 200
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const NUMBER = /^[0-9]{1,18}$/

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

/** Reads a page of a list that SQL orders by creation time and id, or by id; `list` names it, so that no cursor fits another. */
export function readPage<T extends Item>(
  list: string,
  page: PageQuery,
  read: (start: PageStart) => Promise<T[]>,
): Promise<Page<T>> {
  return readPageBy(list, page, {
    keyOf: ({ created_at, id }) => `${created_at ?? ''},${id}`,
    read: (key, limit) => read({ ...(key !== undefined && splitKey(key)), limit }),
  })
}

/** The same by a uuid or a number of each item: the key of the last item is where the next page begins. */
export function readPageByKey<T>(
  list: string,
  page: PageQuery,
  kind: 'uuid' | 'number',
  { keyOf, read }: PageReader<T>,
): Promise<Page<T>> {
  const form = kind === 'uuid' ? UUID : NUMBER
  return readPageBy(list, page, {
    keyOf,
    read: (key, limit) => {
      if (key !== undefined && !form.test(key)) throw invalidCursor()
      return read(key, limit)
    },
  })
}

interface PageReader<T> {
  keyOf: (item: T) => string
  /** The items behind the one with this key, or the first ones. */
  read: (key: string | undefined, limit: number) => Promise<T[]>
}

async function readPageBy<T>(
  list: string,
  { cursor, limit = PAGE_SIZE }: PageQuery,
  { keyOf, read }: PageReader<T>,
): Promise<Page<T>> {
  const key = cursor === undefined ? undefined : readCursor(list, cursor)
  const items = await read(key, limit)
  const last = items.length === limit ? items.at(-1) : undefined
  return { items, next_cursor: last ? makeCursor(list, keyOf(last)) : null }
}

const mark = (list: string) => createHash('sha256').update(list).digest('base64url').slice(0, 6)

const makeCursor = (list: string, key: string) => Buffer.from(`${mark(list)},${key}`).toString('base64url')

function readCursor(list: string, cursor: string): string {
  const [, marked, key] = /^([^,]*),(.*)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (key === undefined || marked !== mark(list)) throw invalidCursor()
  return key
}

function splitKey(key: string): PageStart {
  const [afterCreatedAt = '', afterId = ''] = key.split(',')
  if (UUID.test(afterId) && afterCreatedAt === '') return { afterId }
  if (UUID.test(afterId) && !Number.isNaN(Date.parse(afterCreatedAt))) return { afterCreatedAt, afterId }
  throw invalidCursor()
}

const invalidCursor = () =>
  new ProblemError(
    400,
    'invalid-cursor',
    'The cursor is not one of this list',
    'Send next_cursor of the page before, unchanged, to the same address with the same filter.',
  )
