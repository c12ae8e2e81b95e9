import type { AttachmentRow } from '../db/rows.ts'
import type { DeliveryDatabase } from './database.ts'
import { compileMessage, type Message, MessageError, type MessageOptions } from './message.ts'
import type { MailFile } from './mime.ts'

/** How many compiled messages are kept; one is read and compiled again in a few milliseconds. */
const KEPT = 50
/** And how many bytes of files they may hold together, but for the one in use. */
const KEPT_BYTES = 64 * 1024 * 1024

interface Kept {
  message: Message | MessageError
  bytes: number
}

type MessageDatabase = Pick<DeliveryDatabase, 'getMessage' | 'getAttachments'>

/** The compiled messages of the campaigns under way, the least recently used forgotten first. */
export class Messages {
  readonly #db: MessageDatabase
  readonly #options: Omit<MessageOptions, 'files'>
  readonly #kept = new Map<string, Kept>()

  constructor(db: MessageDatabase, options: Omit<MessageOptions, 'files'>) {
    this.#db = db
    this.#options = options
  }

  /** The message, or why it cannot be made for anybody. A version never changes, so neither does the answer. */
  async get(campaignId: string, messageVersion: number): Promise<Message | MessageError> {
    const key = `${campaignId} ${messageVersion}`
    const kept = this.#kept.get(key) ?? (await this.#read(campaignId, messageVersion))
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    while (this.#kept.size > KEPT || (this.#kept.size > 1 && this.#bytes > KEPT_BYTES)) {
      this.#kept.delete(this.#kept.keys().next().value!)
    }
    return kept.message
  }

  get #bytes(): number {
    let sum = 0
    for (const { bytes } of this.#kept.values()) sum += bytes
    return sum
  }

  async #read(campaignId: string, messageVersion: number): Promise<Kept> {
    const row = await this.#db.getMessage({ campaignId, messageVersion })
    const files = await this.#db.getAttachments({ campaignId, messageVersion })
    const bytes = files.reduce((sum, { content }) => sum + content.length, 0)
    try {
      const message = await compileMessage(row, { ...this.#options, files: files.map(describeFile) })
      return { message, bytes }
    } catch (error) {
      if (error instanceof MessageError) return { message: error, bytes: 0 }
      throw error
    }
  }
}

/** A row of get_attachments as the message takes it. */
export const describeFile = (row: AttachmentRow): MailFile => ({
  name: row.file_name,
  mediaType: row.media_type,
  contentId: row.content_id,
  content: row.content,
})
