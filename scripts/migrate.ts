// npm run migrate: brings the database of MIGRATE_DATABASE_URL (else DATABASE_URL) to the state of this program.
// With -- --print it writes all that SQL to stdout instead, for a DBA to read and to run with psql; no database is asked.
// With -- --create-login it also makes the login that DATABASE_URL names, with the rights of the service only.
import { readEnvFile } from '../src/config.ts'
import { createLogin } from '../src/db/login.ts'
import { explain, migrate } from '../src/db/migrate.ts'
import { describeMigration } from '../src/db/script.ts'

try {
  if (process.argv.includes('--print')) process.stdout.write(await describeMigration())
  else await migrateDatabase()
} catch (error) {
  console.error(`npm run migrate: ${explain(error)}`)
  process.exitCode = 1
}

async function migrateDatabase(): Promise<void> {
  readEnvFile()
  const { MIGRATE_DATABASE_URL, DATABASE_URL } = process.env
  const url = MIGRATE_DATABASE_URL || DATABASE_URL
  if (!url) {
    throw new Error(
      'set MIGRATE_DATABASE_URL or DATABASE_URL (the embedded database is migrated by npm start)',
    )
  }
  const { applied } = await migrate({ url, log: line => console.log(line) })
  for (const name of applied) console.log(`applied ${name}`)
  if (process.argv.includes('--create-login')) await createServiceLogin(url, DATABASE_URL)
  console.log('the database is up to date')
}

async function createServiceLogin(url: string, serviceUrl: string | undefined): Promise<void> {
  const { username, password } = new URL(serviceUrl || url)
  if (!serviceUrl || !password || username === new URL(url).username) {
    throw new Error(
      '--create-login needs DATABASE_URL with another user than MIGRATE_DATABASE_URL, and a password',
    )
  }
  await createLogin(url, decodeURIComponent(username), decodeURIComponent(password))
  console.log(`login ${decodeURIComponent(username)} is in daybatch_service`)
}
