import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceProcess } from './world/service.ts'
import type { World } from './world/world.ts'

const LOOK_MS = 20
const PATIENCE_MS = 60_000

/** Starts services that share the work and waits until all are ready. */
export async function startServices(
  world: World,
  { count, connections }: { count: number; connections: number },
): Promise<ServiceProcess[]> {
  const services = Array.from({ length: count }, (_, index) =>
    world.startService({ name: `service-${index + 1}`, connections }),
  )
  const end = performance.now() + PATIENCE_MS
  while (!services.every(service => service.isReady)) {
    const ended = services.find(({ exit }) => exit !== null)
    if (ended) throw new Error(`${ended.name} did not start: ${ended.tail()}`)
    if (performance.now() > end) throw new Error(`not every service is ready after ${PATIENCE_MS / 1000} s`)
    await delay(LOOK_MS)
  }
  return services
}

/** Ends services with SIGTERM; returns which had ended before by themselves, and which did not end well. */
export async function stopServices(services: ServiceProcess[]): Promise<string[]> {
  const failures: string[] = []
  for (const service of services) {
    const { exit } = service
    const { code } = await service.stop()
    if (exit !== null) failures.push(`${service.name} ended by itself with ${code}: ${service.tail()}`)
    else if (code !== 0) failures.push(`${service.name} stopped with ${code}: ${service.tail()}`)
  }
  return failures
}
