import type { Test } from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeContacts, makeList } from '../helper/make.ts'
import { makeShell } from './command.ts'

/** Makes "Spring offer" for the list "Customers". */
export const CREATE = [
  'campaign',
  'create',
  '--name',
  'Spring offer',
  '--list',
  'Customers',
  '--text',
  'message.txt',
]

/** A database with the list "Customers", and a folder with a message in it, for commands that are run there. */
export async function makeWorld(t: Test, contacts = 3) {
  const { pool, serviceUrl } = await createTestDatabase(t)
  const shell = await makeShell(t, { DATABASE_URL: serviceUrl })
  const ids = await makeContacts(pool, contacts)
  const list = await makeList(pool, ids, 'Customers')
  await shell.write('message.txt', '\ufeffHello {{first_name | friend}}\n')
  await shell.write('message.html', '<p>Hello {{first_name | friend}}</p>\n')
  /** Runs a command that must succeed and returns what it printed. */
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await shell.run(args)
    t.match({ code, stderr }, { code: 0, stderr: '' }, args.join(' '))
    return stdout
  }
  /** Runs one that must not. */
  const refuse = async (args: string[], words: RegExp | string) => {
    const { code, stdout, stderr } = await shell.run(args)
    t.match({ code, stdout, stderr }, { code: 1, stdout: '', stderr: words }, args.join(' '))
  }
  const findId = async (name = 'Spring offer') =>
    (await pool.query('select id from campaigns where name = $1', [name])).rows[0].id as string
  return { pool, shell, list, run, refuse, findId, serviceUrl }
}
