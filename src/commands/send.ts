import { basename, extname } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type Config, readConfig } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { usesMailbox } from '../mail-settings.ts'
import { describePace, refuseExisting } from './campaign.ts'
import { withDatabase } from './connection.ts'
import { CommandError, Interruption, PARTLY } from './failure.ts'
import { checkFile, readText } from './files.ts'
import { describeFinish } from './forecast.ts'
import { importFile } from './import.ts'
import { findList } from './lists.ts'
import type { Output } from './output.ts'
import { startOwnService } from './own-service.ts'
import { watchCampaign } from './watch.ts'
import { count } from './words.ts'

export interface SendCommand {
  /** Paths: at most one of text and one of HTML. */
  message: string[]
  subject?: string
  limit?: number
  name?: string
  /** Name or id; everybody on it gets a mail. */
  list?: string
  from?: string
  replyTo?: string
  interval?: string
  yes?: boolean
  detach?: boolean
}

interface Started {
  campaignId: string
  name: string
  /** Every row of the file is on the list. */
  isWhole: boolean
}

/** From two files to a campaign that is sent: imports, makes, starts and watches it. */
export async function send(contacts: string, command: SendCommand, output: Output): Promise<void> {
  const config = readConfig()
  await checkFile(contacts)
  const bodies = await readMessage(command.message)
  const name = command.name ?? command.subject ?? basename(command.message[0]!, extname(command.message[0]!))
  const interruption = new Interruption()
  const service = await startOwnService(config, { isDetached: command.detach === true, output, interruption })
  try {
    await withDatabase(config, async db => {
      const campaign = { ...command, name, bodies, contacts }
      const started = await start(db, campaign, { config, output, interruption })
      if (command.detach) return tellNext(started, output)
      if (service) output.say('keep this running: batches go out only while a service runs')
      const last = await watchCampaign(db, started.campaignId, { signal: interruption.signal }, output)
      if (interruption.signal.aborted) return tellLeft(started, { isServed: !service, output })
      if (!started.isWhole || Number(last?.failed_count) > 0) process.exitCode = PARTLY
    })
  } finally {
    await service?.stop()
    interruption.end()
  }
}

/** By the names of the files: `.html` and `.htm` are HTML, all others text. */
async function readMessage(paths: string[]): Promise<{ text_body?: string; html_body?: string }> {
  const isHtml = (path: string) => /\.html?$/i.test(path)
  const html = paths.filter(isHtml)
  const text = paths.filter(path => !isHtml(path))
  if (html.length > 1 || text.length > 1)
    throw new CommandError('a message has one text and one HTML part: give --message at most once for each')
  return {
    ...(text[0] !== undefined && { text_body: await readText(text[0]) }),
    ...(html[0] !== undefined && { html_body: await readText(html[0]) }),
  }
}

interface Campaign extends SendCommand {
  name: string
  bodies: object
  contacts: string
}

interface Surroundings {
  config: Config
  output: Output
  interruption: Interruption
}

/** Nothing is begun by half: what is refused after the import leaves the list, and no campaign. */
async function start(db: Daybatch, campaign: Campaign, surroundings: Surroundings): Promise<Started> {
  const { output, interruption } = surroundings
  const { name, contacts, bodies } = campaign
  await refuseExisting(db, name)
  await refuseForeignList(db, campaign)
  const list = campaign.list ?? name
  const isWhole = await importFile(db, { file: contacts, list }, output)
  const { id: listId, contact_count = 0 } = (await findList(db, list))!
  await ask(db, { ...campaign, list, count: contact_count }, surroundings)
  interruption.check('nothing was sent')
  // what is told is read before the commit: after it a service may have opened the first batch, or closed the last
  const { campaignId, told } = await db.transaction(async transaction => {
    const id = await transaction.createCampaign({
      campaign: {
        ...bodies,
        name,
        contact_list_ids: [listId],
        daily_send_limit: campaign.limit,
        subject: campaign.subject,
        sender: campaign.from,
        reply_to: campaign.replyTo,
        batch_interval: campaign.interval,
      },
    })
    await transaction.startCampaign({ campaignId: id })
    return { campaignId: id, told: await describeStarted(transaction, id) }
  })
  output.tell(...told)
  return { campaignId, name, isWhole }
}

/** Who is on a list already is mailed too: that must be meant. */
async function refuseForeignList(db: Daybatch, { name, list }: Campaign): Promise<void> {
  if (list !== undefined) return
  const found = await findList(db, name)
  if (!found || found.contact_count === 0) return
  throw new CommandError(
    `there is a list "${name}" already, with ${count(found.contact_count ?? 0, 'contact')}: give --list "${name}" to mail all of them too, or choose another --name`,
  )
}

/** Asks before people get mails; where nobody can be asked, --yes is the answer. */
async function ask(
  db: Daybatch,
  { name, list, count: contacts, limit, yes, contacts: file }: Campaign & { list: string; count: number },
  { config, interruption }: Surroundings,
): Promise<void> {
  const servers = (await db.listSmtpServers()).filter(({ host, is_enabled }) => host !== null && is_enabled)
  if (yes || (usesMailbox(config) && servers.length === 0)) return
  const by =
    config.smtpUrl && !usesMailbox(config) ? new URL(config.smtpUrl).host : 'the services of this database'
  const whom = `${count(contacts, 'contact')} of "${list}"`
  const question = `send "${name}" to ${whom}, ${limit ?? 5} a batch, by ${by}?`
  if (!process.stdin.isTTY || file === '-') {
    throw new CommandError(`${question} Nobody can be asked here: give --yes. Nothing was sent`)
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  asking.once('SIGINT', () => interruption.interrupt())
  const answer = await asking
    .question(`${question} [y/N] `, { signal: interruption.signal })
    .catch(() => interruption.check('nothing was sent') ?? '')
    .finally(() => asking.close())
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw new CommandError(`nothing was sent; the contacts are on the list "${list}"`)
  }
}

async function describeStarted(db: Daybatch, campaignId: string): Promise<Parameters<Output['tell']>> {
  const campaign = await db.getCampaign({ campaignId })
  const batches = await db.forecastCampaign({ campaignId })
  const finish = batches.at(-1)?.due_at ?? null
  return [
    {
      event: 'started',
      campaign_id: campaignId,
      name: campaign.name,
      batches: batches.length,
      finish_at: finish,
    },
    [`"${campaign.name}" is started: ${describePace(campaign)}, ${describeFinish('sending', batches)}`],
  ]
}

function tellNext({ name }: Started, output: Output): void {
  output.say(`next: npx daybatch watch "${name}", or npx daybatch campaign pause "${name}"`)
}

function tellLeft(started: Started, { isServed, output }: { isServed: boolean; output: Output }): void {
  const { name } = started
  process.exitCode = Interruption.EXIT_CODE
  if (isServed) {
    output.say(`"${name}" goes on without this`)
    tellNext(started, output)
  } else output.say(`"${name}" is not over: npx daybatch serve goes on where it stopped`)
}
