import type pg from 'pg'
import { createPool } from '../../src/db/pool.ts'
import type { TestDatabase, Testing } from '../helper/database.ts'

let count = 0

/** Connections of a login that is in one group role and in nothing else; gone at the end of the test. */
export async function openLogin(t: Testing, { pool, url }: TestDatabase, group: string): Promise<pg.Pool> {
  const name = `mission_${process.pid}_${++count}`
  const address = new URL(url)
  await pool.query(`create role ${name} login password '${address.password}' in role ${group}`)
  address.username = name
  const login = createPool(address.href, { applicationName: 'mission test', max: 2 })
  t.teardown(async () => {
    await login.end()
    await pool.query(`drop role ${name}`)
  })
  return login
}
