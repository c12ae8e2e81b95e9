import type { Batch, Claim, Delivery, Ticket } from './batch.ts'
import { Campaign, DAY, HOUR, type Policy, Refusal } from './campaign.ts'
import { Contacts } from './contacts.ts'

/** How a history begins. */
export interface Setting {
  /** Of each contact; equal ones are one person's, null cannot be mailed. */
  addresses: (string | null)[]
  campaigns: { limit: number; policy: Policy; isHourly: boolean; audience: number[] }[]
}

/** One mail in a worker's hands, from its claim on. */
export interface Mail {
  campaign: Campaign
  batch: Batch
  ticket: Ticket
  email: string
  /** Permission was given: its data may have gone out. */
  isBegun: boolean
  /** What the worker reports of it, first and again. */
  told: string | null
}

/** Everything there is, as the rules say it must be: people, campaigns, one clock. */
export class World {
  readonly contacts: Contacts
  readonly campaigns: Campaign[]
  /** Every mail that was ever claimed, in that order: a worker may come back to it at any time. */
  readonly mails: Mail[] = []
  /** A person said that they were not sent: a second mail is that person's decision. */
  readonly sentAgain = new Set<Delivery>()

  constructor({ addresses, campaigns }: Setting, now: number) {
    this.contacts = new Contacts(now, addresses)
    this.campaigns = campaigns.map(
      ({ isHourly, ...options }) =>
        new Campaign(this.contacts, { ...options, interval: isHourly ? HOUR : DAY }),
    )
  }

  /** Takes up what is expired, finished or due in every campaign; what was done, by campaign. */
  sweep(): (string | undefined)[] {
    return this.campaigns.map(campaign => {
      const { status, nextDue, open } = campaign
      const isDue = status === 'sending' && (nextDue === null || nextDue <= campaign.now)
      return (open && !open.isWaitedFor) || isDue ? campaign.process('sweep') : undefined
    })
  }

  releaseExpired(): number {
    return this.campaigns.reduce((sum, { open }) => sum + (open?.releaseExpired() ?? 0), 0)
  }

  /** Whether the worker still holds its lease after this. */
  extend({ campaign, ticket: { claim } }: Mail): boolean {
    if (!isLive(campaign, claim) || claim.expiresAt <= campaign.now) return false
    claim.expiresAt = campaign.now + 60_000
    return true
  }

  giveBack({ campaign, ticket: { claim } }: Mail): number {
    return isLive(campaign, claim) ? campaign.open!.giveBack(claim) : 0
  }

  suppress(address: string): boolean {
    const isNew = !this.contacts.suppressed.has(address)
    this.contacts.suppressed.add(address)
    this.contacts.refused.delete(address)
    return isNew
  }

  unsubscribe(contact: number): boolean {
    const person = this.contacts.all[contact]!
    if (person.isDeleted) throw new Refusal('MB018')
    const isNew = !person.isUnsubscribed
    person.isUnsubscribed = true
    if (person.address !== null) this.suppress(person.address)
    return isNew
  }

  erase(contact: number): boolean {
    const person = this.contacts.all[contact]!
    if (person.isDeleted) return false
    if (person.address !== null) this.suppress(person.address)
    person.isDeleted = true
    return true
  }

  /** Mails that may have been accepted although the contact, or the address, had one before. */
  countDuplicates(): number {
    const mails = this.#outgoing.filter(
      ({ campaign, ticket }) => campaign.policy !== 'resend' && !this.sentAgain.has(ticket.delivery),
    )
    const people = new Set(mails.map(({ ticket }) => ticket.delivery))
    return mails.length - people.size + this.#countSharedAddresses(mails)
  }

  #countSharedAddresses(mails: Mail[]): number {
    return this.campaigns.reduce((sum, campaign) => {
      const own = mails.filter(mail => mail.campaign === campaign)
      const people = new Map(own.map(({ ticket, email }) => [ticket.delivery, email]))
      return sum + people.size - new Set(people.values()).size
    }, 0)
  }

  /** Mails beyond the limit of their batch. */
  countOverLimit(): number {
    const people = new Map<Batch, Set<Delivery>>()
    for (const { batch, ticket } of this.#outgoing)
      people.set(batch, (people.get(batch) ?? new Set()).add(ticket.delivery))
    return [...people].reduce((sum, [batch, { size }]) => sum + Math.max(0, size - batch.limit), 0)
  }

  /** An operator said of a mail that it was not sent, its second copy was accepted, and then the first one after all. */
  countAcceptedTwice(): number {
    return this.campaigns
      .filter(({ policy }) => policy !== 'resend')
      .flatMap(({ deliveries }) => deliveries.flatMap(({ attempts }) => attempts))
      .filter(({ outcome }) => outcome === 'accepted_twice').length
  }

  /** Everything that left, but what the server refused: a worker that died may have had its mail accepted. */
  get #outgoing(): Mail[] {
    return this.mails.filter(({ isBegun, told }) => isBegun && told !== 'refused after the dot')
  }
}

const isLive = (campaign: Campaign, claim: Claim) => campaign.open?.liveClaims.includes(claim) ?? false
