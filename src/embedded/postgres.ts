import { randomBytes } from 'node:crypto'
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { exists, findInstallation, type Installation } from './installation.ts'

const SUPERUSER = 'postgres'
const DATABASE = 'daybatch'
const START_ATTEMPTS = 5
const START_PAUSE_MS = 400

/** Where the embedded database lives below the state folder (`.daybatch`). */
export const postgresFolder = (stateFolder: string): string => join(stateFolder, 'postgres')

export interface EmbeddedPostgresOptions {
  /** Holds the data, the password, the log and the socket; made when missing. Nobody else may enter it. */
  folder: string
  /** Server settings as in postgresql.conf, e.g. `{ fsync: 'off' }`. Not applied to an adopted server. */
  settings?: Record<string, string>
  /** The bin folder of another PostgreSQL installation; default: the one in node_modules. */
  binFolder?: string
}

export interface EmbeddedPostgres {
  /** Superuser, database `daybatch`, TCP on 127.0.0.1. */
  url: string
  /** Missing where the path would be too long for a socket, and on Windows. */
  socketFolder?: string
  port: number
  password: string
  major: number
  /** The server was already running (an earlier owner was killed, or another process lives). */
  adopted: boolean
  /** What to type to look inside. */
  psqlLine: string
  /** Stops the server, unless another living process owns it. */
  stop(): Promise<void>
}

interface Running {
  url: string
  port: number
}

interface Place {
  folder: string
  data: string
  log: string
  socketFolder?: string
}

/**
 * Starts PostgreSQL in `folder`, or adopts the one that runs there. The server has a session of its own, so
 * that Ctrl-C reaches this process only, and `stop()` decides when the database goes.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = findPlace(options.folder)
  const installation = await findInstallation(options.binFolder)
  await mkdir(place.folder, { recursive: true, mode: 0o700 })
  const password = await readOrCreatePassword(place)
  if (!(await exists(place.data))) await initialise(place, installation, options.settings)

  let running = await findRunning(place, password)
  const adopted = running !== undefined
  running ??= await start(place, installation, password, options.settings ?? {})
  const owner = await takeOwnership(running.url)
  await createDatabase(running.url)
  return {
    ...running,
    socketFolder: place.socketFolder,
    password,
    major: installation.major,
    adopted,
    psqlLine: psqlLine(place, running.port),
    async stop() {
      await owner?.end()
      if (owner) await stopServer(place, installation)
    },
  }
}

/** The embedded server that runs in `folder` now, without starting, stopping or owning it. */
export async function findEmbeddedPostgres(folder: string): Promise<Running | undefined> {
  const place = findPlace(folder)
  const password = await readFile(join(place.folder, 'password'), 'utf8').catch(() => undefined)
  return password === undefined ? undefined : findRunning(place, password)
}

function findPlace(given: string): Place {
  const folder = resolve(given)
  const socketFolder = join(folder, 'socket')
  // sockaddr_un holds 104 bytes on macOS and 108 on Linux, with the closing zero
  const fits = Buffer.byteLength(join(socketFolder, '.s.PGSQL.65535')) <= 103 && process.platform !== 'win32'
  return {
    folder,
    data: join(folder, 'data'),
    log: join(folder, 'server.log'),
    socketFolder: fits ? socketFolder : undefined,
  }
}

async function readOrCreatePassword(place: Place): Promise<string> {
  const path = join(place.folder, 'password')
  await writeFile(path, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(error => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(path, 'utf8')
}

/** Beside the final place and then renamed, so that an interrupted initdb leaves nothing that looks whole. */
async function initialise(
  place: Place,
  installation: Installation,
  settings: Record<string, string> = {},
): Promise<void> {
  const fresh = `${place.data}.new-${process.pid}`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { mode: 0o700 })
  if (installation.owner) await chown(fresh, installation.owner.uid, installation.owner.gid)
  // the built-in provider sorts alike on every machine and for ever; it came with PostgreSQL 17
  const locale =
    installation.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C']
  const quick = settings.fsync === 'off' ? ['--no-sync'] : []
  const access = [
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
    `--pwfile=${join(place.folder, 'password')}`,
  ]
  try {
    await installation.run('initdb', [
      '-D',
      fresh,
      '-U',
      SUPERUSER,
      '-E',
      'UTF8',
      ...locale,
      ...access,
      ...quick,
    ])
    await writeFile(join(fresh, 'postgresql.conf'), "\ninclude '../settings.conf'\n", { flag: 'a' })
    await rename(fresh, place.data)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!(await exists(place.data))) throw error
  }
}

/** PostgreSQL starts only on data of its own user; that user changes when root runs it another way than before. */
async function giveTo(place: Place, installation: Installation): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = installation.owner ?? { uid: 0, gid: 0 }
  if ((await stat(place.data)).uid === uid) return
  for (const path of await readdir(place.folder, { recursive: true })) {
    await chown(join(place.folder, path), uid, gid)
  }
}

/** A server counts as running when its pid file says `ready` and it lets our password in. */
async function findRunning(place: Place, password: string): Promise<Running | undefined> {
  const pidFile = await readFile(join(place.data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = pidFile.split('\n')
  if (lines[7]?.trim() !== 'ready') return undefined
  const port = Number(lines[3])
  const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`
  const answers = await withClient(onDatabase(url, 'postgres'), async () => true).catch(() => false)
  return answers ? { url, port } : undefined
}

async function start(
  place: Place,
  installation: Installation,
  password: string,
  settings: Record<string, string>,
): Promise<Running> {
  if (place.socketFolder) await mkdir(place.socketFolder, { recursive: true, mode: 0o700 })
  await giveTo(place, installation)
  let problem: unknown
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    await removeStalePidFile(place)
    await writeSettings(place, await findFreePort(place, attempt), settings)
    try {
      await installation.run('pg_ctl', ['-D', place.data, '-l', place.log, '-w', '-t', '60', 'start'])
    } catch (error) {
      problem = error
    }
    const running = await findRunning(place, password)
    if (running) {
      await writeFile(join(place.folder, 'port'), String(running.port))
      return running
    }
    // a postmaster that was just killed may still be a zombie that holds the pid file
    await delay(START_PAUSE_MS)
  }
  const lastLines = (await readFile(place.log, 'utf8').catch(() => ''))
    .trimEnd()
    .split('\n')
    .slice(-5)
    .join('\n')
  throw new Error(`the embedded PostgreSQL in ${place.folder} does not start: ${problem}\n${lastLines}`)
}

/** After a power cut the pid in the file may belong to any program, and PostgreSQL would wait for that one. */
async function removeStalePidFile(place: Place): Promise<void> {
  const path = join(place.data, 'postmaster.pid')
  const pid = (await readFile(path, 'utf8').catch(() => '')).split('\n')[0]
  const program = pid ? await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => undefined) : undefined
  if (program !== undefined && program.trim() !== 'postgres') await rm(path, { force: true })
}

async function writeSettings(place: Place, port: number, settings: Record<string, string>): Promise<void> {
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: place.socketFolder ?? '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%u@%d %a ',
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  await writeFile(join(place.folder, 'settings.conf'), `# written at every start\n${lines.join('\n')}\n`)
}

/** The port of the last time if it is free, so that a saved connection keeps working. */
async function findFreePort(place: Place, attempt: number): Promise<number> {
  const last = Number(await readFile(join(place.folder, 'port'), 'utf8').catch(() => 0))
  if (last && attempt === 1) {
    const port = await listenOnce(last).catch(() => undefined)
    if (port) return port
  }
  return listenOnce(0)
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as { port: number }
      server.close(() => resolve(address.port))
    })
  })
}

/**
 * Of several processes that use one server, the one that holds this lock stops it; a killed owner's lock goes
 * with its connection.
 */
async function takeOwnership(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString: onDatabase(url, 'postgres'),
    application_name: 'daybatch owner',
  })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query(
    "select pg_try_advisory_lock(hashtextextended('daybatch.embedded', 0)) as taken",
  )
  if (rows[0].taken) return client
  await client.end()
  return undefined
}

async function createDatabase(url: string): Promise<void> {
  await withClient(onDatabase(url, 'postgres'), async client => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (rowCount) return
    await client.query(`create database ${DATABASE}`).catch(error => {
      if (error.code !== '42P04' && error.code !== '23505') throw error
    })
  })
}

async function stopServer(place: Place, installation: Installation): Promise<void> {
  if (!(await exists(join(place.data, 'postmaster.pid')))) return
  await installation.run('pg_ctl', ['-D', place.data, '-m', 'fast', '-w', 'stop'])
}

function psqlLine(place: Place, port: number): string {
  if (place.socketFolder)
    return `psql "host=${place.socketFolder} port=${port} user=${SUPERUSER} dbname=${DATABASE}"`
  const password = join(place.folder, 'password')
  return `PGPASSWORD=$(cat '${password}') psql -h 127.0.0.1 -p ${port} -U ${SUPERUSER} ${DATABASE}`
}

function onDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
