import type { Daybatch } from '../db/daybatch.ts'
import type { Campaign } from '../db/rows.ts'
import { CommandError } from './failure.ts'
import { isId } from './lists.ts'

const PAGE = 200

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

/** The id of the campaign with this id or name; there must be exactly one. */
export async function findCampaign(db: Daybatch, given: string): Promise<Campaign> {
  if (isId(given)) return db.getCampaign({ campaignId: given })
  const [campaign, ...others] = await findCampaignsOf(db, given)
  if (!campaign) {
    throw new CommandError(`no campaign is called "${given}": npm run campaign -- list shows all`)
  }
  if (others.length > 0) {
    const ids = [campaign, ...others].map(({ id, status }) => `${id} (${status})`).join(', ')
    throw new CommandError(`${others.length + 1} campaigns are called "${given}": give the id of one: ${ids}`)
  }
  return campaign
}
