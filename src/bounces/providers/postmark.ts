import { createHash, timingSafeEqual } from 'node:crypto'
import type { BounceReport } from '../../db/rows.ts'
import { at, readTime, textAt } from '../report.ts'
import { headerOf, parseJson, refuse, type WebhookReader } from './webhook.ts'

/** By Postmark's bounce types; others (answers, confirmations, subscriptions) are none. */
const WORDS = new Map<string, BounceReport['word']>([
  ['HardBounce', 'permanent'],
  ['BadEmailAddress', 'permanent'],
  ['Transient', 'temporary'],
  ['SoftBounce', 'temporary'],
  ['DnsError', 'temporary'],
  ['Undeliverable', 'temporary'],
  ['Unknown', 'temporary'],
  ['Blocked', 'blocked'],
  ['SpamNotification', 'blocked'],
  ['VirusNotification', 'blocked'],
  ['DMARCPolicy', 'blocked'],
  ['SpamComplaint', 'complaint'],
])

/** Postmark's bounce and spam complaint webhooks. It signs nothing: user and password stand in the webhook's URL. */
export function readPostmarkBy(userAndPassword: string): WebhookReader {
  const expected = digest(userAndPassword)
  return request => {
    const given = /^Basic +([\w+/]+=*)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1]
    if (given === undefined || !timingSafeEqual(digest(Buffer.from(given, 'base64')), expected))
      throw refuse()
    return { reports: readPostmarkEvent(parseJson(request.body)) }
  }
}

const digest = (secret: string | Buffer) => createHash('sha256').update(secret).digest()

function readPostmarkEvent(event: unknown): BounceReport[] {
  const word = WORDS.get(textAt(event, 'Type') ?? '')
  const record = textAt(event, 'RecordType')
  if (word === undefined || (record !== 'Bounce' && record !== 'SpamComplaint')) return []
  return [
    {
      email: textAt(event, 'Email'),
      word,
      recipients: [
        { action: 'failed', diagnostic: textAt(event, 'Details') ?? textAt(event, 'Description') },
      ],
      event_at: readTime(at(event, 'BouncedAt')),
    },
  ]
}
