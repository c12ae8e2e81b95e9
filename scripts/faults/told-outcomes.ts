import type { Facts } from './facts.ts'
import type { CallMoment } from './world/postgres-proxy.ts'

/** Final outcomes that the server has committed, whether or not the service ever heard of it. */
export class ToldOutcomes {
  readonly #outcomes = new Map<string, string>()

  get size(): number {
    return this.#outcomes.size
  }

  note({ call, when, rows, failed }: CallMoment): void {
    if (call !== 'report_outcomes' || when !== 'reply' || failed) return
    for (const [deliveryId, recorded, status] of rows) {
      if (recorded === 't' && (status === 'sent' || status === 'failed'))
        this.#outcomes.set(deliveryId!, status)
    }
  }

  countLost({ deliveries }: Facts): number {
    const now = new Map(deliveries.map(({ delivery_id, status }) => [delivery_id, status]))
    return [...this.#outcomes].filter(([id, status]) => now.get(id) !== status).length
  }
}
