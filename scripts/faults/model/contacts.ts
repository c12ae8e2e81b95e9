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

  mayBeMailed(contact: number, { removed }: Campaign): boolean {
    const { address, isUnsubscribed, isDeleted } = this.all[contact]!
    return (
      !isDeleted &&
      !removed.has(contact) &&
      !isUnsubscribed &&
      address !== null &&
      !this.suppressed.has(address)
    )
  }
}
