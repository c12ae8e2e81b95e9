import { Resolver } from 'node:dns/promises'
import { domainToASCII } from 'node:url'
import type { Config } from '../../config.ts'
import { chooseKeys, type DkimKey, readDkimKeys } from '../../delivery/dkim.ts'
import { readSmtpUrl } from '../../delivery/transport.ts'
import { isLoopbackName } from '../../loopback.ts'
import { usesMailbox } from '../../mail-settings.ts'
import { type Finding, fail, note, ok } from './finding.ts'

/** What of a resolver is used; a test has one of its own. */
export type Lookup = Pick<Resolver, 'resolveTxt' | 'resolve4' | 'resolve6' | 'resolveMx' | 'reverse'>

const TIMEOUT_MS = 3000
/** No such name, or no record of that kind: an answer. Everything else is none. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA'])
/** Google and Yahoo ask for it since 2024; 1024 bits still pass. */
const GOOD_RSA_KEY = 2048

/** A resolver of this machine, or one that asks `server` (an address, with or without a port). */
export function makeResolver(server?: string): Lookup {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 })
  if (server !== undefined) resolver.setServers([server])
  return resolver
}

/**
 * What DNS says of a sender's domain, and what must stand there: SPF (RFC 7208), the record of each DKIM key against
 * the key itself (RFC 6376), DMARC (RFC 7489), and the names of the SMTP server's addresses. What could not be asked is
 * said, and is no finding.
 */
export async function* checkDomain(config: Config, given: string, dns: Lookup): AsyncGenerator<Finding> {
  const domain = domainToASCII(given.trim().toLowerCase())
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) {
    return yield fail('domain', `${given} is no domain: write it like example.com`)
  }
  yield checkAlignment(config, domain)
  yield await checkSpf(domain, dns)
  if (config.returnPathDomain !== undefined) yield* checkReturnPath(config.returnPathDomain, domain, dns)
  yield* checkKeys(config, domain, dns)
  yield await checkDmarc(domain, dns)
  yield* checkNames(config, dns)
}

function checkAlignment({ mailFrom }: Config, domain: string): Finding {
  if (mailFrom === undefined)
    return note('from', 'MAIL_FROM is not set: campaigns must name a sender of their own')
  const from = domainToASCII(/@([^\s<>@]+)>?$/.exec(mailFrom)?.[1]?.toLowerCase() ?? '')
  const isAligned = from === domain || from.endsWith(`.${domain}`)
  return isAligned
    ? ok('from', `MAIL_FROM is of ${from}`)
    : note('from', `MAIL_FROM is of ${from}: what is said here of ${domain} does not help its mails`)
}

async function checkSpf(domain: string, dns: Lookup): Promise<Finding> {
  const add = `add a TXT record to ${domain}: "v=spf1 include:<what your mail provider names> ~all"`
  const records = await readTxt(dns, domain)
  if (typeof records === 'string') return unknown('spf', `the SPF record of ${domain}`, records)
  const [record, ...others] = records.filter(text => /^v=spf1( |$)/i.test(text))
  if (record === undefined) return fail('spf', `${domain} has no SPF record: ${add}`)
  if (others.length > 0) {
    return fail(
      'spf',
      `${domain} has ${others.length + 1} SPF records, which counts as none: merge them into one`,
    )
  }
  const all = /(?:^|\s)([+?~-]?)all(?:\s|$)/i.exec(record)?.[1]
  if (all === '' || all === '+')
    return fail('spf', `"${record}" lets everybody send: end it with ~all or -all`)
  if (all === undefined && !/\sredirect=/i.test(record))
    return note('spf', `"${record}" does not end with ~all or -all`)
  return ok('spf', `"${record}"; your mail server must be in it`)
}

/** Of mails with return paths SPF looks at their domain, and DMARC whether that is the sender's own (RFC 7489 3.1.2). */
async function* checkReturnPath(name: string, domain: string, dns: Lookup): AsyncGenerator<Finding> {
  const isAligned = name === domain || name.endsWith(`.${domain}`) || domain.endsWith(`.${name}`)
  if (!isAligned) {
    yield note(
      'return',
      `RETURN_PATH_DOMAIN is ${name}: SPF does not count for ${domain} in DMARC, DKIM alone must; take a name below ${domain}`,
    )
  }
  if (name !== domain) yield { ...(await checkSpf(name, dns)), name: 'return' }
  const servers = await ask(() => dns.resolveMx(name))
  if (typeof servers === 'string') yield unknown('return', `the mail servers (MX) of ${name}`, servers)
  else if (servers.length === 0) {
    yield fail(
      'return',
      `${name} has no MX record, so no bounce arrives: let it lead to the server that hands them on`,
    )
  } else {
    yield ok('return', `bounces to ${name} go to ${servers.map(({ exchange }) => exchange).join(', ')}`)
  }
}

async function* checkKeys(config: Config, domain: string, dns: Lookup): AsyncGenerator<Finding> {
  if (config.dkimKeys.length === 0) {
    return yield note(
      'dkim',
      'DKIM_KEYS is not set: your mail server must sign for the domain, List-Unsubscribe and List-Unsubscribe-Post too',
    )
  }
  let keys: DkimKey[]
  try {
    keys = readDkimKeys(config.dkimKeys)
  } catch (error) {
    return yield fail('dkim', (error as Error).message)
  }
  const signing = chooseKeys(keys, domain)
  if (signing.length === 0) {
    const others = [...new Set(keys.map(key => key.domain))].join(', ')
    return yield fail('dkim', `no key of DKIM_KEYS signs for ${domain} (they are of ${others}): add one`)
  }
  for (const key of signing) yield await checkKey(key, dns)
  if (!signing.some(key => key.algorithm === 'rsa-sha256')) {
    yield note(
      'dkim',
      'there is no RSA key: many servers cannot check Ed25519 alone; add an RSA key of 2048 bits',
    )
  }
}

async function checkKey(key: DkimKey, dns: Lookup): Promise<Finding> {
  const { selector, domain, record, bits } = key
  const name = `${selector}._domainkey.${domain}`
  const put = `put this TXT record at ${name}: ${quote(record)}`
  const records = await readTxt(dns, name)
  if (typeof records === 'string') return unknown('dkim', `${name}; it must be ${quote(record)}`, records)
  const [found, ...others] = records
  if (found === undefined) return fail('dkim', `${name} is not there: ${put}`)
  if (others.length > 0)
    return fail('dkim', `${name} has ${others.length + 1} records: leave one, ${quote(record)}`)
  const tags = readTags(found)
  const expected = readTags(record)
  if (tags.get('p') === '')
    return fail('dkim', `${name} says that the key is revoked: make a new key, with another selector`)
  if (tags.get('p')?.replace(/\s/g, '') !== expected.get('p')) {
    return fail('dkim', `${name} has another key than ${key.file}: ${put}`)
  }
  if ((tags.get('k') ?? 'rsa') !== expected.get('k'))
    return fail('dkim', `${name} names another algorithm: ${put}`)
  const kind = bits === undefined ? 'Ed25519' : `RSA of ${bits} bits`
  if (tags.get('t')?.split(':').includes('y')) {
    return note(
      'dkim',
      `${name} has the right key (${kind}), and t=y: servers treat it as a test; take t=y away`,
    )
  }
  return bits !== undefined && bits < GOOD_RSA_KEY
    ? note('dkim', `${name} has the right key, ${kind}: make one of ${GOOD_RSA_KEY}`)
    : ok('dkim', `${name} has the key that signs, ${kind}`)
}

async function checkDmarc(domain: string, dns: Lookup): Promise<Finding> {
  // of the domain, or of the nearest one above it
  for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const records = await readTxt(dns, `_dmarc.${name}`)
    if (typeof records === 'string') return unknown('dmarc', `_dmarc.${name}`, records)
    const [record, ...others] = records.filter(text => /^v=DMARC1\s*;/i.test(text))
    if (others.length > 0)
      return fail('dmarc', `_dmarc.${name} has ${others.length + 1} records, which counts as none`)
    if (record === undefined) continue
    const tags = readTags(record)
    if (!/^(none|quarantine|reject)$/i.test(tags.get('p') ?? '')) {
      return fail(
        'dmarc',
        `_dmarc.${name} has no policy: write it like "v=DMARC1; p=none; rua=mailto:dmarc@${domain}"`,
      )
    }
    return name !== domain && /^s$/i.test(tags.get('adkim') ?? '')
      ? note('dmarc', `"${record}" at _dmarc.${name}: adkim=s wants keys of ${domain} itself`)
      : ok('dmarc', `"${record}" at _dmarc.${name}`)
  }
  return fail(
    'dmarc',
    `${domain} has no DMARC record, and large senders need one: put this TXT record at _dmarc.${domain}: "v=DMARC1; p=none; rua=mailto:dmarc@${domain}"`,
  )
}

/** The server that SMTP_URL names: it may be the one that the world sees, or hand on to another. */
async function* checkNames(config: Config, dns: Lookup): AsyncGenerator<Finding> {
  if (config.smtpUrl === undefined || usesMailbox(config)) {
    return yield note('ptr', 'SMTP_URL is not set: there is no server whose name could be checked')
  }
  const host = String(readSmtpUrl(config.smtpUrl).host)
  if (isLoopbackName(host)) {
    return yield note('ptr', `${host} is this machine: check the name of the address that it sends from`)
  }
  const addresses = await readAddresses(dns, host)
  if (typeof addresses === 'string') return yield unknown('ptr', `the addresses of ${host}`, addresses)
  if (addresses.length === 0) return yield fail('ptr', `${host} has no address: correct SMTP_URL`)
  for (const address of addresses) yield await checkName(dns, address)
}

async function checkName(dns: Lookup, address: string): Promise<Finding> {
  const names = await ask(() => dns.reverse(address))
  if (typeof names === 'string') return unknown('ptr', `the name of ${address}`, names)
  const [name] = names
  const mend = 'if it is the address that sends, let its owner set its name (PTR)'
  if (name === undefined) return note('ptr', `${address} has no name: ${mend}`)
  const back = await readAddresses(dns, name)
  if (typeof back === 'string') return unknown('ptr', `the addresses of ${name}`, back)
  return back.includes(address)
    ? ok('ptr', `${address} is ${name}, and ${name} is ${address}`)
    : note(
        'ptr',
        `${address} is called ${name}, which has other addresses: ${mend}, and the name its address`,
      )
}

/** The TXT records of a name, each in one piece; none when there are none; words when the answer is missing. */
async function readTxt(dns: Lookup, name: string): Promise<string[] | string> {
  const records = await ask(() => dns.resolveTxt(name))
  return typeof records === 'string' ? records : records.map(parts => parts.join(''))
}

async function readAddresses(dns: Lookup, host: string): Promise<string[] | string> {
  if (/^[\d.]+$|:/.test(host)) return [host]
  const found = await Promise.all([ask(() => dns.resolve4(host)), ask(() => dns.resolve6(host))])
  const lists = found.filter(list => typeof list !== 'string')
  return lists.length === 0 ? found.find(list => typeof list === 'string')! : lists.flat()
}

async function ask<Item>(work: () => Promise<Item[]>): Promise<Item[] | string> {
  try {
    return await work()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return ABSENT.has(code ?? '') ? [] : (code ?? message)
  }
}

const unknown = (name: string, what: string, error: string): Finding =>
  note(name, `could not be checked, DNS did not answer (${error}): ${what}`)

/** `a=b; c=d` of RFC 6376 3.2, which DMARC has too. */
const readTags = (record: string): Map<string, string> =>
  new Map(
    record.split(';').map(tag => {
      const [name = '', ...value] = tag.split('=')
      return [name.trim().toLowerCase(), value.join('=').trim()]
    }),
  )

/** A string of a TXT record has at most 255 octets. */
const quote = (record: string): string => (record.match(/.{1,255}/g) ?? []).map(part => `"${part}"`).join(' ')
