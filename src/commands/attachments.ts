import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { detectMimeType } from 'nodemailer/lib/mime-funcs'
import type { Daybatch } from '../db/daybatch.ts'
import { findCampaign } from './campaigns.ts'
import { CommandError } from './failure.ts'
import { checkFile, resolvePath } from './files.ts'
import type { Output } from './output.ts'

/** What SQL takes at most (bytes); a larger file is not read. */
const LARGEST = 10 * 1024 * 1024

export async function attachFile(
  db: Daybatch,
  given: string,
  { path, inline, type }: { path: string; inline?: string; type?: string },
  output: Output,
): Promise<void> {
  await checkFile(path)
  const { size } = await stat(resolvePath(path))
  if (size > LARGEST) throw new CommandError(`${path} has ${size} bytes: ${LARGEST} is the most`)
  const { id: campaignId, name } = await findCampaign(db, given)
  const fileName = basename(path)
  const attachmentId = await db.addAttachment({
    campaignId,
    fileName,
    mediaType: type ?? (detectMimeType(fileName) || 'application/octet-stream'),
    content: await readFile(resolvePath(path)),
    contentId: inline,
  })
  const shown = inline === undefined ? '' : `; the html shows it by <img src="cid:${inline}">`
  output.tell(
    { attachment_id: attachmentId, campaign_id: campaignId, file_name: fileName, byte_count: size },
    `"${name}" has ${fileName} (${size} bytes) from its next batch on${shown}`,
  )
}

export async function detachFile(db: Daybatch, given: string, path: string, output: Output): Promise<void> {
  const { id: campaignId, name } = await findCampaign(db, given)
  const files = await db.listAttachments({ campaignId })
  const file = files.find(({ file_name }) => file_name === path)
  if (!file) {
    const names = files.map(({ file_name }) => file_name).join(', ') || 'none'
    throw new CommandError(`"${name}" has no file ${path}; its files: ${names}`)
  }
  await db.removeAttachment({ campaignId, attachmentId: file.attachment_id })
  output.tell(
    { attachment_id: file.attachment_id, campaign_id: campaignId, file_name: path, removed: true },
    `"${name}" has ${path} no more, from its next batch on`,
  )
}
