import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { detectMimeType } from 'nodemailer/lib/mime-funcs'
import type { Daybatch } from '../db/daybatch.ts'
import { findCampaign } from './campaigns.ts'
import { CommandError } from './failure.ts'
import { checkFile, resolvePath } from './files.ts'

/** What SQL takes at most (bytes); a larger file is not read. */
const LARGEST = 10 * 1024 * 1024

export async function attachFile(
  db: Daybatch,
  given: string,
  path: string,
  { inline, type }: { inline?: string; type?: string },
): Promise<void> {
  await checkFile(path)
  const { size } = await stat(resolvePath(path))
  if (size > LARGEST) throw new CommandError(`${path} has ${size} bytes: ${LARGEST} is the most`)
  const { id: campaignId, name } = await findCampaign(db, given)
  const fileName = basename(path)
  await db.addAttachment({
    campaignId,
    fileName,
    mediaType: type ?? (detectMimeType(fileName) || 'application/octet-stream'),
    content: await readFile(resolvePath(path)),
    contentId: inline,
  })
  const shown = inline === undefined ? '' : `; the html shows it by <img src="cid:${inline}">`
  console.log(`"${name}" has ${fileName} (${size} bytes) from its next batch on${shown}`)
}

export async function detachFile(db: Daybatch, given: string, path: string): Promise<void> {
  const { id: campaignId, name } = await findCampaign(db, given)
  const files = await db.listAttachments({ campaignId })
  const file = files.find(({ file_name }) => file_name === path)
  if (!file) {
    const names = files.map(({ file_name }) => file_name).join(', ') || 'none'
    throw new CommandError(`"${name}" has no file ${path}; its files: ${names}`)
  }
  await db.removeAttachment({ campaignId, attachmentId: file.attachment_id })
  console.log(`"${name}" has ${path} no more, from its next batch on`)
}
