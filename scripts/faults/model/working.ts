import {
  accepted,
  greylisted,
  loginRefused,
  noReply,
  noSuchUser,
  type Reply,
  serverGone,
} from '../../../test/helper/make.ts'
import { LEASE, type Verdict } from './campaign.ts'
import { type Engine, emailOf } from './engine.ts'
import { both, compare, pick, value } from './step.ts'
import type { Mail, World } from './world.ts'

/** What workers do: well, late, twice, or not at all. */

const replies: Record<string, [reply: Reply, verdict: Verdict]> = {
  accepted: [accepted, { outcome: 'sent', scope: 'recipient' }],
  'refused after the dot': [
    { stage: 'message', reply_code: 451 },
    { outcome: 'deferred', scope: 'recipient' },
  ],
  'no reply': [noReply, { outcome: 'in_doubt', scope: 'recipient' }],
  'no such user': [noSuchUser, { outcome: 'failed', scope: 'recipient' }],
  greylisted: [greylisted, { outcome: 'deferred', scope: 'recipient' }],
  'server gone': [serverGone, { outcome: 'deferred', scope: 'server' }],
  'login refused': [loginRefused, { outcome: 'deferred', scope: 'campaign' }],
}

/** What a worker can meet: before the 354, and after it. */
export const earlyStories = ['greylisted', 'no such user', 'server gone', 'login refused'] as const
export const lateStories = ['accepted', 'no reply', 'refused after the dot'] as const
export type EarlyStory = (typeof earlyStories)[number]
export type LateStory = (typeof lateStories)[number]
/** It dies, before it asked for permission or after. */
export type Story = EarlyStory | LateStory | 'claimed' | 'sending'

/** Steps that need a mail take one of the last claimed. */
const pickMail = ({ mails }: World, back: number): Mail | undefined => mails.at(-1 - back)

/** A report is most telling where one is due: of a mail that went out and of which nothing was told. */
function pickUntold({ mails }: World, back: number): Mail | undefined {
  const untold = mails.filter(({ isBegun, told }) => isBegun && told === null)
  return back % 2 === 0 && untold.length > 0 ? pick(untold, back) : mails.at(-1 - back)
}

export async function claim(world: World, engine: Engine, index: number, limit: number): Promise<Mail[]> {
  const campaign = pick(world.campaigns, index)
  const hasTies = campaign.open?.hasTies
  // which of them the database takes is its own choice: all, or this is left out
  if (hasTies && campaign.open!.refusedUntil !== null) return []
  const most = hasTies ? 100 : limit
  const tickets = campaign.claim(most)
  const mails = tickets.map(ticket => ({
    campaign,
    batch: campaign.open!,
    ticket,
    email: emailOf(ticket.delivery.copiedAddress ?? ticket.delivery.address),
    isBegun: false,
    told: null,
  }))
  world.mails.push(...mails)
  compare(
    'claim',
    await engine.claim(world.campaigns.indexOf(campaign), most, mails),
    mails.map(({ ticket, email }) => [ticket.delivery.contact, email]),
  )
  return mails
}

/** One mail, or all of its claim. */
export async function begin(world: World, engine: Engine, back: number, isWholeClaim: boolean) {
  const mail = pickMail(world, back)
  if (!mail) return
  const mails = world.mails.filter(
    other => other === mail || (isWholeClaim && other.ticket.claim === mail.ticket.claim),
  )
  await both(
    () => {
      const begun = mail.campaign.begin(mails.map(({ ticket }) => ticket))
      for (const [index, isBegun] of begun.entries()) mails[index]!.isBegun ||= isBegun
      return begun
    },
    () => engine.begin(world.campaigns.indexOf(mail.campaign), mails),
  )
}

/** A worker tells one story of a mail, once or more often. */
export async function report(
  world: World,
  engine: Engine,
  back: number,
  early: EarlyStory,
  late: LateStory,
): Promise<void> {
  const mail = pickUntold(world, back)
  if (mail) await tell(world, engine, mail, early, late)
}

async function tell(
  world: World,
  engine: Engine,
  mail: Mail,
  early: EarlyStory,
  late: LateStory,
): Promise<void> {
  mail.told ??= mail.isBegun ? late : early
  const [reply, verdict] = replies[mail.told]!
  await both(
    () => {
      mail.campaign.report(mail.ticket, verdict)
      return mail.ticket.delivery.status
    },
    async () => (await engine.report(world.campaigns.indexOf(mail.campaign), mail, reply))[0]!.status,
  )
}

/** A worker's pass: claims, and takes each mail to its own end. */
export async function deliver(
  world: World,
  engine: Engine,
  index: number,
  limit: number,
  stories: Story[],
): Promise<void> {
  const mails = await claim(world, engine, index, limit)
  for (const [order, mail] of mails.entries()) {
    const story = pick(stories, order)
    const isEarly = earlyStories.some(early => early === story)
    const back = world.mails.length - 1 - world.mails.indexOf(mail)
    world.contacts.now += 1
    if (!isEarly && story !== 'claimed') await begin(world, engine, back, false)
    world.contacts.now += 1
    if (story === 'claimed' || story === 'sending') continue
    // without its permission it told nothing: it was stopped
    if (isEarly || mail.isBegun) await tell(world, engine, mail, story as EarlyStory, story as LateStory)
  }
}

export async function extend(world: World, engine: Engine, back: number): Promise<void> {
  const mail = pickMail(world, back)
  if (!mail) return
  await both(
    () => world.extend(mail),
    async () => (await engine.call('extend_claims', [engine.token(mail)])).length === 1,
  )
}

export async function giveBack(world: World, engine: Engine, back: number): Promise<void> {
  const mail = pickMail(world, back)
  if (!mail) return
  await both(
    () => world.giveBack(mail),
    async () => value(await engine.call('release_claims', [engine.token(mail)])),
  )
}

export async function releaseExpired(world: World, engine: Engine): Promise<void> {
  world.contacts.now += LEASE
  await both(
    () => world.releaseExpired(),
    async () => value(await engine.call('release_expired_claims')),
  )
}
