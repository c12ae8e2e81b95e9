// Numbers, times and durations in words. Times are in the reader's zone; the absolute one is always a hover away. The
// words are English; dates and numbers are written as the reader's browser writes them.

import { now } from '/dashboard/clock.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'

/** Some browsers name languages that they cannot read again, like `en-US@posix`. */
function isKnown(language) {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(language).length > 0
  } catch {
    return false
  }
}

/** The first language of the reader that dates can be written in. */
export const LANGUAGE = navigator.languages.find(isKnown) ?? 'en-GB'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const integers = new Intl.NumberFormat(LANGUAGE)
const tenths = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: '2-digit', minute: '2-digit' })
const clockWithSeconds = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: 'medium' })
const dayOfMonth = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'short' })
const shortDay = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'short', day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'short', year: 'numeric' })
const whole = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'full', timeStyle: 'long' })

/** `1,234`; a dash for what is not known. */
export const count = value => (value === null || value === undefined ? '–' : integers.format(value))

/** `1 mail`, `2 mails`. */
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${Number(value) === 1 ? one : many}`

const MEGABYTE = 1024 * 1024

/** `12 kB`, `3.4 MB`. */
export const bytes = value =>
  value < MEGABYTE ? `${count(Math.ceil(value / 1024))} kB` : `${tenths.format(value / MEGABYTE)} MB`

/** A duration in its two largest units: `2 h 14 min`. */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  const days = Math.floor(hours / 24)
  if (days >= 60) return `${count(days)} days`
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`
}

const startOfDay = date => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()

/** `today 14:02`, `tomorrow 09:00`, `Wed 2 Dec 09:00`, `2 Dec 2031`. */
export function moment(value) {
  const date = new Date(value)
  const days = Math.round((startOfDay(date) - startOfDay(new Date(now()))) / DAY)
  const time = clock.format(date)
  if (days === 0) return `today ${time}`
  if (days === 1) return `tomorrow ${time}`
  if (days === -1) return `yesterday ${time}`
  if (Math.abs(days) < 180) return `${shortDay.format(date)} ${time}`
  return dayOfYear.format(date)
}

/** The day alone: `today`, `Wed 2 Dec`, `2 Dec 2031`. */
export function day(value) {
  const date = new Date(value)
  const days = Math.round((startOfDay(date) - startOfDay(new Date(now()))) / DAY)
  if (days === 0) return 'today'
  if (days === 1) return 'tomorrow'
  if (days === -1) return 'yesterday'
  return Math.abs(days) < 180 ? shortDay.format(date) : dayOfYear.format(date)
}

/** `2 Dec` */
export const monthDay = value => dayOfMonth.format(new Date(value))

/** `14:02` */
export const clockTime = value => clock.format(new Date(value))

/** Monday to Sunday, short. */
export const weekdays = Array.from({ length: 7 }, (_, n) =>
  // 1 January 2024 was a Monday
  new Intl.DateTimeFormat(LANGUAGE, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + n)),
)

/** `14:02:11` */
export const timeOfDay = value => clockWithSeconds.format(new Date(value))

/** The whole moment with its zone, and in UTC as SQL and the log have it, for hovering. */
export const absolute = value => {
  const date = new Date(value)
  return `${whole.format(date)} (${date.toISOString().slice(0, 19).replace('T', ' ')} UTC)`
}

const ENGLISH = /^(today|tomorrow|yesterday|now|in )|ago$/

/** A `<time>` with words of its own, or those of `moment`; the hover is in the reader's language, and so is a bare date. */
export function time(value, words = moment(value)) {
  if (!value) return nothing
  const language = typeof words === 'string' && ENGLISH.test(words) ? nothing : LANGUAGE
  return html`<time lang=${language} datetime=${new Date(value).toISOString()} title=${absolute(value)}>${words}</time>`
}

/** How long until then, or since: `in 2 h 14 min`, `now`, `3 min ago`. */
export function fromNow(value) {
  const ms = Date.parse(value) - now()
  if (Math.abs(ms) < 1000) return 'now'
  return ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`
}

const countdownWords = value => (Date.parse(value) > now() ? fromNow(value) : 'now')

/** A countdown that hovers with the absolute time. */
export const countdown = value => time(value, value ? countdownWords(value) : '')

const STAMP = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00(?::00)?)/

/** A sentence of the database, its UTC times turned into the reader's. */
export function sentence(text) {
  const pieces = String(text ?? '').split(STAMP)
  const parts = []
  for (let i = 0; i < pieces.length; i += 3) {
    parts.push(pieces[i])
    if (i + 2 < pieces.length) parts.push(time(`${pieces[i + 1]}T${pieces[i + 2]}Z`))
  }
  return parts
}

const ISO = /^P(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/

/** An interval of the database (ISO 8601: `PT24H`), in milliseconds. */
export function intervalMs(text) {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = ISO.exec(text ?? '') ?? [undefined, 1]
  return Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * 1000
}

const every = ms => (ms === DAY ? 'a day' : `every ${duration(ms)}`)

/** `a day`, `every 6 h` for a batch's limit. */
export const everyInterval = text => every(intervalMs(text))

/** The same of a number of hours. */
export const everyHours = hours => every(Number(hours) * HOUR)
