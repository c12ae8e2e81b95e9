import { verify, X509Certificate } from 'node:crypto'
import { at } from '../report.ts'
import { refuse, unreachable } from './webhook.ts'

/** Reads a small text from an https address; the tests put a file in its place. */
export type Fetch = (url: string) => Promise<string>

export interface SnsMessage {
  type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'
  topicArn: string
  message: string
  timestamp: Date
  subscribeUrl?: string | undefined
}

/** The fields that are signed, in this order (SNS developer guide, "Verifying the signatures of Amazon SNS messages"). */
const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
const CONFIRMATION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
const SIGNED_FIELDS = new Map([
  ['Notification', NOTIFICATION],
  ['SubscriptionConfirmation', CONFIRMATION],
  ['UnsubscribeConfirmation', CONFIRMATION],
])
const DIGESTS = new Map([
  ['1', 'sha1'],
  ['2', 'sha256'],
])
/** sns.<region>.amazonaws.com, and the partition of China; nothing else is ever asked. */
const SNS_HOST = /^sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?$/
const MOST_CERTIFICATES = 10

/** Whether a URL from a message leads to Amazon SNS and nowhere else. */
export function isSnsUrl(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 2000 || !URL.canParse(text)) return false
  const { protocol, hostname, port, username, password } = new URL(text)
  return protocol === 'https:' && SNS_HOST.test(hostname) && port === '' && username === '' && password === ''
}

/** Verifies messages of Amazon SNS for our topics. Certificates are fetched once, from Amazon's hosts only. */
export class SnsVerifier {
  readonly #topics: string[]
  readonly #fetch: Fetch
  readonly #certificates = new Map<string, Promise<X509Certificate>>()

  constructor(topics: string[], fetch: Fetch) {
    this.#topics = topics
    this.#fetch = fetch
  }

  /** The message, when Amazon signed it for a topic of ours; throws a ProblemError for anything else. */
  async verify(body: unknown): Promise<SnsMessage> {
    const field = (name: string) => {
      const value = at(body, name)
      return typeof value === 'string' ? value : undefined
    }
    const names = SIGNED_FIELDS.get(field('Type') ?? '')
    const digest = DIGESTS.get(field('SignatureVersion') ?? '')
    const certificateUrl = at(body, 'SigningCertURL')
    const topicArn = field('TopicArn')
    // anybody may have a topic that Amazon signs for
    if (!names || !digest || topicArn === undefined || !this.#topics.includes(topicArn)) throw refuse()
    if (!isSnsUrl(certificateUrl) || !/^\/[\w.-]+\.pem$/.test(new URL(certificateUrl).pathname))
      throw refuse()
    const text = names
      .filter(name => field(name) !== undefined)
      .map(name => `${name}\n${field(name)}\n`)
      .join('')
    const { publicKey } = await this.#certificate(certificateUrl).catch(error => {
      throw unreachable(error)
    })
    const signature = Buffer.from(field('Signature') ?? '', 'base64')
    if (!verify(digest, Buffer.from(text), publicKey, signature)) throw refuse()
    const timestamp = new Date(field('Timestamp') ?? '')
    if (Number.isNaN(timestamp.getTime())) throw refuse()
    const type = field('Type') as SnsMessage['type']
    return { type, topicArn, message: field('Message') ?? '', timestamp, subscribeUrl: field('SubscribeURL') }
  }

  #certificate(url: string): Promise<X509Certificate> {
    const known = this.#certificates.get(url)
    if (known) return known
    const fetched = this.#fetch(url).then(pem => new X509Certificate(pem))
    // tried again for the next message
    fetched.catch(() => this.#certificates.delete(url))
    if (this.#certificates.size >= MOST_CERTIFICATES) this.#certificates.clear()
    this.#certificates.set(url, fetched)
    return fetched
  }
}
