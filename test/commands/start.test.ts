// What the commands read at their start: a library that one of them needs is no matter of the others.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeShell } from './command.ts'

t.setTimeout(120_000)

const WATCH = `
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
const urls = new Set()
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    // before it, what runs the tests reads its own
    if (urls.size > 0 || found.url.endsWith('/src/cli.ts')) urls.add(found.url)
    return found
  },
})
process.on('exit', () => writeFileSync('read.json', JSON.stringify([...urls])))
`
const POSTGRES = /^(pg|pg-.*|postgres-(array|bytea|date|interval)|xtend)$/

t.test('a command reads what it needs', async t => {
  const { serviceUrl } = await createTestDatabase(t)
  const shell = await makeShell(t, { DATABASE_URL: serviceUrl })
  await shell.write('watch.mjs', WATCH)
  /** The packages that the program read. */
  async function packagesOf(...args: string[]): Promise<string[]> {
    const NODE_OPTIONS = `--import ${pathToFileURL(join(shell.folder, 'watch.mjs'))}`
    const { code, stderr } = await shell.run(args, { env: { NODE_OPTIONS } })
    t.equal(code, 0, `${args.join(' ')}: ${stderr}`)
    const urls: string[] = JSON.parse(await readFile(join(shell.folder, 'read.json'), 'utf8'))
    const names = urls.flatMap(url => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? [])
    return [...new Set(names)].sort()
  }

  t.same(await packagesOf('--help'), ['commander'])
  t.same(await packagesOf('send', '--help'), ['commander'])
  for (const command of ['campaign', 'key', 'webhook']) {
    const others = (await packagesOf(command, 'list')).filter(name => !POSTGRES.test(name))
    t.same(others, ['commander'], `${command} list`)
  }
})
