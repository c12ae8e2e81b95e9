import type { Campaign } from './campaign.ts'

export interface Contact {
  /** null: no address that can be mailed. */
  address: string | null
  isUnsubscribed: boolean
  isDeleted: boolean
}

/** The people, and the one clock. */
export class Contacts {
  now: number
  readonly all: Contact[]
  readonly suppressed = new Set<string>()

  constructor(now: number, addresses: (string | null)[]) {
    this.now = now
    this.all = addresses.map(address => ({ address, isUnsubscribed: false, isDeleted: false }))
  }

  /** At its address, or at another that a first copy went to. */
  mayBeMailed(contact: number, { removed }: Campaign, at = this.all[contact]!.address): boolean {
    const { address, isUnsubscribed, isDeleted } = this.all[contact]!
    return (
      !isDeleted &&
      !removed.has(contact) &&
      !isUnsubscribed &&
      address !== null &&
      !this.suppressed.has(at ?? address)
    )
  }
}
