import fc from 'fast-check'
import { type Campaign, DAY, HOUR, LEASE, MINUTE } from './campaign.ts'
import type { Engine } from './engine.ts'
import * as steering from './steering.ts'
import { both, pick, type Step, value } from './step.ts'
import * as working from './working.ts'
import type { World } from './world.ts'

/** What may happen, how often, and with which arguments. */

const waits: Record<string, number> = {
  'a second': 1000,
  'a minute': LEASE,
  '16 minutes': 16 * MINUTE,
  '65 minutes': 65 * MINUTE,
  '7 hours': 7 * HOUR,
  'a day': DAY,
  '30 days': 30 * DAY,
}

function wait({ contacts }: World, _engine: Engine, time: string): void {
  contacts.now += waits[time]!
}

function waitUntil(world: World, _engine: Engine, index: number, what: string): void {
  const { nextDue, open, window } = pick(world.campaigns, index)
  const early = nextDue === null ? null : nextDue - window
  const moment = { due: nextDue, early, 'cut-off': open?.cutOff }[what]
  world.contacts.now = Math.max(world.contacts.now, moment ?? 0)
}

async function process(world: World, engine: Engine, index: number, source: string): Promise<void> {
  const id = engine.campaignId(index % world.campaigns.length)
  await both(
    () => pick(world.campaigns, index).process(source),
    async () => (await engine.call('process_campaigns', id, source))[0]!.action,
  )
}

async function sweep(world: World, engine: Engine): Promise<void> {
  // a batch that goes on is looked at or not: nothing comes of it
  const isNews = (action: unknown) => action !== undefined && action !== 'sending'
  await both(
    () => world.sweep().filter(isNews),
    async () =>
      (await engine.call('process_campaigns', null, 'sweep')).map(({ action }) => action).filter(isNews),
  )
}

async function open(world: World, engine: Engine, index: number, source: string): Promise<void> {
  const id = engine.campaignId(index % world.campaigns.length)
  await both(
    () => pick(world.campaigns, index).openBatch(source),
    async () => (await engine.call('open_batch', id, source))[0]!.delivery_count,
  )
}

async function close(world: World, engine: Engine, index: number): Promise<void> {
  const id = engine.campaignId(index % world.campaigns.length)
  await both(
    () => pick(world.campaigns, index).close(),
    async () => {
      const [row] = await engine.call('close_batch', id)
      return row!.closed && row!.reason === null
    },
  )
}

const steer = (name: string, steer: (campaign: Campaign) => string) =>
  async function run(world: World, engine: Engine, index: number): Promise<void> {
    const id = engine.campaignId(index % world.campaigns.length)
    await both(
      () => steer(pick(world.campaigns, index)),
      async () => value(await engine.call(`${name}_campaign`, id)),
    )
  }

async function setLimit(world: World, engine: Engine, index: number, limit: number): Promise<void> {
  const id = engine.campaignId(index % world.campaigns.length)
  await both(
    () => steering.setLimit(pick(world.campaigns, index), limit),
    async () => value(await engine.call('set_daily_limit', id, limit)),
  )
}

type As = 'sent' | 'not_sent'

async function resolve(world: World, engine: Engine, index: number, who: number, as: As): Promise<void> {
  const campaign = pick(world.campaigns, index)
  const id = engine.campaignId(index % world.campaigns.length)
  const contact = who % world.contacts.all.length
  const delivery = campaign.find(contact)
  if (as === 'not_sent' && delivery?.status === 'in_doubt') world.sentAgain.add(delivery)
  await both(
    () => steering.resolve(campaign, contact, as),
    async () => value(await engine.call('resolve_in_doubt', id, engine.contactId(contact), as)),
  )
}

async function resolveAll(world: World, engine: Engine, index: number, as: As): Promise<void> {
  const campaign = pick(world.campaigns, index)
  const id = engine.campaignId(index % world.campaigns.length)
  for (const delivery of campaign.deliveries)
    if (as === 'not_sent' && delivery.status === 'in_doubt') world.sentAgain.add(delivery)
  await both(
    () => steering.resolveAll(campaign, as),
    async () => value(await engine.call('resolve_all_in_doubt', id, as)),
  )
}

async function retryFailed(world: World, engine: Engine, index: number): Promise<void> {
  const id = engine.campaignId(index % world.campaigns.length)
  await both(
    () => steering.retryFailed(pick(world.campaigns, index)),
    async () => value(await engine.call('retry_failed', id)),
  )
}

async function addContact(world: World, engine: Engine, index: number, who: number): Promise<void> {
  const id = engine.campaignId(index % world.campaigns.length)
  const contact = who % world.contacts.all.length
  const { isDeleted } = world.contacts.all[contact]!
  await both(
    () => steering.addContact(pick(world.campaigns, index), contact, isDeleted),
    async () => value(await engine.call('add_contacts', id, [engine.contactId(contact)])),
  )
}

async function removeContact(world: World, engine: Engine, index: number, who: number): Promise<void> {
  const id = engine.campaignId(index % world.campaigns.length)
  const contact = who % world.contacts.all.length
  const { isDeleted } = world.contacts.all[contact]!
  await both(
    () => steering.removeContact(pick(world.campaigns, index), contact, isDeleted),
    async () => value(await engine.call('remove_contact', id, engine.contactId(contact))),
  )
}

/** unsubscribe, erase: the same name in the model's world. */
const part = (name: 'unsubscribe' | 'erase') =>
  async function run(world: World, engine: Engine, who: number): Promise<void> {
    const contact = who % world.contacts.all.length
    await both(
      () => world[name](contact),
      async () => value(await engine.call(`${name}_contact`, engine.contactId(contact))),
    )
  }

async function suppress(world: World, engine: Engine, address: string): Promise<void> {
  await both(
    () => world.suppress(address),
    async () => value(await engine.call('suppress_address', `${address}@Example.org`)),
  )
}

async function deleteContact(world: World, engine: Engine, who: number): Promise<void> {
  const contact = who % world.contacts.all.length
  world.contacts.all[contact]!.isDeleted = true
  await engine.query('delete', 'delete from public.contacts where id = $1', engine.contactId(contact))
}

async function changeAddress(world: World, engine: Engine, who: number, address: string | null) {
  const contact = who % world.contacts.all.length
  world.contacts.all[contact]!.address = address
  await engine.changeAddress(contact, address)
}

const which = fc.nat({ max: 1 })
const who = fc.nat({ max: 11 })
const back = fc.nat({ max: 9 })
const source = fc.constantFrom('job', 'sweep', 'cron', 'manual', 'api')
export const someAddress = fc.constantFrom(...'abcdefghijklmnopqrst')
const as = fc.constantFrom<As>('sent', 'not_sent')
const early = fc.constantFrom(...working.earlyStories)
const late = fc.constantFrom(...working.lateStories)
const story = fc.oneof<fc.WeightedArbitrary<working.Story>[]>(
  { weight: 4, arbitrary: fc.constant('accepted') },
  { weight: 2, arbitrary: late },
  { weight: 2, arbitrary: early },
  { weight: 2, arbitrary: fc.constantFrom('claimed', 'sending', 'sending') },
)
const stories = fc.array(story, { minLength: 1, maxLength: 4 })
const most = fc.integer({ min: 1, max: 4 })

type Run<Args extends unknown[]> = (world: World, engine: Engine, ...args: Args) => unknown

function happens<Args extends unknown[]>(
  weight: number,
  name: string,
  run: Run<Args>,
  ...arbitraries: { [Index in keyof Args]: fc.Arbitrary<Args[Index]> }
): fc.WeightedArbitrary<Step> {
  const arbitrary = fc.tuple<Args>(...arbitraries).map(args => ({
    name: `${name}(${args.map(arg => JSON.stringify(arg)).join(', ')})`,
    run: async (world: World, engine: Engine) => void (await run(world, engine, ...args)),
  }))
  return { weight, arbitrary }
}

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  happens(16, 'wait', wait, fc.constantFrom(...Object.keys(waits))),
  happens(24, 'waitUntil', waitUntil, which, fc.constantFrom('due', 'due', 'early', 'cut-off')),
  happens(24, 'process', process, which, source),
  happens(16, 'sweep', sweep),
  happens(4, 'open', open, which, source),
  happens(6, 'close', close, which),
  happens(40, 'deliver', working.deliver, which, most, stories),
  happens(12, 'claim', working.claim, which, most),
  happens(14, 'begin', working.begin, back, fc.boolean()),
  happens(22, 'report', working.report, back, early, late),
  happens(6, 'extend', working.extend, back),
  happens(5, 'giveBack', working.giveBack, back),
  happens(6, 'releaseExpired', working.releaseExpired),
  happens(3, 'pause', steer('pause', steering.pause), which),
  happens(12, 'resume', steer('resume', steering.resume), which),
  happens(1, 'cancel', steer('cancel', steering.cancel), which),
  happens(3, 'setLimit', setLimit, which, most),
  happens(6, 'resolve', resolve, which, who, as),
  happens(3, 'resolveAll', resolveAll, which, as),
  happens(2, 'retryFailed', retryFailed, which),
  happens(3, 'addContact', addContact, which, who),
  happens(2, 'removeContact', removeContact, which, who),
  happens(2, 'suppress', suppress, someAddress),
  happens(2, 'unsubscribe', part('unsubscribe'), who),
  happens(1, 'erase', part('erase'), who),
  happens(1, 'deleteContact', deleteContact, who),
  happens(3, 'changeAddress', changeAddress, who, fc.option(someAddress, { freq: 6 })),
)
