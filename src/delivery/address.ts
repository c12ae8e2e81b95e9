import { domainToASCII } from 'node:url'

/** An address that cannot be mailed; the message says why in a few words. */
export class AddressError extends Error {
  override name = 'AddressError'
}

/** RFC 5321 4.5.3.1, in octets. */
const LONGEST_LOCAL_PART = 64
const LONGEST_DOMAIN = 255
const LONGEST_ADDRESS = 254

/** A Dot-string of RFC 5321 4.1.2, with the non-ASCII letters of RFC 6531; a quoted local part is not one. */
const LOCAL_PART =
  /^[\w!#$%&'*+/=?^`{|}~\u{80}-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u{80}-\u{10ffff}-]+)*$/u
const INVISIBLE = /[\p{C}\p{Z}]/u
const LDH_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
/** What a domain may hold before IDNA: mapping it must not bring an '@' or a '/' into being. */
const UNMAPPED_DOMAIN = /^[A-Za-z0-9.\u{80}-\u{10ffff}-]+$/u

/**
 * Checks one bare address and returns it with its domain in A-label form, lower case; the local part stays as it is.
 * Throws an AddressError for anything else: two addresses, a display name, a quoted local part (parsers disagree
 * about where its domain begins), an address literal, control characters.
 *
 *     normalizeAddress('Ada@Bücher.example')   // 'Ada@xn--bcher-kva.example'
 */
export function normalizeAddress(text: string): string {
  // before any pattern looks at it: a length bound on hostile input
  if (text.length > LONGEST_ADDRESS) throw new AddressError('the address is longer than 254 octets')
  const at = text.indexOf('@')
  if (at < 0 || at !== text.lastIndexOf('@'))
    throw new AddressError("the address does not have exactly one '@'")
  const local = text.slice(0, at)
  if (local.startsWith('"')) throw new AddressError('the part before the @ is quoted')
  if (!LOCAL_PART.test(local) || INVISIBLE.test(local))
    throw new AddressError('the part before the @ is not valid')
  if (Buffer.byteLength(local) > LONGEST_LOCAL_PART) {
    throw new AddressError('the part before the @ is longer than 64 octets')
  }
  const address = `${local}@${normalizeDomain(text.slice(at + 1))}`
  if (Buffer.byteLength(address) > LONGEST_ADDRESS)
    throw new AddressError('the address is longer than 254 octets')
  return address
}

function normalizeDomain(domain: string): string {
  if (!UNMAPPED_DOMAIN.test(domain) || INVISIBLE.test(domain))
    throw new AddressError('the domain is not valid')
  // only where it is needed: for an ASCII domain it would also decode, shorten and read numbers as IPv4
  const ascii = /[^\0-\x7f]/.test(domain) ? domainToASCII(domain) : domain.toLowerCase()
  const labels = ascii.split('.')
  if (!labels.every(label => LDH_LABEL.test(label)) || /^\d+$/.test(labels.at(-1)!)) {
    throw new AddressError('the domain is not valid')
  }
  if (ascii.length > LONGEST_DOMAIN) throw new AddressError('the domain is longer than 255 octets')
  return ascii
}
