import type { ProcessedCampaignRow } from '../db/rows.ts'
import type { BatchAction } from './meter.ts'

/** The lines of the log that tell how campaigns get on, the same whichever part of the service sees it. */
export const progressLines: Record<BatchAction, string> = {
  opened: 'batch opened',
  closed: 'batch closed',
  completed: 'campaign completed',
}

/** As process_campaign says it of a campaign that it found so: whoever completed it has told it. */
const COMPLETED_BEFORE = 'completed before'

/** Which of them a row of process_campaigns tells of. */
export function listProgress({
  action,
  reason,
}: Pick<ProcessedCampaignRow, 'action' | 'reason'>): BatchAction[] {
  if (action !== 'completed') return action === 'opened' || action === 'closed' ? [action] : []
  if (reason === COMPLETED_BEFORE) return []
  return reason === null ? ['closed', 'completed'] : ['completed']
}
