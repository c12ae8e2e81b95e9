import { Connection } from './connection.ts'
import type {
  AttachmentRow,
  BegunDeliveryRow,
  ClaimedDeliveryRow,
  ClosedBatchRow,
  ExtendedClaimRow,
  InstallationRow,
  MessageRow,
  NoticeRow,
  OutcomeReport,
  RecordedOutcomeRow,
  SmtpServerRow,
  WorkRow,
} from './rows.ts'

/** What the delivery worker calls, in the order of a mail's life. */
export abstract class DeliveryStatements extends Connection {
  /** Open batches with something to do: now, or at `ready_at`, the earliest first. */
  listWork({ limit = 100 }: { limit?: number } = {}): Promise<WorkRow[]> {
    return this.rows(`select * from daybatch.list_work(p_limit => $1::integer)`, [limit], 'list_work')
  }

  claimDeliveries(args: {
    campaignId: string
    workerId: string
    limit: number
    /** The SMTP servers that the worker can use; default: `default` alone. */
    smtpServers?: string[] | undefined
  }): Promise<ClaimedDeliveryRow[]> {
    return this.rows(
      `select * from daybatch.claim_deliveries(
         p_campaign_id => $1::uuid, p_worker_id => $2::text, p_limit => $3::integer, p_smtp_servers => $4::text[])`,
      [args.campaignId, args.workerId, args.limit, args.smtpServers ?? null],
      'claim_deliveries',
    )
  }

  /** Tokens for the return paths of these deliveries, in their order. */
  makeReturnPaths(args: { deliveryIds: string[] }): Promise<string[]> {
    return this.value(
      `select daybatch.make_return_paths(p_delivery_ids => $1::bigint[]) as value`,
      [args.deliveryIds],
      'make_return_paths',
    )
  }

  getMessage(args: { campaignId: string; messageVersion: number }): Promise<MessageRow> {
    return this.row(
      `select * from daybatch.get_message(p_campaign_id => $1::uuid, p_message_version => $2::integer)`,
      [args.campaignId, args.messageVersion],
      'get_message',
    )
  }

  /** The files of a frozen message; without a version those of the message as it stands now. */
  getAttachments(args: { campaignId: string; messageVersion?: number }): Promise<AttachmentRow[]> {
    return this.rows(
      `select * from daybatch.get_attachments(p_campaign_id => $1::uuid, p_message_version => $2::integer)`,
      [args.campaignId, args.messageVersion ?? null],
    )
  }

  /** Commits `sending` for deliveries of one campaign; the two arrays are read in parallel. */
  beginSending(args: {
    campaignId: string
    claimTokens: string[]
    deliveryIds: string[]
  }): Promise<BegunDeliveryRow[]> {
    return this.rows(
      `select * from daybatch.begin_sending(
         p_campaign_id => $1::uuid, p_claim_tokens => $2::uuid[], p_delivery_ids => $3::bigint[])`,
      [args.campaignId, args.claimTokens, args.deliveryIds],
      'begin_sending',
    )
  }

  /** Records outcomes of one campaign; repeating a report changes nothing. */
  reportOutcomes(args: { campaignId: string; reports: OutcomeReport[] }): Promise<RecordedOutcomeRow[]> {
    return this.rows(
      `select * from daybatch.report_outcomes(p_campaign_id => $1::uuid, p_reports => $2::jsonb)`,
      [args.campaignId, JSON.stringify(args.reports)],
      'report_outcomes',
    )
  }

  /** reportOutcomes and then beginSending of one campaign, in one transaction. */
  async reportAndBegin(args: {
    campaignId: string
    reports: OutcomeReport[]
    claimTokens: string[]
    deliveryIds: string[]
  }): Promise<{ recorded: RecordedOutcomeRow[]; begun: BegunDeliveryRow[] }> {
    const rows = await this.rows<RecordedOutcomeRow & BegunDeliveryRow>(
      `select r.delivery_id, r.recorded, r.status, r.rule, r.batch_finished, null::boolean as may_send, null::text as refusal
       from daybatch.report_outcomes(p_campaign_id => $1::uuid, p_reports => $2::jsonb) as r
       union all
       select b.delivery_id, null, null, null, null, b.may_send, b.refusal
       from daybatch.begin_sending(
         p_campaign_id => $1::uuid, p_claim_tokens => $3::uuid[], p_delivery_ids => $4::bigint[]) as b`,
      [args.campaignId, JSON.stringify(args.reports), args.claimTokens, args.deliveryIds],
      'report_and_begin',
    )
    const { length } = args.reports
    return { recorded: rows.slice(0, length), begun: rows.slice(length) }
  }

  /** Renews leases and returns those still alive; a token that is missing in the answer is lost. */
  extendClaims(args: { claimTokens: string[] }): Promise<ExtendedClaimRow[]> {
    return this.rows(
      `select * from daybatch.extend_claims(p_claim_tokens => $1::uuid[])`,
      [args.claimTokens],
      'extend_claims',
    )
  }

  /** Gives back what was claimed and not begun; returns how many deliveries. */
  releaseClaims(args: { claimTokens: string[] }): Promise<number> {
    return this.value(`select daybatch.release_claims(p_claim_tokens => $1::uuid[]) as value`, [
      args.claimTokens,
    ])
  }

  releaseExpiredClaims({ limit = 1000 }: { limit?: number } = {}): Promise<number> {
    return this.value(`select daybatch.release_expired_claims(p_limit => $1::integer) as value`, [limit])
  }

  /** Closes the batch when nothing of it is open; without a number, the campaign's open one. */
  closeBatch(args: { campaignId: string; batchNumber?: number }): Promise<ClosedBatchRow> {
    return this.row(
      `select * from daybatch.close_batch(p_campaign_id => $1::uuid, p_batch_number => $2::integer)`,
      [args.campaignId, args.batchNumber ?? null],
      'close_batch',
    )
  }

  /** A worker's sign of life, for worker_status and campaign_blockers; `problem`: why it cannot send now. */
  reportWorker(args: {
    workerId: string
    connections: number
    heldCount: number
    problem: string | null
  }): Promise<void> {
    return this.value(
      `select daybatch.report_worker(p_worker_id => $1::text, p_connections => $2::integer,
         p_held_count => $3::integer, p_problem => $4::text) as value`,
      [args.workerId, args.connections, args.heldCount, args.problem],
    )
  }

  /** The worker ended in order. */
  forgetWorker(args: { workerId: string }): Promise<void> {
    return this.value(`select daybatch.forget_worker(p_worker_id => $1::text) as value`, [args.workerId])
  }

  /** A notice to operators, to be told now; undefined: it is not known. */
  async takeNotice(args: { noticeId: number }): Promise<NoticeRow | undefined> {
    const rows = await this.rows<NoticeRow>(
      'select * from daybatch.take_notice(p_notice_id => $1::bigint)',
      [args.noticeId],
      'take_notice',
    )
    return rows[0]
  }

  /** The SMTP servers, with their passwords sealed. */
  listSmtpServers(): Promise<SmtpServerRow[]> {
    return this.rows('select * from daybatch.list_smtp_servers()', [], 'list_smtp_servers')
  }

  /** Makes an SMTP server or changes the named fields of one. */
  setSmtpServer(args: { name: string; server: Record<string, unknown> }): Promise<void> {
    return this.value(`select daybatch.set_smtp_server(p_name => $1::text, p_server => $2::jsonb) as value`, [
      args.name,
      JSON.stringify(args.server),
    ])
  }

  /** Whether there was one of that name. */
  removeSmtpServer(args: { name: string }): Promise<boolean> {
    return this.value(`select daybatch.remove_smtp_server(p_name => $1::text) as value`, [args.name])
  }

  /** Whether this is the database that the service last ran on, by what it remembers. */
  checkInstallation(args: { installationId?: string; highWater?: string }): Promise<InstallationRow> {
    return this.row(
      `select * from daybatch.check_installation(p_installation_id => $1::uuid, p_high_water => $2::bigint)`,
      [args.installationId ?? null, args.highWater ?? null],
    )
  }
}
