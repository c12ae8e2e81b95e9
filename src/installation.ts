import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from './config.ts'
import type { InstallationRow } from './db/rows.ts'

interface Memory {
  installation_id: string
  /** The last attempt's id that was seen, a bigint as text. */
  high_water: string
}

interface InstallationOptions {
  db: {
    checkInstallation(args: { installationId?: string; highWater?: string }): Promise<InstallationRow>
  }
  /** Where the memory is kept, a JSON file. */
  file: string
  /** `INSTALLATION_ID`: what to expect when the file is not there (a container without a volume). */
  expected?: string | undefined
  log: { warn(line: string): void }
}

/** Where the memory of a configuration is: what was tried with the embedded database says nothing about a given one. */
export const installationFile = ({
  databaseUrl,
  stateFolder,
}: Pick<Config, 'databaseUrl' | 'stateFolder'>): string =>
  join(stateFolder, databaseUrl ? 'installation.json' : 'installation-embedded.json')

/** The database is not the one this service last ran on; the message says what an operator must do. */
export class InstallationError extends Error {
  override name = 'InstallationError'
}

/**
 * Remembers on which database this service runs and how far it had come, outside of it: a restored, copied or lagging
 * database would mail people again. SQL judges (check_installation), this keeps the memory.
 */
export class Installation {
  readonly #options: InstallationOptions
  #hasWarned = false

  constructor(options: InstallationOptions) {
    this.#options = options
  }

  /** Resolves when mails may be sent from this database; throws an InstallationError when not. */
  async check(): Promise<void> {
    const { file, log } = this.#options
    const row = await this.compare()
    if (row.state !== 'same' && row.state !== 'unknown') throw new InstallationError(row.explanation)
    if (row.state === 'unknown' && !this.#hasWarned) {
      this.#hasWarned = true
      log.warn(
        `remembering this database as installation ${row.installation_id} in ${file}: keep that file, or set INSTALLATION_ID, so that a restored or copied database is noticed`,
      )
    }
    await this.#write({ installation_id: row.installation_id, high_water: row.high_water })
  }

  /** What SQL says of this database and the memory; remembers nothing. */
  async compare(): Promise<InstallationRow> {
    const { db, expected } = this.#options
    const memory = await this.#read()
    return db.checkInstallation({
      installationId: memory?.installation_id ?? expected,
      highWater: memory?.high_water,
    })
  }

  async #read(): Promise<Memory | undefined> {
    try {
      return JSON.parse(await readFile(this.#options.file, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new InstallationError(
        `${this.#options.file} cannot be read (${(error as Error).message}): it says which database this service ran on; mend or remove it`,
      )
    }
  }

  async #write(memory: Memory): Promise<void> {
    const { file } = this.#options
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // services may share the folder
    const own = `${file}.${process.pid}`
    await writeFile(own, JSON.stringify(memory), { mode: 0o600 })
    await rename(own, file)
  }
}
