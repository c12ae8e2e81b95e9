import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeShell } from './command.ts'

t.setTimeout(300_000)

t.test('a key is made and shown once, listed, and revoked', async t => {
  const { serviceUrl, pool } = await createTestDatabase(t)
  const shell = await makeShell(t, { DATABASE_URL: serviceUrl })
  const made = await shell.run(['key', 'create', 'shop backend', '--scope', 'write'])
  t.match(made, { code: 0, stdout: /^dbk_[0-9a-f]{8}_[0-9a-f]{64}\nit is shown this once/ })
  const keyId = made.stdout.split('_')[1]!
  const listed = await shell.run(['key', 'list'])
  t.match(listed.stdout, new RegExp(`^${keyId}  write  shop backend: does not expire, never used`))
  t.notMatch(listed.stdout, /dbk_/)
  t.match(await shell.run(['key', 'create', 'late', '--expires', '2020-01-01T00:00:00Z']), {
    code: 1,
    stderr: /expired/,
  })
  t.match(await shell.run(['key', 'create', 'late', '--expires', 'tomorrow']), {
    code: 1,
    stderr: /is no time/,
  })
  t.match(await shell.run(['key', 'create', 'x', '--scope', 'all']), {
    code: 1,
    stderr: /Allowed choices are read, write, admin/,
  })
  t.match(await shell.run(['key', 'revoke', keyId]), { code: 0, stdout: `${keyId} is revoked` })
  t.match(await shell.run(['key', 'revoke', '00000000']), { code: 1, stderr: /there is no API key/ })
  const json = await shell.run(['--json', 'key', 'list'])
  t.match(JSON.parse(json.stdout), [{ key_id: keyId, is_usable: false }])
  t.equal((await pool.query('select from daybatch.api_keys')).rowCount, 1)
})
