import { BounceStatements } from './bounces.ts'
import type {
  AudienceRow,
  Campaign,
  Contact,
  FailureRow,
  FinishRow,
  Overview,
  OverviewShow,
  PageStart,
} from './rows.ts'

/** What the page shows first. */
export abstract class OverviewStatements extends BounceStatements {
  /** How many campaigns stand where, what went out, what leaves next, what needs somebody. */
  describeOverview(): Promise<Overview> {
    return this.value(`select daybatch.describe_overview() as value`)
  }

  /** Newest first, with blockers and the forecast end; `search` is part of the name. */
  listOverview(
    args: PageStart & { search?: string | undefined; show?: OverviewShow | undefined } = {},
  ): Promise<Campaign[]> {
    return this.values(
      `select value from daybatch.list_overview(p_search => $1::text, p_show => $2::text,
         p_after_created_at => $3::timestamptz, p_after_id => $4::uuid, p_limit => $5::integer) as value`,
      [
        args.search ?? null,
        args.show ?? null,
        args.afterCreatedAt ?? null,
        args.afterId ?? null,
        args.limit ?? 50,
      ],
    )
  }

  /** Ends other than sent, by rule or reason. */
  listFailures(args: { campaignId: string }): Promise<FailureRow[]> {
    return this.rows(`select * from daybatch.list_failures(p_campaign_id => $1::uuid)`, [args.campaignId])
  }

  /** When it ends, also with another limit. */
  forecastFinish(args: { campaignId: string; limit?: number | undefined }): Promise<FinishRow> {
    return this.row(
      `select * from daybatch.forecast_finish(p_campaign_id => $1::uuid, p_limit => $2::integer)`,
      [args.campaignId, args.limit ?? null],
    )
  }

  /** How many contacts these lists name, and why some of them cannot be mailed now. */
  previewAudience(args: { listIds: string[] }): Promise<AudienceRow> {
    return this.row(`select * from daybatch.preview_audience(p_list_ids => $1::uuid[])`, [args.listIds])
  }

  /** By address, in any case of letters. */
  findContact(args: { email: string }): Promise<Contact> {
    return this.value(`select daybatch.find_contact(p_email => $1::text) as value`, [args.email])
  }
}
