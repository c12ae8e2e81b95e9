import type { Daybatch } from '../db/daybatch.ts'

/** The part of the database that delivery uses: the tests put an in-memory ledger in its place. */
export type DeliveryDatabase = Pick<
  Daybatch,
  | 'listWork'
  | 'claimDeliveries'
  | 'makeReturnPaths'
  | 'getMessage'
  | 'getAttachments'
  | 'beginSending'
  | 'reportOutcomes'
  | 'reportAndBegin'
  | 'extendClaims'
  | 'releaseClaims'
  | 'releaseExpiredClaims'
  | 'closeBatch'
  | 'processCampaigns'
>

/** The part of a pino logger that delivery uses. */
export interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
