import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Config } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import type { MessageRow } from '../db/rows.ts'
import { AddressError, normalizeAddress } from '../delivery/address.ts'
import { compileMessage, type Mail, MessageError } from '../delivery/message.ts'
import { makeTestMail, previewMail } from '../delivery/preview.ts'
import type { Reply } from '../delivery/reply.ts'
import { createSmtpTransport } from '../delivery/transport.ts'
import { TEST_TOKEN } from '../delivery/unsubscribe.ts'
import { describeMessages, makeSigner, usesMailbox } from '../mail-settings.ts'
import { findCampaign } from './campaigns.ts'
import { explainSmtpFailure } from './checks/mail.ts'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

const MESSAGE: MessageRow = {
  subject: 'Test mail of daybatch',
  sender: null,
  reply_to: null,
  html_body: null,
  text_body:
    'Hello,\n\nthis is the test mail that was sent by daybatch test-mail on {{machine}}.\nCampaigns go out by the same server, from the same sender.\n',
}

/** Sends one mail to one address, the way a campaign's mails go; no database takes part. */
export async function sendTestMail(config: Config, address: string, output: Output): Promise<void> {
  const { smtpUrl, mailFrom } = checkServer(config)
  const message = await compileMessage(MESSAGE, { mailFrom })
  const mail = message({
    email: checkAddress(address),
    fields: { machine: hostname() },
    message_key: randomUUID(),
    message_date: new Date(),
    unsubscribe_token: TEST_TOKEN,
  })
  const reply = await send(config, smtpUrl, mail)
  tellAccepted(output, { smtpUrl, address, reply })
}

/** Sends a campaign's message, as it stands now, to one address in place of a contact's; the campaign knows nothing of it. */
export async function sendCampaignTest(
  db: Daybatch,
  config: Config,
  { address, campaign, contact }: { address: string; campaign: string; contact?: string },
  output: Output,
): Promise<void> {
  const { smtpUrl } = checkServer(config)
  const { id: campaignId } = await findCampaign(db, campaign)
  const request = { campaignId, contactId: contact, to: checkAddress(address) }
  const mail = await makeMail(makeTestMail(db, request, describeMessages(config)))
  const reply = await send(config, smtpUrl, mail)
  tellAccepted(output, { smtpUrl, address, reply })
}

/** Prints what a contact's mail would be. */
export async function showPreview(
  db: Daybatch,
  config: Config,
  { campaign, contactId }: { campaign: string; contactId: string | undefined },
  output: Output,
): Promise<void> {
  const { id: campaignId } = await findCampaign(db, campaign)
  const preview = await makeMail(previewMail(db, { campaignId, contactId }, describeMessages(config)))
  const { from, to, reply_to, subject, attachments, text, html, problem } = preview
  const files = attachments
    .map(({ file_name, byte_count }) => `${file_name} (${byte_count} bytes)`)
    .join(', ')
  const lines = { From: from, To: to, 'Reply-To': reply_to, Subject: subject, Files: files, Problem: problem }
  const head = Object.entries(lines).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []))
  output.tell(preview, [...head, `\n${text}`, ...(html === null ? [] : [`--- html\n${html}`])])
}

async function makeMail<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof MessageError) throw new CommandError(`the message cannot be made: ${error.message}`)
    throw error
  }
}

function checkServer(config: Config): { smtpUrl: string; mailFrom: string } {
  const { smtpUrl, mailFrom } = config
  if (usesMailbox(config)) {
    throw new CommandError('nothing leaves this machine without SMTP_URL: set SMTP_URL and MAIL_FROM in .env')
  }
  if (smtpUrl === undefined || mailFrom === undefined) {
    throw new CommandError('set SMTP_URL and MAIL_FROM in .env')
  }
  return { smtpUrl, mailFrom }
}

async function send(config: Config, smtpUrl: string, mail: Mail): Promise<Reply> {
  const transport = createSmtpTransport({ url: smtpUrl, connections: 1, sign: readSigner(config) })
  try {
    const reply = await transport.send(mail, { permit: async () => {} })
    if (reply.stage !== 'message' || reply.reply_code === null || reply.reply_code >= 300) {
      throw new CommandError(`the mail was not accepted (${reply.stage}): ${explainReply(reply)}`)
    }
    return reply
  } finally {
    transport.close()
  }
}

function tellAccepted(
  output: Output,
  { smtpUrl, address, reply }: { smtpUrl: string; address: string; reply: Reply },
): void {
  const { host } = new URL(smtpUrl)
  output.tell({ to: address, server: host, reply_code: reply.reply_code, reply_text: reply.reply_text }, [
    `${host} accepted the mail to ${address}: ${reply.reply_text}`,
    'Look whether it arrives, and not among the spam.',
  ])
}

function readSigner(config: Config) {
  try {
    return makeSigner(config)
  } catch (error) {
    throw new CommandError(`DKIM_KEYS: ${(error as Error).message}`)
  }
}

function checkAddress(address: string): string {
  try {
    return normalizeAddress(address)
  } catch (error) {
    if (!(error instanceof AddressError)) throw error
    throw new CommandError(`${address} cannot be mailed: ${error.message}`)
  }
}

const explainReply = ({ stage, reply_text }: Reply) =>
  explainSmtpFailure({ message: reply_text ?? 'no answer', code: stage === 'auth' ? 'EAUTH' : '' })
