import { lookup as resolveName } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const TIMEOUT_MS = 15_000

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

export interface WebhookOptions {
  url: string
  allowPrivate: boolean
}

/**
 * Posts JSON. The address that the name resolves to is checked, and the one that is checked is the one connected to; no
 * redirect is followed. Throws one line that does not repeat the URL, which may hold a token.
 */
export function postWebhook(body: object, { url, allowPrivate }: WebhookOptions): Promise<void> {
  const target = new URL(url)
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
  const refusal = new Error(
    'the webhook leads to a private address: set NOTICE_PRIVATE_ADDRESSES=true if that is meant',
  )
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
  const text = JSON.stringify(body)
  const request = target.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const call = request(
      target,
      {
        method: 'POST',
        lookup,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      response => {
        response.resume()
        const { statusCode = 0 } = response
        if (statusCode >= 200 && statusCode < 300) resolve()
        else reject(new Error(`the webhook answered ${statusCode}`))
      },
    )
    call.on('error', error => {
      reject(
        error === refusal
          ? refusal
          : new Error(
              `the webhook cannot be reached: ${(error as NodeJS.ErrnoException).code ?? error.name}`,
            ),
      )
    })
    call.end(text)
  })
}
