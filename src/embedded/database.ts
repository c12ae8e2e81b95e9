import { prepareLogin } from '../db/login.ts'
import { findEmbeddedPostgres, postgresFolder, startEmbeddedPostgres } from './postgres.ts'

export interface EmbeddedDatabase {
  /** For the service: a login in daybatch_service. */
  url: string
  major: number
  folder: string
  /** What to type to look inside. */
  psqlLine: string
  stop(): Promise<void>
}

/** Starts (or finds running) the embedded PostgreSQL of a state folder, and migrates it. */
export async function startEmbeddedDatabase({
  stateFolder,
}: {
  stateFolder: string
}): Promise<EmbeddedDatabase> {
  const folder = postgresFolder(stateFolder)
  const { url, major, psqlLine, stop } = await startEmbeddedPostgres({ folder })
  try {
    // only who starts one migrates it: a command that finds it running does not read that
    const { migrate } = await import('../db/migrate.ts')
    await migrate({ url })
    return { url: await prepareLogin(url, stateFolder), major, folder, psqlLine, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The embedded database that runs in a state folder now, as the service's login sees it. */
export async function findEmbeddedDatabase({
  stateFolder,
}: {
  stateFolder: string
}): Promise<string | undefined> {
  const running = await findEmbeddedPostgres(postgresFolder(stateFolder))
  return running && prepareLogin(running.url, stateFolder)
}
