import { OverviewStatements } from './overview.ts'
import type { EventPage, EventPositionValue, ProgressRow } from './rows.ts'

/** The history as it is written, and how far open batches are: what event streams read. */
export abstract class EventStatements extends OverviewStatements {
  /** The lines after an id and those of `missing`, oldest first, with the snapshot that was read. */
  readEvents(args: {
    after: number
    missing?: number[]
    campaignId?: string | undefined
    until?: number
    limit: number
  }): Promise<EventPage> {
    return this.value(
      `select daybatch.read_events(p_after => $1::bigint, p_missing => $2::bigint[], p_campaign_id => $3::uuid,
         p_until => $4::bigint, p_limit => $5::integer) as value`,
      [args.after, args.missing ?? [], args.campaignId ?? null, args.until ?? null, args.limit],
      'read_events',
    )
  }

  /** Where the history ends now. */
  findEventPosition(): Promise<EventPositionValue> {
    return this.value('select daybatch.find_event_position() as value')
  }

  /** The open batches with mails under way, and those of the campaigns in `also`. */
  listProgress(args: { campaignIds?: string[] | undefined; also: string[] }): Promise<ProgressRow[]> {
    return this.rows(
      `select * from daybatch.list_progress(p_campaign_ids => $1::uuid[], p_also => $2::uuid[])`,
      [args.campaignIds ?? null, args.also],
      'list_progress',
    )
  }
}
