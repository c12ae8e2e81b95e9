import dns2 from 'dns2'
import type { Testing } from './database.ts'

/** `TXT name`, `A name`, `AAAA name`, `MX name` or `PTR name`, and the values that are answered. */
export type Zone = Record<string, string[]>

const { Packet } = dns2

/** A DNS server on loopback that answers from a table (it may change), NXDOMAIN for everything else; returns `127.0.0.1:port`. */
export async function startDnsServer(t: Testing, zone: Zone): Promise<string> {
  const types = Object.entries(Packet.TYPE) as [string, number][]
  const server = dns2.createServer({
    udp: true,
    handle(request, send) {
      const response = Packet.createResponseFromRequest(request)
      const [question] = request.questions
      const { name, type } = question!
      const kind = types.find(([, number]) => number === type)?.[0]
      for (const value of zone[`${kind} ${name.toLowerCase()}`] ?? []) {
        const data =
          kind === 'TXT'
            ? { data: value.match(/.{1,255}/g) ?? [''] }
            : kind === 'PTR'
              ? { domain: value }
              : kind === 'MX'
                ? { exchange: value, priority: 10 }
                : { address: value }
        response.answers.push({ name, type, class: Packet.CLASS.IN, ttl: 1, ...data } as never)
      }
      const isKnown = Object.keys(zone).some(key => key.endsWith(` ${name.toLowerCase()}`))
      if (!isKnown) response.header.rcode = 3
      send(response)
    },
  })
  await server.listen({ udp: { port: 0, address: '127.0.0.1' } })
  t.teardown(async () => {
    await server.close()
  })
  return `127.0.0.1:${server.addresses().udp!.port}`
}
