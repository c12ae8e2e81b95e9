import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Config } from '../config.ts'
import { AddressError, normalizeAddress } from '../delivery/address.ts'
import { compileMessage } from '../delivery/message.ts'
import type { Reply } from '../delivery/reply.ts'
import { createSmtpTransport } from '../delivery/transport.ts'
import { usesMailbox } from '../sender.ts'
import { explainSmtpFailure } from './checks/mail.ts'
import { CommandError } from './failure.ts'

const MESSAGE = {
  subject: 'Test mail of daybatch',
  sender: null,
  reply_to: null,
  html_body: null,
  text_body:
    'Hello,\n\nthis is the test mail that was sent by npm run test-mail on {{machine}}.\nCampaigns go out by the same server, from the same sender.\n',
}

/** Sends one mail to one address, the way a campaign's mails go; no database takes part. */
export async function sendTestMail(config: Config, address: string): Promise<void> {
  const { smtpUrl, mailFrom } = config
  if (usesMailbox(config)) {
    throw new CommandError('nothing leaves this machine without SMTP_URL: set SMTP_URL and MAIL_FROM in .env')
  }
  if (smtpUrl === undefined || mailFrom === undefined) {
    throw new CommandError('set SMTP_URL and MAIL_FROM in .env')
  }
  const message = await compileMessage(MESSAGE, { mailFrom })
  const mail = message({
    ...unsentDelivery,
    email: checkAddress(address),
    message_key: randomUUID(),
    message_date: new Date(),
  })
  const transport = createSmtpTransport({ url: smtpUrl, connections: 1 })
  try {
    const reply = await transport.send(mail, { permit: async () => {} })
    if (reply.stage !== 'message' || reply.reply_code === null || reply.reply_code >= 300) {
      throw new CommandError(`the mail was not accepted (${reply.stage}): ${explainReply(reply)}`)
    }
    console.log(`${new URL(smtpUrl).host} accepted the mail to ${address}: ${reply.reply_text}`)
    console.log('Look whether it arrives, and not among the spam.')
  } finally {
    transport.close()
  }
}

/** What the message is made for where there is no campaign. */
const unsentDelivery = {
  delivery_id: '0',
  claim_token: '',
  lease_ms: 0,
  batch_number: 1,
  slot: 1,
  contact_id: '',
  attempt_number: 1,
  fields: { machine: hostname() },
  message_version: 1,
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
