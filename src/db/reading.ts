import { OperationStatements } from './operation.ts'
import type {
  AnswerRow,
  BatchRow,
  DeliveryRow,
  DeliveryStatus,
  HistoryRow,
  SimulatedBatchRow,
} from './rows.ts'

/** A campaign that is not there yet; `rules` under the names of their columns. */
interface WhatIf {
  contacts: number
  limit: number
  interval: string
  startAt?: string | undefined
  rules?: object | undefined
}

/** What became of a campaign, page by page, for people who look at it. */
export abstract class ReadingStatements extends OperationStatements {
  /** By number: past ones, the one under way, and the coming ones. */
  listBatches(args: {
    campaignId: string
    afterNumber?: number | undefined
    limit: number
  }): Promise<BatchRow[]> {
    return this.rows(
      `select * from daybatch.list_batches(
         p_campaign_id => $1::uuid, p_after_number => $2::integer, p_limit => $3::integer)`,
      [args.campaignId, args.afterNumber ?? -1, args.limit],
    )
  }

  listDeliveries(args: {
    campaignId: string
    status?: DeliveryStatus | undefined
    rule?: string | undefined
    batchNumber?: number | undefined
    afterContactId?: string | undefined
    limit: number
  }): Promise<DeliveryRow[]> {
    return this.rows(
      `select * from daybatch.list_deliveries(p_campaign_id => $1::uuid, p_status => $2::text,
         p_after_contact_id => $3::uuid, p_limit => $4::integer, p_rule => $5::text, p_batch_number => $6::integer)`,
      [
        args.campaignId,
        args.status ?? null,
        args.afterContactId ?? null,
        args.limit,
        args.rule ?? null,
        args.batchNumber ?? null,
      ],
    )
  }

  /** The last first. */
  listCampaignHistory(args: {
    campaignId: string
    beforeId?: string | undefined
    limit: number
  }): Promise<HistoryRow[]> {
    return this.rows(
      `select * from daybatch.list_campaign_history(
         p_campaign_id => $1::uuid, p_before_id => $2::bigint, p_limit => $3::integer)`,
      [args.campaignId, args.beforeId ?? null, args.limit],
    )
  }

  /** The most frequent first. */
  listAnswers(args: { campaignId: string; limit: number }): Promise<AnswerRow[]> {
    return this.rows(
      `select * from daybatch.list_answers(p_campaign_id => $1::uuid, p_limit => $2::integer)`,
      [args.campaignId, args.limit],
    )
  }

  /** The batches that so many contacts take; the first `count` of them. */
  simulateCampaign(args: WhatIf & { count: number }): Promise<SimulatedBatchRow[]> {
    return this.rows(
      `select * from daybatch.simulate_campaign(p_contacts => $1::integer, p_limit => $2::integer,
         p_interval => $3::interval, p_start_at => $4::timestamptz, p_rules => $5::jsonb) limit $6::integer`,
      [...this.#whatIf(args), args.count],
    )
  }

  /** When the last of those batches is due, and how many there are. */
  summarizeSimulation(args: WhatIf): Promise<{ batches: number; finish_at: Date | null }> {
    return this.row(
      `select count(*)::integer as batches, max(due_at) as finish_at from daybatch.simulate_campaign(
         p_contacts => $1::integer, p_limit => $2::integer, p_interval => $3::interval, p_start_at => $4::timestamptz,
         p_rules => $5::jsonb)`,
      this.#whatIf(args),
    )
  }

  #whatIf({ contacts, limit, interval, startAt, rules }: WhatIf) {
    return [contacts, limit, interval, startAt ?? null, rules ?? null]
  }
}
