import { ApiStatements } from './api.ts'
import type { BounceLimitsRow } from './rows.ts'

/** What operators do to the whole installation. */
export abstract class OperationStatements extends ApiStatements {
  /** As people see them: no password, sealed or not. */
  listSmtpServerStates(): Promise<Record<string, unknown>[]> {
    return this.values(`select value from daybatch.list_smtp_server_states() as value`)
  }

  /** First those of all campaigns (`campaign_id` null), then those of single ones. */
  listBounceLimits(args: {
    afterCampaignId?: string | undefined
    limit: number
  }): Promise<BounceLimitsRow[]> {
    return this.rows(
      `select * from daybatch.list_bounce_limits(p_after_campaign_id => $1::uuid, p_limit => $2::integer)`,
      [args.afterCampaignId ?? null, args.limit],
    )
  }

  /** What is undefined stays as it is. */
  async setBounceLimits(args: {
    campaignId?: string | undefined
    bounceRate?: number | undefined
    bounceMinimum?: number | undefined
    complaintRate?: number | undefined
    complaintMinimum?: number | undefined
  }): Promise<void> {
    await this.rows(
      `select daybatch.set_bounce_limits(p_campaign_id => $1::uuid, p_bounce_rate => $2::numeric,
         p_bounce_minimum => $3::integer, p_complaint_rate => $4::numeric, p_complaint_minimum => $5::integer)`,
      [
        args.campaignId ?? null,
        args.bounceRate ?? null,
        args.bounceMinimum ?? null,
        args.complaintRate ?? null,
        args.complaintMinimum ?? null,
      ],
    )
  }

  /** Returns how many tries are gone; call it until it is 0. */
  purgeDeliveries(args: { olderThan: string; limit: number }): Promise<number> {
    return this.value(
      `select daybatch.purge_deliveries(p_older_than => $1::interval, p_limit => $2::integer) as value`,
      [args.olderThan, args.limit],
    )
  }

  /** Returns how many events and sweeps are gone; call it until it is 0. */
  purgeHistory(args: { olderThan: string; limit: number }): Promise<number> {
    return this.value(
      `select daybatch.purge_history(p_older_than => $1::interval, p_limit => $2::integer) as value`,
      [args.olderThan, args.limit],
    )
  }

  /** In words what will happen, or with `confirm` what has. */
  takeOver(args: { confirm: boolean }): Promise<string> {
    return this.value(`select daybatch.take_over(p_confirm => $1::boolean) as value`, [args.confirm])
  }

  /** What an older application had done, campaign by campaign. */
  adoptReport(args: { campaignId?: string | undefined }): Promise<Record<string, unknown>[]> {
    return this.rows(`select * from daybatch.adopt_report(p_campaign_id => $1::uuid)`, [
      args.campaignId ?? null,
    ])
  }

  confirmInstallation(args: { confirm: boolean }): Promise<{ installation_id: string; explanation: string }> {
    return this.row(`select * from daybatch.confirm_installation(p_confirm => $1::boolean)`, [args.confirm])
  }

  /** Returns the new key's number; with `retire` every link sent so far is invalid. */
  rotateTokenKey(args: { retire: boolean }): Promise<number> {
    return this.value(`select daybatch.rotate_token_key(p_retire => $1::boolean) as value`, [args.retire])
  }

  checkOperation(): Promise<{ name: string; state: string; finding: string }[]> {
    return this.rows(`select name, state, finding from daybatch.check_operation()`)
  }
}
