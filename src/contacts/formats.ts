import { ProblemError } from '../errors.ts'
import type { RowStatus } from './row.ts'

/** Whose export a file is, by the names of its columns. */
export type FormatName = 'csv' | 'ndjson' | 'listmonk' | 'mailchimp' | 'mautic'

export interface Format {
  name: FormatName
  /** What the file says of everybody in it. */
  status: RowStatus | null
  /** Columns, by their keys, that are bookkeeping of the program that wrote them. */
  left_out: Set<string>
}

/** A column's name without case, spaces and punctuation. */
export const columnKey = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/**
 * Columns of Mailchimp's audience export beside the audience's own fields, as its importers and users list them
 * (mailchimp.com/help/view-export-contacts). It comes as one file each of subscribed, unsubscribed, cleaned and
 * non-subscribed members; UNSUB_TIME stands only in the second, CLEAN_TIME only in the third.
 */
const MAILCHIMP =
  'memberrating optintime optinip confirmtime confirmip gmtoff dstoff lastchanged leid euid unsubtime unsubcampaigntitle unsubcampaignid unsubreason unsubreasonother cleantime cleancampaigntitle cleancampaignid'.split(
    ' ',
  )

/** listmonk's export, cmd/subscribers.go: uuid,email,name,attributes,status,created_at,updated_at. Its import reads email,name,attributes. */
const LISTMONK = ['uuid', 'createdat', 'updatedat']

/** Mautic's export has the aliases of its contact fields (firstname, lastname, points, ...) beside its own id and dates. */
const MAUTIC = ['id', 'points', 'dateidentified', 'lastactive', 'ownername']

const make = (name: FormatName, status: RowStatus | null = null, leftOut: string[] = []): Format => ({
  name,
  status,
  left_out: new Set(leftOut),
})

/** @throws ProblemError for Mailchimp's file of people who never agreed to be mailed */
export function detectFormat(names: string[], fileName = ''): Format {
  const keys = new Set(names.map(columnKey))
  const has = (...wanted: string[]) => wanted.every(key => keys.has(key))
  if (has('emailaddress') && MAILCHIMP.some(key => keys.has(key))) {
    if (/^nonsubscribed/i.test(fileName)) {
      throw new ProblemError(
        422,
        'not-subscribed',
        'The file holds contacts who never subscribed (Mailchimp: nonsubscribed); nothing was imported',
        'Import the file of the subscribed members, and those of the unsubscribed and cleaned ones, which are suppressed.',
      )
    }
    if (has('unsubtime') || /^unsubscribed/i.test(fileName))
      return make('mailchimp', 'unsubscribed', MAILCHIMP)
    if (has('cleantime') || /^cleaned/i.test(fileName)) return make('mailchimp', 'bounced', MAILCHIMP)
    return make('mailchimp', null, MAILCHIMP)
  }
  if (has('email', 'name', 'attributes')) return make('listmonk', null, has('uuid') ? LISTMONK : [])
  if (has('email', 'firstname', 'lastname') && (has('points') || has('dateidentified')))
    return make('mautic', null, MAUTIC)
  return make('csv')
}

const STATUSES = new Map<string, RowStatus>([
  ['unsubscribed', 'unsubscribed'],
  ['optedout', 'unsubscribed'],
  ['bounced', 'bounced'],
  ['cleaned', 'bounced'],
  ['complained', 'complained'],
  ['complaint', 'complained'],
  ['blocklisted', 'manual'],
  ['blacklisted', 'manual'],
])

/** What a word in a column `status` says about mailing; undefined: nothing, it is an attribute like any other. */
export const readStatus = (word: string): RowStatus | undefined => STATUSES.get(columnKey(word))

/** Words of a column `status` that make nobody mailable and suppress nobody. */
export const isInactive = (format: Format, word: string): boolean =>
  (format.name === 'listmonk' && columnKey(word) === 'disabled') || columnKey(word) === 'nonsubscribed'

/** Whether a cell of a column like doNotEmail, opted_out or unsubscribed_at says yes: anything but empty, 0, no, false. */
export const isYes = (cell: string): boolean => !/^(0|no|n|false|f|never|null)?$/i.test(cell)
