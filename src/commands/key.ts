import { type Command, Option } from 'commander'
import type { ApiKeyRow } from '../db/api.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { type KeyScope, keyScopes } from '../db/rows.ts'
import { withDb } from './connection.ts'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

interface CreateOptions {
  scope: KeyScope
  expires?: string
}

/** Keys of the API: made (and shown this once), looked at, revoked. */
export function addKey(program: Command, output: Output): void {
  const key = program.command('key').description('keys of the API')
  key
    .command('create <name>')
    .description('make a key for whoever uses it, and show it this once')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(keyScopes).default('read'))
    .option('--expires <time>', 'until when, like 2027-01-31T09:00:00Z (default: it does not expire)')
    .addHelpText(
      'after',
      '\nExample:\n  npx daybatch key create "the shop" --scope write --expires 2027-12-31T00:00:00Z',
    )
    .action((name: string, options: CreateOptions) => withDb(db => createKey(db, output, name, options)))
  key
    .command('list')
    .description('what each may do, and when it was used last; never the keys')
    .addHelpText('after', '\nExample:\n  npx daybatch key list --json')
    .action(() => withDb(db => listKeys(db, output)))
  key
    .command('revoke <key-id>')
    .description('take a key back: refused within ten seconds')
    .addHelpText('after', '\nExample:\n  npx daybatch key revoke KEY_ID')
    .action((keyId: string) => withDb(db => revokeKey(db, output, keyId)))
}

async function createKey(db: Daybatch, output: Output, name: string, options: CreateOptions): Promise<void> {
  const { scope, expires: expiresAt } = options
  if (expiresAt !== undefined && Number.isNaN(Date.parse(expiresAt))) {
    throw new CommandError(`${expiresAt} is no time: write it like 2027-01-31T09:00:00Z`)
  }
  const made = await db.createApiKey({ name, scope, expiresAt })
  output.tell(made, made.api_key)
  output.say(`it is shown this once; take it back: npx daybatch key revoke ${made.key_id}`)
}

async function listKeys(db: Daybatch, output: Output): Promise<void> {
  const keys = await db.listApiKeys()
  output.tell(
    keys,
    keys.length === 0 ? 'there is no key: npx daybatch key create "who uses it"' : keys.map(describeKey),
  )
}

function describeKey({ key_id, name, scope, expires_at, revoked_at, last_used_at }: ApiKeyRow): string {
  const end = revoked_at
    ? `revoked ${revoked_at.toISOString()}`
    : expires_at
      ? `until ${expires_at.toISOString()}`
      : 'does not expire'
  return `${key_id}  ${scope}  ${name}: ${end}, ${last_used_at ? `used ${last_used_at.toISOString()}` : 'never used'}`
}

async function revokeKey(db: Daybatch, output: Output, keyId: string): Promise<void> {
  const isNew = await db.revokeApiKey({ keyId })
  output.tell(
    { key_id: keyId, revoked: true },
    isNew ? `${keyId} is revoked` : `${keyId} was revoked already`,
  )
}
