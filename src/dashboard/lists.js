// The contact lists to choose from, all of them.

import { get, url } from '/dashboard/api.js'

/** Newest first. `counts: false`: names alone, since counting reads all members, a million in some tenths of a second. */
export async function readLists({ counts } = {}) {
  const lists = []
  let cursor
  do {
    const page = await get(url(['api', 'lists'], { limit: 200, counts, cursor }))
    lists.push(...page.items)
    cursor = page.next_cursor
  } while (cursor)
  return lists
}
