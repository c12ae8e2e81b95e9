import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import { startTestCluster, withDatabase } from '../helper/cluster.ts'
import { CERTIFICATE, type MailServer, PASSWORD, startMailServer, USER } from '../helper/mail-server.ts'
import { insertRow } from '../helper/make.ts'
import { Newcomer } from './newcomer.ts'

/** What README says about the role of a Supabase client. */
export const SUPABASE_GRANT = 'grant daybatch_app to service_role'

/** The real things behind README's placeholders: a database server, a mail server, somebody who types. */
export interface World {
  db: pg.Pool
  mailServer: MailServer
  newcomer: Newcomer
  /** README's text with the placeholders filled in, and nothing else changed. */
  fill(text: string): Promise<string>
}

export async function makeWorld(t: Test): Promise<World> {
  const cluster = await startTestCluster()
  t.teardown(() => cluster.stop())
  await onServer(cluster.url, 'create database shop')
  const db = new pg.Pool({ connectionString: withDatabase(cluster.url, 'shop') })
  t.teardown(() => db.end())
  const mailServer = await startMailServer(t)
  const newcomer = await Newcomer.arrive(t, { NODE_EXTRA_CA_CERTS: CERTIFICATE })

  const { host, password } = new URL(cluster.url)
  const smtp = `localhost:${mailServer.port}`
  const placeholders: Record<string, string> = {
    // the packages of this clone are installed
    'npm ci && ': '',
    'postgres:secret@': `postgres:${password}@`,
    'db.example.com/': `${host}/`,
    'db.example.com:5432/': `${host}/`,
    // TLS as with a server that is not on this machine
    'user:password@smtp.example.com:587': `${USER}:${PASSWORD}@${smtp}?requireTLS=true`,
    'smtp.example.com:587': smtp,
    '127.0.0.1:3000': `127.0.0.1:${newcomer.port}`,
  }
  async function fill(text: string): Promise<string> {
    let filled = text
    for (const [placeholder, value] of Object.entries(placeholders))
      filled = filled.replaceAll(placeholder, value)
    if (!filled.includes('LIST_ID')) return filled
    const { rows } = await db.query(`select id from contact_lists where name = 'Customers'`)
    return filled.replaceAll('LIST_ID', rows[0].id)
  }
  return { db, mailServer, newcomer, fill }
}

/** How a block of each language is run; returns what it printed. Rejects, or fails an assertion, when it does not work. */
export const runners: Record<string, (t: Test, world: World, text: string) => Promise<string>> = {
  async bash(t, { newcomer }, text) {
    if (text === 'npm start') return newcomer.startService()
    const { code, stdout, stderr } = await newcomer.type(text)
    t.equal(code, 0, 'exit code 0', { output: stdout + stderr })
    t.notMatch(stdout, '"type":"/problems/', 'HTTP has no problem with it')
    return stdout
  },

  async ini(t, { newcomer }, text) {
    await writeFile(join(newcomer.folder, '.env'), text)
    t.match(text, /^DATABASE_URL=/m, 'a .env')
    return ''
  },

  async sql(t, { db }, text) {
    const { command, rowCount, rows } = await db.query(text)
    if (command === 'INSERT') t.equal(rowCount, 1, 'one row inserted')
    else if (text.includes('daybatch.audit')) t.same(rows, [], 'no row in audit')
    else t.ok(rows.length > 0, 'there are rows')
    return ''
  },

  async js(t, { db }, text) {
    const client = await db.connect()
    try {
      await client.query(
        `create role service_role nologin bypassrls; ${SUPABASE_GRANT}; set role service_role`,
      )
      // PostgREST makes one statement of an insert, out of the keys of its JSON
      const insert = (table: string) => (row: object) => insertRow(client, `public.${table}`, row)
      const supabase = { from: (table: string) => ({ insert: insert(table) }) }
      const campaign = await new Function('supabase', `return (async () => { ${text}\nreturn campaign })()`)(
        supabase,
      )
      t.match(campaign, { status: 'sending' }, 'a row inserted')
    } finally {
      client.release(true)
    }
    return ''
  },

  async json(t, _world, text) {
    const { crons, rewrites } = JSON.parse(text)
    t.equal(crons[0].path, '/api/cron/process-campaigns')
    t.match(rewrites[0], { source: crons[0].path, destination: new RegExp(`^https://.*${crons[0].path}$`) })
    return ''
  },
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
