import type { BegunDeliveryRow } from '../db/rows.ts'
import type { DeliveryDatabase } from './database.ts'
import { GroupedCalls } from './groups.ts'
import type { Delivery } from './lease.ts'

/**
 * Gives mails their permission to send: `sending` is committed, for all mails of a campaign that wait at that moment
 * in one call. At most `limit` mails are begun and not yet reported, so a crash leaves at most that many in doubt.
 */
export class Permits {
  readonly #limit: number
  readonly #begins: GroupedCalls<Delivery, BegunDeliveryRow | undefined>
  readonly #holders = new Set<Delivery>()
  readonly #waiting = new Map<Delivery, () => void>()

  constructor(db: Pick<DeliveryDatabase, 'beginSending'>, limit: number) {
    this.#limit = limit
    this.#begins = new GroupedCalls(async (campaignId, deliveries) => {
      const rows = await db.beginSending({
        campaignId,
        claimTokens: deliveries.map(({ row }) => row.claim_token),
        deliveryIds: deliveries.map(({ row }) => row.delivery_id),
      })
      const answers = new Map(rows.map(row => [row.delivery_id, row]))
      return deliveries.map(({ row }) => answers.get(row.delivery_id))
    })
  }

  /** Mails that are begun and not yet reported. */
  get count(): number {
    return this.#holders.size
  }

  /** Resolves when the mail's data may go out; throws why not. */
  async ask(delivery: Delivery): Promise<void> {
    await this.#takePlace(delivery)
    checkRight(delivery)
    delivery.begin = 'asked'
    const answer = this.#begins.add(delivery.campaignId, delivery)
    delivery.begun = answer.then(
      row => {
        delivery.begin = row?.may_send ? 'committed' : 'refused'
      },
      () => {
        delivery.begin = 'unknown'
      },
    )
    const row = await answer.catch(error => {
      throw new Error(`begin_sending failed, nothing was sent: ${error.message}`, { cause: error })
    })
    if (!row?.may_send) throw new Error(row?.refusal ?? 'begin_sending does not know the delivery')
    // the answer may have come late
    checkRight(delivery)
  }

  /** The mail is reported, or needs no report: its place is free. */
  finish(delivery: Delivery): void {
    this.#waiting.delete(delivery)
    if (!this.#holders.delete(delivery)) return
    for (const [next, proceed] of this.#waiting) {
      this.#waiting.delete(next)
      this.#holders.add(next)
      proceed()
      break
    }
  }

  async #takePlace(delivery: Delivery): Promise<void> {
    if (this.#holders.size < this.#limit) {
      this.#holders.add(delivery)
      return
    }
    await new Promise<void>(resolve => this.#waiting.set(delivery, resolve))
  }
}

function checkRight({ lease, withdrawal }: Delivery): void {
  if (!lease.isAlive) lease.revoke('the lease has run out')
  withdrawal.signal.throwIfAborted()
  if (!lease.isAlive) throw new Error('the lease has run out')
}
