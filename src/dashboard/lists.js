// The contact lists to choose from, all of them.

import { get, url } from '/dashboard/api.js'

/** Newest first. */
export async function readLists() {
  const lists = []
  let cursor
  do {
    const page = await get(url(['api', 'lists'], { limit: 200, cursor }))
    lists.push(...page.items)
    cursor = page.next_cursor
  } while (cursor)
  return lists
}
