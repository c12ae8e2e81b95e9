// The package that npm pack makes, installed in an empty folder as its user does, by the Node.js and the registry of this
// machine: it runs there, sends a campaign and stops. Install scripts stay off, as newer versions of npm have them.
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { PROJECT, startProgram } from '../helper/program.ts'
import { until } from '../helper/until.ts'
import { ADDRESS } from '../server/service.ts'

t.setTimeout(300_000)

/** Bytes, so that nothing large gets in unseen. */
const LARGEST = 1_000_000
const INSTALL = [
  'install',
  '--ignore-scripts',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

/** Without the Node.js of the project in front: the user has another one. */
const PATH = (process.env.PATH ?? '')
  .split(':')
  .filter(folder => !folder.includes('node_modules'))
  .join(':')
/** What npm is configured with here: its registry and its cache. */
const npmSettings = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^npm_config_(registry|cache|userconfig|cafile)$/i.test(name) || name === 'NODE_EXTRA_CA_CERTS'
      ? [[name, value ?? '']]
      : [],
  ),
)

t.test('npm pack, npm install in an empty folder, npx daybatch', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-package-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const env = { ...npmSettings, PATH, PORT: '0', LOG_LEVEL: 'warn', npm_config_update_notifier: 'false' }
  const run = async (command: string[], cwd: string) => {
    const { code, stdout, stderr } = await startProgram(command as [string], { cwd, env }).ended
    t.equal(code, 0, command.join(' '), { stdout, stderr })
    return stdout
  }
  const [{ filename, size, files }] = JSON.parse(
    await run(['npm', 'pack', '--json', '--pack-destination', folder], PROJECT),
  )
  const paths: string[] = files.map(({ path }: { path: string }) => path)
  t.ok(size < LARGEST, `${size} bytes`)
  t.same(
    paths.filter(path => /(^|\/)test\/|\.test\.|\.env$|^scripts\/|\.ts$/.test(path)),
    [],
    'neither tests nor sources',
  )
  for (const path of ['dist/cli.js', 'dist/server.js', 'src/daybatch.js', 'sql/grants.sql', 'LICENSE'])
    t.ok(paths.includes(path), path)
  const browserFiles = (await readdir(join(PROJECT, 'src'), { recursive: true })).filter(path =>
    /\.(js|css|html|svg)$/.test(path),
  )
  for (const path of browserFiles)
    t.ok(paths.includes(path === 'daybatch.js' ? `src/${path}` : `dist/${path}`), path)

  const home = join(folder, 'empty')
  await mkdir(home)
  await run(['npm', 'init', '-y'], home)
  await run(['npm', ...INSTALL, join(folder, filename)], home)
  t.match(await run(['npx', 'daybatch', '--help'], home), /The first five:/)
  t.equal(await run(['npx', 'daybatch', '--version'], home), '0.1.0\n')

  // as under a supervisor
  const daybatch = join(home, 'node_modules/.bin/daybatch')
  const service = startProgram([daybatch, 'serve'], { cwd: home, env })
  t.teardown(() => service.child.kill('SIGKILL'))
  await until(async () => service.child.exitCode !== null || /^ {2}try /m.test(service.output()))
  t.match(service.output(), /database +PostgreSQL 18, embedded/)
  const [, address] = ADDRESS.exec(service.output()) ?? []
  const page = await fetch(`${address}/`)
  t.equal(page.status, 200, 'the page is served')
  t.match(await page.text(), /<html/)
  await writeFile(join(home, 'contacts.csv'), 'email\nada@example.org\ngrace@example.org\n')
  await writeFile(join(home, 'message.html'), '<p>Hello</p>')
  const sent = await run(
    [daybatch, 'send', 'contacts.csv', '--message', 'message.html', '--name', 'Offer'],
    home,
  )
  t.match(sent, /completed; in all 2 of 2 sent\n$/)
  const mails = (await readdir(join(home, '.daybatch/mailbox'))).filter(name => name.endsWith('.eml'))
  t.equal(mails.length, 2)
  service.child.kill('SIGTERM')
  t.match(await service.ended, { code: 0, stdout: /\nstopped\n$/ })
  await t.rejects(stat(join(home, '.daybatch/postgres/data/postmaster.pid')), 'its database is stopped')
})
