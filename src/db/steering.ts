import { DeliveryStatements } from './delivery.ts'
import type {
  AttachmentSummary,
  BatchingState,
  BatchTest,
  Campaign,
  CampaignStatus,
  PageStart,
  PreviewRow,
  ProcessedCampaignRow,
  Source,
  SweepCounts,
  TrackingRow,
} from './rows.ts'

/** Campaigns and their batches. */
export abstract class SteeringStatements extends DeliveryStatements {
  contractVersion(): Promise<number> {
    return this.value(`select daybatch.contract_version() as value`)
  }

  /** False beside an older application until take_over(true). */
  isAwake(): Promise<boolean> {
    return this.value(`select daybatch.is_awake() as value`)
  }

  currentMoment(): Promise<Date> {
    return this.value(`select daybatch.current_moment() as value`)
  }

  /** Keys as in the table: name, subject, …, status `draft` (default), `scheduled` or `sending`. Returns the id. */
  createCampaign(args: { campaign: object }): Promise<string> {
    return this.value(`select daybatch.create_campaign(p_campaign => $1::jsonb) as value`, [
      JSON.stringify(args.campaign),
    ])
  }

  async updateCampaign(args: { campaignId: string; changes: object }): Promise<void> {
    await this.rows(`select daybatch.update_campaign(p_campaign_id => $1::uuid, p_changes => $2::jsonb)`, [
      args.campaignId,
      JSON.stringify(args.changes),
    ])
  }

  /** What a contact's mail would be made of now; without a contact, the first of the audience. Changes nothing. */
  previewMessage(args: {
    campaignId: string
    contactId?: string | undefined
    testAddress?: string | undefined
  }): Promise<PreviewRow> {
    return this.row(
      `select * from daybatch.preview_message(
         p_campaign_id => $1::uuid, p_contact_id => $2::uuid, p_test_address => $3::text)`,
      [args.campaignId, args.contactId ?? null, args.testAddress ?? null],
    )
  }

  /** Returns the attachment's id. */
  addAttachment(args: {
    campaignId: string
    fileName: string
    mediaType: string
    content: Buffer
    contentId?: string | undefined
  }): Promise<string> {
    return this.value(
      `select daybatch.add_attachment(p_campaign_id => $1::uuid, p_file_name => $2::text,
         p_media_type => $3::text, p_content => $4::bytea, p_content_id => $5::text) as value`,
      [args.campaignId, args.fileName, args.mediaType, args.content, args.contentId ?? null],
    )
  }

  /** False when it is not there. */
  removeAttachment(args: { campaignId: string; attachmentId: string }): Promise<boolean> {
    return this.value(
      `select daybatch.remove_attachment(p_campaign_id => $1::uuid, p_attachment_id => $2::bigint) as value`,
      [args.campaignId, args.attachmentId],
    )
  }

  listAttachments(args: { campaignId: string }): Promise<AttachmentSummary[]> {
    return this.rows(`select * from daybatch.list_attachments(p_campaign_id => $1::uuid)`, [args.campaignId])
  }

  getCampaign(args: { campaignId: string }): Promise<Campaign> {
    return this.value(`select daybatch.get_campaign(p_campaign_id => $1::uuid) as value`, [args.campaignId])
  }

  /** Newest first; `name`: those whose name contains it. */
  listCampaigns(
    args: PageStart & { status?: CampaignStatus | undefined; name?: string | undefined } = {},
  ): Promise<Campaign[]> {
    return this.values(
      `select value from daybatch.list_campaigns(p_status => $1::text, p_after_created_at => $2::timestamptz,
         p_after_id => $3::uuid, p_limit => $4::integer, p_name => $5::text) as value`,
      [
        args.status ?? null,
        args.afterCreatedAt ?? null,
        args.afterId ?? null,
        args.limit ?? 50,
        args.name ?? null,
      ],
    )
  }

  /** MB050 when the campaign is in none of these versions: in a transaction, before the change itself. */
  async checkVersion(args: { campaignId: string; versions: string[] }): Promise<void> {
    await this.rows(`select daybatch.check_version(p_campaign_id => $1::uuid, p_versions => $2::text[])`, [
      args.campaignId,
      args.versions,
    ])
  }

  /** Returns how many are new in the audience, or back in it. */
  addContacts(args: { campaignId: string; contactIds: string[] }): Promise<number> {
    return this.value(
      `select daybatch.add_contacts(p_campaign_id => $1::uuid, p_contact_ids => $2::uuid[]) as value`,
      [args.campaignId, args.contactIds],
    )
  }

  /** Returns those that will not be mailed; who is being mailed, or was, is not among them. */
  removeContacts(args: { campaignId: string; contactIds: string[] }): Promise<string[]> {
    return this.values(
      `select value from daybatch.remove_contacts(
         p_campaign_id => $1::uuid, p_contact_ids => $2::uuid[]) as value`,
      [args.campaignId, args.contactIds],
    )
  }

  initializeContactTracking(args: { campaignId: string }): Promise<TrackingRow> {
    return this.row(`select * from daybatch.initialize_contact_tracking(p_campaign_id => $1::uuid)`, [
      args.campaignId,
    ])
  }

  /** Does what is due for one campaign, or for all; returns what was done, or why not. */
  processCampaigns(args: { campaignId?: string; source?: Source } = {}): Promise<ProcessedCampaignRow[]> {
    return this.rows(
      `select * from daybatch.process_campaigns(p_campaign_id => $1::uuid, p_source => $2::text)`,
      [args.campaignId ?? null, args.source ?? 'manual'],
    )
  }

  /** Ids of the campaigns that a sweep has something to do for. */
  async listDueCampaigns(args: { source?: Source } = {}): Promise<string[]> {
    const rows = await this.rows<{ campaign_id: string }>(
      `select campaign_id from daybatch.list_due_campaigns(p_source => $1::text)`,
      [args.source ?? 'sweep'],
    )
    return rows.map(row => row.campaign_id)
  }

  /** Ends a sweep: releases expired claims, mends lost jobs, writes the log. */
  async recordSweep(args: { source: Source; startedAt: Date; counts: SweepCounts }): Promise<void> {
    const { lookedAt, opened, closed, failed } = args.counts
    await this.rows(
      `select daybatch.record_sweep(
         p_source => $1::text, p_started_at => $2::timestamptz, p_counts => $3::integer[])`,
      [args.source, args.startedAt, [lookedAt, opened, closed, failed]],
    )
  }

  /** Returns the new status, as the next ones do. Repeating is harmless; a status that does not allow it is MB002. */
  startCampaign(args: { campaignId: string }): Promise<CampaignStatus> {
    return this.value(`select daybatch.start_campaign(p_campaign_id => $1::uuid) as value`, [args.campaignId])
  }

  scheduleCampaign(args: { campaignId: string; scheduledAt: string }): Promise<CampaignStatus> {
    return this.value(
      `select daybatch.schedule_campaign(p_campaign_id => $1::uuid, p_scheduled_at => $2::timestamptz) as value`,
      [args.campaignId, args.scheduledAt],
    )
  }

  pauseCampaign(args: { campaignId: string; reason?: string }): Promise<CampaignStatus> {
    return this.value(
      `select daybatch.pause_campaign(p_campaign_id => $1::uuid, p_reason => $2::text) as value`,
      [args.campaignId, args.reason ?? null],
    )
  }

  resumeCampaign(args: { campaignId: string }): Promise<CampaignStatus> {
    return this.value(`select daybatch.resume_campaign(p_campaign_id => $1::uuid) as value`, [
      args.campaignId,
    ])
  }

  cancelCampaign(args: { campaignId: string; reason?: string }): Promise<CampaignStatus> {
    return this.value(
      `select daybatch.cancel_campaign(p_campaign_id => $1::uuid, p_reason => $2::text) as value`,
      [args.campaignId, args.reason ?? null],
    )
  }

  /** Returns the limit; the batch under way keeps the one it was opened with. */
  setDailyLimit(args: { campaignId: string; limit: number }): Promise<number> {
    return this.value(
      `select daybatch.set_daily_limit(p_campaign_id => $1::uuid, p_limit => $2::integer) as value`,
      [args.campaignId, args.limit],
    )
  }

  /** Runs a simulated campaign through the production functions and rolls it back. */
  testBatchCampaign(): Promise<BatchTest> {
    return this.value(`select daybatch.test_batch_campaign() as value`)
  }

  listBatchingStates(): Promise<BatchingState[]> {
    return this.values(`select value from daybatch.list_batching_states() as value`)
  }
}
