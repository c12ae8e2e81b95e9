// npm run migrate: brings the database of MIGRATE_DATABASE_URL (else DATABASE_URL) to the state of this program.
import { readEnvFile } from '../src/config.ts'
import { explain, migrate } from '../src/db/migrate.ts'

readEnvFile()
const url = process.env.MIGRATE_DATABASE_URL || process.env.DATABASE_URL
try {
  if (!url)
    throw new Error(
      'set MIGRATE_DATABASE_URL or DATABASE_URL (the embedded database is migrated by npm start)',
    )
  const { applied } = await migrate({ url, log: line => console.log(line) })
  for (const name of applied) console.log(`applied ${name}`)
  console.log('the database is up to date')
} catch (error) {
  console.error(`npm run migrate: ${explain(error)}`)
  process.exitCode = 1
}
