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
  /** Of those, the ones that nothing but a server's refusal suppressed: a retry takes them back. */
  readonly refused = new Set<string>()

  constructor(now: number, addresses: (string | null)[]) {
    this.now = now
    this.all = addresses.map(address => ({ address, isUnsubscribed: false, isDeleted: false }))
  }

  /** A server said that there is no such mailbox. */
  refuse(address: string): void {
    if (!this.suppressed.has(address)) this.refused.add(address)
    this.suppressed.add(address)
  }

  retry(address: string): void {
    if (this.refused.delete(address)) this.suppressed.delete(address)
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
