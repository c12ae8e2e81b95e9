import type { Command } from 'commander'
import { explain } from '../errors.ts'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

export function addMigrate(program: Command, output: Output): void {
  program
    .command('migrate')
    .description('bring a database to the state of this program; repeatable')
    .option(
      '--print',
      'write all that SQL to stdout instead, to read and to run with psql; no database is asked',
    )
    .option(
      '--create-login',
      'also make the login that DATABASE_URL names, with the rights of the service only',
    )
    .addHelpText(
      'after',
      `
Works on MIGRATE_DATABASE_URL, the database's owner or a superuser, else on DATABASE_URL. The embedded database is
migrated by npx daybatch serve.

Examples:
  npx daybatch migrate --create-login
  npx daybatch migrate --print > daybatch.sql`,
    )
    .action(async ({ print, createLogin }: { print?: boolean; createLogin?: boolean }) => {
      if (!print) return migrateDatabase(output, { createLogin })
      const { describeMigration } = await import('../db/script.ts')
      process.stdout.write(await describeMigration())
    })
}

async function migrateDatabase(
  output: Output,
  options: { createLogin?: boolean | undefined },
): Promise<void> {
  const { MIGRATE_DATABASE_URL, DATABASE_URL } = process.env
  const url = MIGRATE_DATABASE_URL || DATABASE_URL
  if (!url) {
    throw new CommandError(
      'set MIGRATE_DATABASE_URL or DATABASE_URL (the embedded database is migrated by npx daybatch serve)',
    )
  }
  const login = options.createLogin ? readLogin(url, DATABASE_URL) : undefined
  try {
    const [{ migrate }, { createLogin }] = await Promise.all([
      import('../db/migrate.ts'),
      import('../db/login.ts'),
    ])
    const { applied } = await migrate({ url, log: line => output.say(line) })
    if (login) await createLogin(url, login.name, login.password)
    output.tell({ applied, login: login?.name ?? null }, [
      ...applied.map(name => `applied ${name}`),
      ...(login ? [`login ${login.name} is in daybatch_service`] : []),
      'the database is up to date',
    ])
  } catch (error) {
    throw new CommandError(explain(error))
  }
}

function readLogin(url: string, serviceUrl: string | undefined): { name: string; password: string } {
  const { username, password } = new URL(serviceUrl || url)
  if (!serviceUrl || !password || username === new URL(url).username) {
    throw new CommandError(
      '--create-login needs DATABASE_URL with another user than MIGRATE_DATABASE_URL, and a password',
    )
  }
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}
