import { type Campaign, Refusal } from './campaign.ts'

/** What people do to a campaign, by the rules. */

export function pause(campaign: Campaign): string {
  if (campaign.status !== 'sending' && campaign.status !== 'paused') throw new Refusal('MB002')
  campaign.status = 'paused'
  return 'paused'
}

export function resume(campaign: Campaign): string {
  if (campaign.status === 'sending') return 'sending'
  if (campaign.status !== 'paused') throw new Refusal('MB002')
  campaign.status = 'sending'
  if (campaign.isInitialised) campaign.nextDue = Math.max(campaign.nextDue ?? 0, campaign.now)
  return 'sending'
}

export function cancel(campaign: Campaign): string {
  if (campaign.status === 'completed') throw new Refusal('MB002')
  campaign.status = 'cancelled'
  campaign.nextDue = null
  campaign.close()
  return 'cancelled'
}

export function setLimit(campaign: Campaign, limit: number): number {
  if (campaign.status === 'completed' || campaign.status === 'cancelled') throw new Refusal('MB002')
  campaign.limit = limit
  return limit
}

export function resolve(campaign: Campaign, contact: number, as: 'sent' | 'not_sent'): number {
  const delivery = campaign.find(contact)
  if (!delivery) throw new Refusal('MB020')
  const { status } = delivery
  const isSettledSo = as === 'sent' ? status === 'sent' : status === 'deferred' || status === 'queued'
  if (status !== 'in_doubt' && !isSettledSo) throw new Refusal('MB002')
  if (status !== 'in_doubt') return 0
  campaign.settle([delivery], as === 'sent' ? 'sent' : 'deferred')
  return 1
}

export function resolveAll(campaign: Campaign, as: 'sent' | 'not_sent'): number {
  const doubtful = campaign.deliveries.filter(({ status }) => status === 'in_doubt')
  campaign.settle(doubtful, as === 'sent' ? 'sent' : 'deferred')
  return doubtful.length
}

export function retryFailed(campaign: Campaign): number {
  if (campaign.status === 'cancelled') throw new Refusal('MB002')
  const failed = campaign.deliveries.filter(({ status }) => status === 'failed')
  for (const { address } of failed) if (address !== null) campaign.retry(address)
  campaign.settle(failed, 'deferred')
  return failed.length
}

export function addContact(campaign: Campaign, contact: number, isDeleted: boolean): number {
  if (campaign.status === 'cancelled' || !campaign.isInitialised) throw new Refusal('MB002')
  if (isDeleted) throw new Refusal('MB018')
  const { remaining, processed, failed } = campaign
  const isBack = campaign.find(contact)?.status !== 'skipped' && campaign.removed.delete(contact)
  if ([remaining, processed, failed].some(contacts => contacts.includes(contact))) return isBack ? 1 : 0
  remaining.push(contact)
  campaign.reopen()
  return 1
}

/** False when it is mailed, or on its way, already; a worker that only claimed it loses it. */
export function removeContact(campaign: Campaign, contact: number, isDeleted: boolean): boolean {
  const delivery = campaign.find(contact)
  if (delivery && ['sending', 'sent', 'failed', 'skipped', 'in_doubt'].includes(delivery.status)) return false
  const isListed = !campaign.isInitialised && campaign.audience.includes(contact) && !isDeleted
  if (!isListed && !campaign.remaining.includes(contact)) throw new Refusal('MB018')
  campaign.removed.add(contact)
  if (delivery?.status === 'claimed') campaign.open!.takeBack(delivery)
  return true
}
