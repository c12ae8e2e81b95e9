import { ContactStatements } from './contacts.ts'
import type { ContactEventRow, ForecastRow, PromiseRow } from './rows.ts'

/** What stands in the ledger: doubts, failures, proofs, the story of one contact; and whom never to mail again. */
export abstract class LedgerStatements extends ContactStatements {
  /** Settles the mails in doubt of a campaign, all or some contacts'; returns how many. */
  resolveAllInDoubt(args: {
    campaignId: string
    as: 'sent' | 'not_sent'
    contactIds?: string[]
  }): Promise<number> {
    return this.value(
      `select daybatch.resolve_all_in_doubt(
         p_campaign_id => $1::uuid, p_as => $2::text, p_contact_ids => $3::uuid[]) as value`,
      [args.campaignId, args.as, args.contactIds ?? null],
    )
  }

  /** Puts refused contacts back to remaining, all or some; returns how many. */
  retryFailed(args: { campaignId: string; contactIds?: string[] }): Promise<number> {
    return this.value(
      `select daybatch.retry_failed(p_campaign_id => $1::uuid, p_contact_ids => $2::uuid[]) as value`,
      [args.campaignId, args.contactIds ?? null],
    )
  }

  /** The coming batches, also with another limit; the one under way first. `count`: at most so many behind `afterNumber`. */
  forecastCampaign(args: {
    campaignId: string
    limit?: number | undefined
    afterNumber?: number | undefined
    count?: number
  }): Promise<ForecastRow[]> {
    return this.rows(
      `select * from daybatch.forecast_campaign(p_campaign_id => $1::uuid, p_limit => $2::integer,
         p_after_number => $3::integer, p_count => $4::integer)`,
      [args.campaignId, args.limit ?? null, args.afterNumber ?? null, args.count ?? null],
    )
  }

  /** One row per promise that holds; MB022 when one does not. */
  verifyCampaign(args: { campaignId: string }): Promise<PromiseRow[]> {
    return this.rows(`select * from daybatch.verify_campaign(p_campaign_id => $1::uuid)`, [args.campaignId])
  }

  /** The story of one contact in one campaign, in order; the last row, without a time, says where it stands. */
  explainContact(args: { campaignId: string; contactId: string }): Promise<ContactEventRow[]> {
    return this.rows(
      `select * from daybatch.explain_contact(p_campaign_id => $1::uuid, p_contact_id => $2::uuid)`,
      [args.campaignId, args.contactId],
    )
  }

  /** Never mail an address again; false when that was so already. */
  suppressAddress(args: {
    email: string
    reason?: string
    listId?: string
    source: string
  }): Promise<boolean> {
    return this.value(
      `select daybatch.suppress_address(
         p_email => $1::text, p_reason => $2::text, p_list_id => $3::uuid, p_source => $4::text) as value`,
      [args.email, args.reason ?? 'manual', args.listId ?? null, args.source],
    )
  }

  /** By the token of a mail's link; false when that was so already. MB030 for what is no token of ours. */
  unsubscribeByToken(args: { token: string; source: string }): Promise<boolean> {
    return this.value(
      `select daybatch.unsubscribe_by_token(p_token => $1::text, p_source => $2::text) as value`,
      [args.token, args.source],
      'unsubscribe_by_token',
    )
  }

  isUnsubscribeToken(args: { token: string }): Promise<boolean> {
    return this.value(
      `select daybatch.is_unsubscribe_token(p_token => $1::text) as value`,
      [args.token],
      'is_unsubscribe_token',
    )
  }

  /** Personal data gone; the never-twice key and the totals stay. False for an id that is not there. */
  eraseContact(args: { contactId: string }): Promise<boolean> {
    return this.value(`select daybatch.erase_contact(p_contact_id => $1::uuid) as value`, [args.contactId])
  }
}
