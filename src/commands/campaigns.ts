import type { Daybatch } from '../db/daybatch.ts'
import type { Campaign } from '../db/rows.ts'
import { CommandError } from './failure.ts'
import { isId } from './lists.ts'
import { suggest } from './words.ts'

const PAGE = 200
const SHOWN = 5

/** All campaigns, newest first. */
export async function* readCampaigns(db: Daybatch): AsyncGenerator<Campaign> {
  for (let last: Campaign | undefined; ; ) {
    const page = await db.listCampaigns({ afterCreatedAt: last?.created_at, afterId: last?.id, limit: PAGE })
    yield* page
    if (page.length < PAGE) return
    last = page.at(-1)
  }
}

/** The campaigns of a name, newest first. */
export async function findCampaignsOf(db: Daybatch, name: string): Promise<Campaign[]> {
  const found: Campaign[] = []
  for await (const campaign of readCampaigns(db)) if (campaign.name === name) found.push(campaign)
  return found
}

/** The campaign with this id or name; there must be exactly one. */
export async function findCampaign(db: Daybatch, given: string): Promise<Campaign> {
  if (isId(given)) return db.getCampaign({ campaignId: given })
  const names: string[] = []
  const found: Campaign[] = []
  for await (const campaign of readCampaigns(db)) {
    names.push(campaign.name)
    if (campaign.name === given) found.push(campaign)
  }
  if (found.length === 0) throw new CommandError(`no campaign is called "${given}": ${advise(given, names)}`)
  if (found.length > 1) {
    const ids = found.map(({ id, status }) => `${id} (${status})`).join(', ')
    throw new CommandError(`${found.length} campaigns are called "${given}": give the id of one: ${ids}`)
  }
  return found[0]!
}

function advise(given: string, names: string[]): string {
  if (names.length === 0) return 'there is none yet; make one by npx daybatch campaign create, or send'
  const meant = suggest(given, names)
  if (meant !== undefined) return `did you mean "${meant}"?`
  if (names.length > SHOWN) return 'npx daybatch campaign list shows all'
  return `there are ${names.map(name => `"${name}"`).join(', ')}`
}
