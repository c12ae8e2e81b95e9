// Run by cluster.ts as a process of its own: when the test run ends in any way (also by kill -9: the pipe to it
// closes then), stops the cluster in the folder given and removes it.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts'

const [folder, binFolder] = process.argv.slice(2)
process.stdin.resume()
process.stdin.once('close', async () => {
  if (!folder || !existsSync(join(folder, 'pg', 'data', 'postmaster.pid'))) return
  const server = await startEmbeddedPostgres({ folder: join(folder, 'pg'), binFolder })
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})
