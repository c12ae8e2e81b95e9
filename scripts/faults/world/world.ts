import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { createLogin } from '../../../src/db/login.ts'
import { migrate } from '../../../src/db/migrate.ts'
import { createPool } from '../../../src/db/pool.ts'
import type { PartContext } from '../part.ts'
import { Cluster } from './cluster.ts'
import type { MailPlan } from './mail-plan.ts'
import { MailServer } from './mail-server.ts'
import { ServiceProcess } from './service.ts'

export interface WorldOptions {
  /** What is committed must be on disk: for parts that crash the database. */
  durable?: boolean
  /** Settings of the PostgreSQL server. */
  settings?: Record<string, string>
  /** How long a claim lives without its worker; in production a minute. */
  lease?: string
  plan: MailPlan
  /** The ports by which services, and the programme itself, reach the database, where that is not its own. */
  ports?: (cluster: Cluster) => { services: number; own?: number }
}

export interface World {
  cluster: Cluster
  mail: MailServer
  /** Superuser. */
  pool: pg.Pool
  /** URL of a login that is in daybatch_service and nothing else. */
  serviceUrl: string
  folder: string
  startService(options: { name: string; connections: number; folder?: string }): ServiceProcess
}

const LOGIN = 'fault_programme_service'

/** A database server, a SMTP server and services: real processes in a temporary folder, ended with the part. */
export async function startWorld(context: PartContext, options: WorldOptions): Promise<World> {
  const { folder } = context
  const cluster = new Cluster({
    folder: join(folder, 'postgres'),
    durable: options.durable ?? false,
    settings: options.settings,
  })
  context.teardown(() => cluster.stop())
  await cluster.start()
  const { mail, startService } = await startPrograms(context, options.plan)
  const urls = await prepareDatabase(context, cluster, options)
  const pool = createPool(urls.url, { applicationName: 'daybatch faults' })
  context.teardown(() => pool.end())
  return {
    cluster,
    mail,
    pool,
    serviceUrl: urls.serviceUrl,
    folder,
    startService: service => startService({ ...service, databaseUrl: urls.serviceUrl }),
  }
}

async function startPrograms(context: PartContext, plan: MailPlan) {
  const folder = join(context.folder, 'mail')
  await mkdir(folder)
  const mail = new MailServer(folder, plan)
  context.teardown(() => mail.kill())
  await mail.start()
  const running = new Set<ServiceProcess>()
  context.teardown(async () => {
    for (const service of running) await service.kill()
  })
  const startService = (options: {
    name: string
    connections: number
    folder?: string
    databaseUrl: string
  }) => {
    const service = new ServiceProcess({
      ...options,
      folder: join(context.folder, options.folder ?? options.name),
      smtpUrl: mail.url,
    })
    running.add(service)
    void service.exited.then(() => running.delete(service))
    return service
  }
  return { mail, startService }
}

/** Migrates, makes the service's login, and lowers the settings that last minutes in production. */
async function prepareDatabase(
  { sabotage }: PartContext,
  cluster: Cluster,
  { lease = '2 seconds', ports }: WorldOptions,
): Promise<{ url: string; serviceUrl: string }> {
  await migrate({ url: cluster.url })
  const password = randomBytes(12).toString('hex')
  await createLogin(cluster.url, LOGIN, password)
  const pool = createPool(cluster.url, { applicationName: 'daybatch faults', max: 1 })
  try {
    // the server of a fault refuses whom it likes: the breaker, whose part has tests of its own, is off
    await pool.query(
      `update daybatch.settings set lease = $1, first_retry_delay = '200 milliseconds',
         refusals_in_a_row = null, refusals_in_200 = null`,
      [lease],
    )
    if (sabotage) await pool.query(sabotage)
  } finally {
    await pool.end()
  }
  const { services = cluster.port, own = cluster.port } = ports?.(cluster) ?? {}
  const url = new URL(cluster.url)
  url.port = String(own)
  const serviceUrl = new URL(cluster.url)
  serviceUrl.port = String(services)
  serviceUrl.username = LOGIN
  serviceUrl.password = password
  return { url: url.href, serviceUrl: serviceUrl.href }
}
