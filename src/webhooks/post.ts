import { lookup as resolveName } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const TIMEOUT_MS = 15_000
/** Of an answer, which may have no end, so much is read (bytes). */
const MOST_READ = 16 * 1024
/** And so much is kept (characters). */
const MOST_KEPT = 500

/** What no webhook may reach unless it is allowed to: this machine, its networks, and what clouds put beside it. */
const PRIVATE = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6')
}

/** Whether an address is of this machine or a private network; an IPv4 address written as IPv6 counts as what it is. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  const family = isIP(plain)
  return family === 0 || PRIVATE.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

export interface PostOptions {
  url: string
  /** JSON */
  text: string
  headers?: Record<string, string>
  allowPrivate: boolean
  /** The variable that allows private addresses. */
  setting: string
}

export interface PostAnswer {
  status: number
  /** The beginning of the body. */
  text: string
  /** Asked for by Retry-After, in seconds. */
  retryAfter: number | undefined
}

/**
 * Posts JSON. The address that the name resolves to is checked, and the one that is checked is the one connected to; no
 * redirect is followed. Throws one line that does not repeat the URL, which may hold a token.
 */
export function postJson({ url, text, headers, allowPrivate, setting }: PostOptions): Promise<PostAnswer> {
  const target = new URL(url)
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
  const refusal = new Error(`the webhook leads to a private address: set ${setting}=true if that is meant`)
  if (isIP(host) && !allowPrivate && isPrivateAddress(host)) return Promise.reject(refusal)
  const lookup: LookupFunction = (name, options, answer) => {
    resolveName(name, { ...options, all: true }, (error, addresses) => {
      if (error) return answer(error, '', 0)
      if (!allowPrivate && addresses.some(({ address }) => isPrivateAddress(address)))
        return answer(refusal, '', 0)
      if (options.all) return answer(null, addresses)
      answer(null, addresses[0]!.address, addresses[0]!.family)
    })
  }
  const request = target.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      const { code } = error as NodeJS.ErrnoException
      reject(error === refusal ? refusal : new Error(`the webhook cannot be reached: ${code ?? error.name}`))
    }
    const call = request(
      target,
      {
        method: 'POST',
        lookup,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          ...headers,
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      response => readBeginning(response).then(body => resolve(describeAnswer(response, body)), fail),
    )
    call.on('error', fail)
    call.end(text)
  })
}

async function readBeginning(response: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of response) {
    pieces.push(piece)
    size += piece.length
    if (size > MOST_READ) break
  }
  return Buffer.concat(pieces)
}

function describeAnswer({ statusCode = 0, headers }: IncomingMessage, body: Buffer): PostAnswer {
  const seconds = Number(headers['retry-after'])
  return {
    status: statusCode,
    text: body
      .toString('utf8')
      .replace(/[\0-\x1f\x7f-\x9f\u2028\u2029\ufffd]+/g, ' ')
      .slice(0, MOST_KEPT),
    retryAfter: Number.isInteger(seconds) && seconds > 0 ? seconds : undefined,
  }
}
