import type { DeliveryDatabase } from './database.ts'
import { compileMessage, type Message, MessageError } from './message.ts'

/** How many compiled messages are kept; one is read and compiled again in a few milliseconds. */
const KEPT = 50

/** The compiled messages of the campaigns under way, the least recently used forgotten first. */
export class Messages {
  readonly #db: Pick<DeliveryDatabase, 'getMessage'>
  readonly #mailFrom: string | undefined
  readonly #kept = new Map<string, Message | MessageError>()

  constructor(db: Pick<DeliveryDatabase, 'getMessage'>, mailFrom: string | undefined) {
    this.#db = db
    this.#mailFrom = mailFrom
  }

  /** The message, or why it cannot be made for anybody. A version never changes, so neither does the answer. */
  async get(campaignId: string, messageVersion: number): Promise<Message | MessageError> {
    const key = `${campaignId} ${messageVersion}`
    const message = this.#kept.get(key) ?? (await this.#read(campaignId, messageVersion))
    this.#kept.delete(key)
    this.#kept.set(key, message)
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!)
    return message
  }

  async #read(campaignId: string, messageVersion: number): Promise<Message | MessageError> {
    const row = await this.#db.getMessage({ campaignId, messageVersion })
    try {
      return await compileMessage(row, { mailFrom: this.#mailFrom })
    } catch (error) {
      if (error instanceof MessageError) return error
      throw error
    }
  }
}
