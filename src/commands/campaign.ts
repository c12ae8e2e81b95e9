import type { Daybatch } from '../db/daybatch.ts'
import type { Campaign } from '../db/rows.ts'
import { findCampaign, findCampaignsOf, readCampaigns } from './campaigns.ts'
import { CommandError } from './failure.ts'
import { readText } from './files.ts'
import { findLists } from './lists.ts'
import type { Output } from './output.ts'
import { count, describeInterval, formatTable } from './words.ts'

export interface CreateCommand {
  name: string
  /** Names or ids. */
  list: string[]
  limit?: number
  subject?: string
  /** Paths of the message's parts. */
  text?: string
  html?: string
  from?: string
  replyTo?: string
  /** As Postgres reads one, in hours or smaller units. */
  interval?: string
}

/** Makes a draft: nothing is sent before it is started. */
export async function createCampaign(db: Daybatch, command: CreateCommand, output: Output): Promise<void> {
  const { name, text, html } = command
  if (text === undefined && html === undefined)
    throw new CommandError('give the message: --text message.txt, --html message.html, or both')
  await refuseExisting(db, name)
  const lists = await findLists(db, command.list)
  const campaignId = await db.createCampaign({
    campaign: {
      name,
      contact_list_ids: lists.map(({ id }) => id),
      text_body: text === undefined ? undefined : await readText(text),
      html_body: html === undefined ? undefined : await readText(html),
      daily_send_limit: command.limit,
      subject: command.subject,
      sender: command.from,
      reply_to: command.replyTo,
      batch_interval: command.interval,
    },
  })
  const campaign = await db.getCampaign({ campaignId })
  const contacts = lists.reduce((sum, { contact_count = 0 }) => sum + contact_count, 0)
  output.tell(campaign, [
    `campaign "${name}" is a draft: ${count(contacts, 'contact')}, ${describePace(campaign)} (${campaignId})`,
    `next: npx daybatch campaign start "${name}"`,
  ])
}

/** One name for two campaigns is allowed, and rarely meant. */
export async function refuseExisting(db: Daybatch, name: string): Promise<void> {
  const [existing] = await findCampaignsOf(db, name)
  if (!existing) return
  throw new CommandError(
    `there is a campaign "${name}" already (${existing.id}, ${existing.status}): npx daybatch campaign show ${existing.id}, or choose another name`,
  )
}

/** `20 mails every 24 hours`. */
export const describePace = ({ daily_send_limit, batch_interval }: Campaign): string =>
  `${count(Number(daily_send_limit), 'mail')} every ${describeInterval(batch_interval)}`

/** What can be done to a campaign by one function of SQL; each prints where the campaign stands then. */
export const steering = {
  start: (db: Daybatch, campaignId: string) => db.startCampaign({ campaignId }),
  resume: (db: Daybatch, campaignId: string) => db.resumeCampaign({ campaignId }),
  pause: (db: Daybatch, campaignId: string, reason?: string) => db.pauseCampaign({ campaignId, reason }),
  cancel: (db: Daybatch, campaignId: string, reason?: string) => db.cancelCampaign({ campaignId, reason }),
  schedule: (db: Daybatch, campaignId: string, time: string) =>
    db.scheduleCampaign({ campaignId, scheduledAt: readTime(time) }),
  limit: (db: Daybatch, campaignId: string, mails: string) =>
    db.setDailyLimit({ campaignId, limit: readWhole(mails) }),
}

export async function steerCampaign(
  db: Daybatch,
  given: string,
  change: (campaignId: string) => Promise<unknown>,
  output: Output,
): Promise<void> {
  const { id: campaignId } = await findCampaign(db, given)
  await change(campaignId)
  const campaign = await db.getCampaign({ campaignId })
  const { name, status } = campaign
  const next = {
    sending: `npx daybatch watch "${name}"`,
    paused: `npx daybatch campaign resume "${name}"`,
  }[status as string]
  output.tell(campaign, [`"${name}": ${describeStanding(campaign)}`, ...(next ? [`next: ${next}`] : [])])
}

/** Campaigns as a table, newest first. */
export async function listCampaigns(db: Daybatch, output: Output): Promise<void> {
  const lines = [['name', 'status', 'done', 'waits for', 'id']]
  for await (const campaign of readCampaigns(db)) {
    const { name, status, percent_done, waits_for, id } = campaign
    const done = percent_done === null ? '' : `${percent_done} %`
    lines.push([name, status, done, waits_for === status ? '' : String(waits_for), id])
    output.tell(campaign, [])
  }
  if (lines.length > 1) for (const line of formatTable(lines)) output.say(line)
  else output.say('there is no campaign; make one by npx daybatch campaign create, or send')
}

/** One line: where the campaign stands and what it waits for. */
export function describeStanding(campaign: Campaign): string {
  const { status } = campaign
  const waitsFor = String(campaign.waits_for)
  const state = waitsFor.startsWith(status) ? waitsFor : `${status}, ${waitsFor}`
  return campaign.total_contacts === null ? state : `${state}; in all ${describeCounts(campaign)}`
}

function describeCounts({ total_contacts, processed_count, failed_count }: Campaign): string {
  const failed = Number(failed_count) > 0 ? `, ${failed_count} failed` : ''
  return `${processed_count} of ${total_contacts} sent${failed}`
}

/** RFC 3339 with a zone: what a time without one means depends on who reads it. */
function readTime(text: string): string {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(text)
  if (isTime && !Number.isNaN(Date.parse(text))) return text
  throw new CommandError(
    `${text} is no time with its zone: write it like 2027-03-01T09:00:00Z or …T09:00:00+01:00`,
  )
}

function readWhole(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  throw new CommandError(`${text} is no whole number`)
}
