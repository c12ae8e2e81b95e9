import type { BatchAction } from './meter.ts'

/** The lines of the log that tell how campaigns get on, the same whichever part of the service sees it. */
export const progressLines: Record<BatchAction, string> = {
  opened: 'batch opened',
  closed: 'batch closed',
  completed: 'campaign completed',
}

export const isProgress = (action: string): action is BatchAction => action in progressLines
