import type { Daybatch } from '../db/daybatch.ts'
import type { ContactList } from '../db/rows.ts'
import { CommandError } from './failure.ts'

const PAGE = 200
const SHOWN = 10
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const isId = (text: string): boolean => UUID.test(text)

/** The list of this id or name; undefined when there is none. Two of one name are told apart by their ids. */
export async function findList(db: Daybatch, given: string): Promise<ContactList | undefined> {
  const found: ContactList[] = []
  for await (const list of readLists(db)) {
    if (isId(given) ? list.id === given.toLowerCase() : list.name === given) found.push(list)
  }
  if (found.length > 1) {
    const ids = found.map(({ id, contact_count }) => `${id} (${contact_count} contacts)`).join(', ')
    throw new CommandError(`${found.length} lists are called "${given}": give the id of one: ${ids}`)
  }
  return found[0]
}

/** The lists that a campaign names; every one must be there. */
export async function findLists(db: Daybatch, given: string[]): Promise<ContactList[]> {
  const lists: ContactList[] = []
  for (const name of given) lists.push((await findList(db, name)) ?? (await refuseUnknown(db, name)))
  return lists
}

async function refuseUnknown(db: Daybatch, given: string): Promise<never> {
  const names: string[] = []
  for await (const { name } of readLists(db)) if (names.push(`"${name}"`) === SHOWN) break
  const there = names.length > 0 ? `There are ${names.join(', ')}. ` : ''
  throw new CommandError(
    `no list is called "${given}". ${there}Make one: npx daybatch import contacts.csv --list "${given}"`,
  )
}

async function* readLists(db: Daybatch): AsyncGenerator<ContactList> {
  for (let last: ContactList | undefined; ; ) {
    const page = await db.listContactLists({
      afterCreatedAt: last?.created_at,
      afterId: last?.id,
      limit: PAGE,
    })
    yield* page
    if (page.length < PAGE) return
    last = page.at(-1)
  }
}
