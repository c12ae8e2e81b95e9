import type {
  BegunDeliveryRow,
  DeliveryStatus,
  MessageRow,
  OutcomeReport,
  RecordedOutcomeRow,
} from '../../src/db/rows.ts'
import type { DeliveryDatabase } from '../../src/delivery/database.ts'
import { makeDelivery, messageRow } from './mail.ts'

export interface LedgerRow {
  id: string
  campaignId: string
  email: string
  status: DeliveryStatus
  token: string | null
  attempts: number
  report: OutcomeReport | null
  retryAt: number
}

type Method = keyof DeliveryDatabase
type BeginArgs = { campaignId: string; claimTokens: string[]; deliveryIds: string[] }
type ReportArgs = { campaignId: string; reports: OutcomeReport[] }

/**
 * The database of the worker's tests: one ledger in memory with the states and the token rule of the real one.
 * `before` sees every call first: it may wait, throw, or look at the ledger.
 */
export class MemoryDatabase implements DeliveryDatabase {
  readonly rows = new Map<string, LedgerRow>()
  readonly calls: { method: Method; args: object }[] = []
  readonly leases = new Map<string, string[]>()
  before: (method: Method, args: object) => unknown = () => {}
  after: (method: Method) => unknown = () => {}
  /** Why nothing may be sent, as while a campaign is paused. */
  refusal: string | null = null
  message: MessageRow = messageRow
  leaseMs = 60_000
  retryMs = 20
  closed: string[] = []

  add(campaignId: string, emails: string[]): void {
    for (const email of emails) {
      const id = String(this.rows.size + 1)
      const row: LedgerRow = {
        id,
        campaignId,
        email,
        status: 'queued',
        token: null,
        attempts: 0,
        report: null,
        retryAt: 0,
      }
      this.rows.set(id, row)
    }
  }

  count(status: DeliveryStatus): number {
    return [...this.rows.values()].filter(row => row.status === status).length
  }

  rowOf(email: string): LedgerRow {
    return [...this.rows.values()].find(row => row.email === email)!
  }

  calledWith(method: Method): object[] {
    return this.calls.filter(call => call.method === method).map(({ args }) => args)
  }

  listWork() {
    return this.#call('listWork', {}, () => {
      const now = performance.now()
      return [...new Set(Array.from(this.rows.values(), row => row.campaignId))]
        .filter(campaignId => !this.closed.includes(campaignId))
        .map(campaignId => {
          const queued = [...this.rows.values()].filter(
            row => row.campaignId === campaignId && row.status === 'queued',
          )
          const wait_ms =
            queued.length === 0 || this.refusal !== null
              ? 60_000
              : Math.max(0, Math.min(...queued.map(r => r.retryAt)) - now)
          return {
            campaign_id: campaignId,
            batch_number: 1,
            ready_at: new Date(Date.now() + wait_ms),
            is_ready: wait_ms === 0,
            wait_ms,
          }
        })
    })
  }

  makeReturnPaths(args: { deliveryIds: string[] }) {
    return this.#call('makeReturnPaths', args, () => args.deliveryIds.map(id => `token${id}`))
  }

  claimDeliveries(args: { campaignId: string; workerId: string; limit: number }) {
    return this.#call('claimDeliveries', args, () => {
      const token = crypto.randomUUID()
      const rows = [...this.rows.values()]
        .filter(
          ({ campaignId, status, retryAt }) =>
            this.refusal === null &&
            campaignId === args.campaignId &&
            status === 'queued' &&
            retryAt <= performance.now(),
        )
        .slice(0, args.limit)
      this.leases.set(
        token,
        rows.map(({ id }) => id),
      )
      return rows.map(row => {
        Object.assign(row, { status: 'claimed', token })
        return makeDelivery(row.email, {
          delivery_id: row.id,
          claim_token: token,
          lease_ms: this.leaseMs,
          attempt_number: row.attempts + 1,
        })
      })
    })
  }

  getAttachments(args: { campaignId: string; messageVersion?: number }) {
    return this.#call('getAttachments', args, () => [])
  }

  getMessage(args: { campaignId: string; messageVersion: number }) {
    return this.#call('getMessage', args, () => this.message)
  }

  beginSending(args: BeginArgs) {
    return this.#call('beginSending', args, () => this.#begin(args))
  }

  reportOutcomes(args: ReportArgs) {
    return this.#call('reportOutcomes', args, () => this.#settle(args))
  }

  /** One transaction: both or none. */
  async reportAndBegin({ campaignId, reports, ...asked }: ReportArgs & BeginArgs) {
    const [told, begun] = [
      { campaignId, reports },
      { campaignId, ...asked },
    ]
    this.calls.push({ method: 'reportOutcomes', args: told }, { method: 'beginSending', args: begun })
    await this.before('reportOutcomes', told)
    await this.before('beginSending', begun)
    await new Promise(resolve => setImmediate(resolve))
    const result = { recorded: this.#settle(told), begun: this.#begin(begun) }
    await this.after('reportOutcomes')
    await this.after('beginSending')
    return result
  }

  extendClaims(args: { claimTokens: string[] }) {
    return this.#call('extendClaims', args, () =>
      args.claimTokens
        .filter(token => this.leases.has(token))
        .map(token => ({ claim_token: token, lease_ms: this.leaseMs })),
    )
  }

  releaseClaims(args: { claimTokens: string[] }) {
    return this.#call('releaseClaims', args, () => {
      let released = 0
      for (const row of this.rows.values()) {
        if (row.status !== 'claimed' || !args.claimTokens.includes(row.token!)) continue
        Object.assign(row, { status: 'queued', token: null })
        released += 1
      }
      return released
    })
  }

  releaseExpiredClaims() {
    return this.#call('releaseExpiredClaims', {}, () => 0)
  }

  closeBatch(args: { campaignId: string; batchNumber?: number }) {
    return this.#call('closeBatch', args, () => {
      this.closed.push(args.campaignId)
      return {
        campaign_id: args.campaignId,
        batch_number: 1,
        closed: true,
        sent_count: this.count('sent'),
        failed_count: this.count('failed'),
        remaining_count: 0,
        completed: true,
        reason: null,
      }
    })
  }

  processCampaigns() {
    return this.#call('processCampaigns', {}, () => [])
  }

  #begin({ claimTokens, deliveryIds }: BeginArgs): BegunDeliveryRow[] {
    return deliveryIds.map((id, index) => {
      const row = this.rows.get(id)!
      const isStale = row.status !== 'claimed' || row.token !== claimTokens[index]
      const refusal = isStale ? 'the claim is lost' : this.refusal
      if (refusal === null) row.status = 'sending'
      return { delivery_id: id, may_send: refusal === null, refusal }
    })
  }

  #settle({ reports }: ReportArgs): RecordedOutcomeRow[] {
    return reports.map(report => {
      const row = this.rows.get(report.delivery_id)!
      const recorded = row.token === report.claim_token && ['claimed', 'sending'].includes(row.status)
      if (recorded) this.#record(row, report)
      const batch_finished = [...this.rows.values()].every(
        other =>
          other.campaignId !== row.campaignId || !['queued', 'claimed', 'sending'].includes(other.status),
      )
      // the real one says deferred and keeps the row so until it is claimed again
      const status: DeliveryStatus = row.status === 'queued' ? 'deferred' : row.status
      return { delivery_id: row.id, recorded, status, rule: null, batch_finished }
    })
  }

  #record(row: LedgerRow, report: OutcomeReport): void {
    const { stage, reply_code: code } = report
    Object.assign(row, { report, attempts: row.attempts + 1, token: null })
    if (stage === 'message' && code === null) row.status = 'in_doubt'
    else if (stage === 'message' && code! < 300) row.status = 'sent'
    else if (stage === 'render' || (stage === 'rcpt' && code! >= 500)) row.status = 'failed'
    else Object.assign(row, { status: 'queued', retryAt: performance.now() + this.retryMs })
  }

  async #call<Result>(method: Method, args: object, run: () => Result): Promise<Result> {
    this.calls.push({ method, args })
    await this.before(method, args)
    // a round trip: whoever waits for it must not rely on the same turn
    await new Promise(resolve => setImmediate(resolve))
    const result = run()
    await this.after(method)
    return result
  }
}
