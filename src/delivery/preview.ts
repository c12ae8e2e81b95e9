import { randomUUID } from 'node:crypto'
import type { Daybatch } from '../db/daybatch.ts'
import { compileMessage, type Mail, type MessageOptions, renderMessage } from './message.ts'
import { describeFile } from './messages.ts'
import { TEST_TOKEN } from './unsubscribe.ts'

type PreviewDatabase = Pick<Daybatch, 'previewMessage' | 'getAttachments' | 'listAttachments'>

/** A campaign's mail to one contact, as it would be made now; without a contact, the first of the audience. */
export interface PreviewRequest {
  campaignId: string
  contactId?: string | undefined
}

export interface TestMailRequest extends PreviewRequest {
  /** Gets the mail in place of the contact. */
  to: string
}

/** Subject and bodies as text; links to unsubscribe lead to a page that unsubscribes nobody. */
export async function previewMail(
  db: PreviewDatabase,
  { campaignId, contactId }: PreviewRequest,
  options: MessageOptions,
) {
  const row = await db.previewMessage({ campaignId, contactId })
  const rendered = await renderMessage(row, row.fields, { ...options, token: TEST_TOKEN })
  const files = await db.listAttachments({ campaignId })
  return {
    contact_id: row.contact_id,
    to: row.email,
    reply_to: row.reply_to,
    ...rendered,
    attachments: files.map(({ file_name, media_type, content_id, byte_count }) => ({
      file_name,
      media_type,
      content_id,
      byte_count,
    })),
    problem: row.problem,
  }
}

/**
 * The same as a mail, to another address. Nothing of it is in the ledger, and its Message-ID is its own: a server that
 * knows it must not take the contact's mail for a second copy.
 */
export async function makeTestMail(
  db: PreviewDatabase,
  { campaignId, contactId, to }: TestMailRequest,
  options: MessageOptions,
): Promise<Mail> {
  const row = await db.previewMessage({ campaignId, contactId, testAddress: to })
  const files = await db.getAttachments({ campaignId })
  const message = await compileMessage(row, { ...options, files: files.map(describeFile) })
  return message({
    email: row.email,
    fields: row.fields,
    message_key: randomUUID(),
    message_date: new Date(),
    unsubscribe_token: TEST_TOKEN,
  })
}
