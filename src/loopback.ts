import { isIP, isIPv4 } from 'node:net'

/** Whether `host` (a name or address without port, `[::1]` or `::1`) can only mean this machine. */
export function isLoopbackName(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (isIPv4(name)) return name.startsWith('127.')
  if (isIP(name)) return name === '::1' || name === '0:0:0:0:0:0:0:1'
  return name === 'localhost' || name.endsWith('.localhost')
}
