import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

const LOGIN = 'daybatch_embedded'

/**
 * Makes the login that the service uses in the embedded database: in daybatch_service and nothing else, as in
 * production. Its password is kept in the state folder, for the owner's eyes only.
 * @param superuserUrl URL of the migrated embedded database
 * @returns the same URL for that login
 */
export async function prepareLogin(superuserUrl: string, stateFolder: string): Promise<string> {
  const password = await readOrCreatePassword(join(stateFolder, 'service-password'))
  await createLogin(superuserUrl, LOGIN, password)
  const url = new URL(superuserUrl)
  url.username = LOGIN
  url.password = password
  return url.href
}

/** Makes a login, or gives one a new password, and puts it into daybatch_service. Repeatable. */
export async function createLogin(superuserUrl: string, name: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, application_name: 'daybatch login' })
  await client.connect()
  const login = client.escapeIdentifier(name)
  try {
    // one statement is one transaction: two processes that start at once take turns
    await client.query(`
      select pg_advisory_xact_lock(hashtextextended('daybatch.login', 0));
      do $$ begin
        if not exists (select from pg_roles where rolname = ${client.escapeLiteral(name)}) then create role ${login}; end if;
      end $$;
      alter role ${login} login password ${client.escapeLiteral(password)};
      grant daybatch_service to ${login};`)
  } finally {
    await client.end()
  }
}

async function readOrCreatePassword(path: string): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  await writeFile(path, password, { mode: 0o600, flag: 'wx' }).catch(error => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(path, 'utf8')
}
