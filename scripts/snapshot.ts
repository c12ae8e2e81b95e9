// npm run snapshot: writes sql/catalog.snapshot.sql, the picture of a freshly migrated database that reviewers
// read as a diff, and the table of answers in src/delivery/README.md; -- --check compares the picture instead and exits 1
// when it is not current.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { describeCatalog } from '../src/db/catalog.ts'
import { placeReplyRules } from '../src/db/reply-rules.ts'
import { explain } from '../src/errors.ts'
import { startTestCluster, TEMPLATE, withDatabase } from '../test/helper/cluster.ts'

const FILE = fileURLToPath(new URL('../sql/catalog.snapshot.sql', import.meta.url))
const README = fileURLToPath(new URL('../src/delivery/README.md', import.meta.url))
const HEADER = `-- The catalog after npm run migrate on an empty PostgreSQL 18. Written by npm run snapshot, never applied.\n\n`

try {
  // the snapshot is one server version's text, the embedded one's
  delete process.env.DAYBATCH_TEST_POSTGRES_BIN
  const current = HEADER + (await describeFreshDatabase())
  if (process.argv.includes('--check')) await compare(current)
  else await writeFile(FILE, current)
} catch (error) {
  console.error(`npm run snapshot: ${explain(error)}`)
  process.exitCode = 1
}

async function describeFreshDatabase(): Promise<string> {
  const cluster = await startTestCluster()
  try {
    const client = new pg.Client(withDatabase(cluster.url, TEMPLATE))
    await client.connect()
    try {
      if (!process.argv.includes('--check')) {
        await writeFile(README, await placeReplyRules(client, await readFile(README, 'utf8')))
      }
      return await describeCatalog(client)
    } finally {
      await client.end()
    }
  } finally {
    await cluster.stop()
  }
}

async function compare(current: string): Promise<void> {
  const kept = await readFile(FILE, 'utf8').catch(() => '')
  if (kept === current) {
    console.log('catalog snapshot is current')
    return
  }
  const before = kept.split('\n')
  const after = current.split('\n')
  const [gone, come] = [new Set(before), new Set(after)]
  for (const line of before.filter(line => !come.has(line)).slice(0, 20)) console.error(`- ${line}`)
  for (const line of after.filter(line => !gone.has(line)).slice(0, 20)) console.error(`+ ${line}`)
  throw new Error('sql/catalog.snapshot.sql is not current: run npm run snapshot and review the difference')
}
