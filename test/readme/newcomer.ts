import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Testing } from '../helper/database.ts'
import { type Ended, PROJECT, type Program, startProgram } from '../helper/program.ts'
import { until } from '../helper/until.ts'

/** What a clone of the repository has that README's commands need. */
const CLONED = ['package.json', 'README.md', '.env.example', 'scripts', 'sql', 'src']

/** Somebody who follows README in a clone of the project: one shell for commands, one for the service. */
export class Newcomer {
  readonly folder: string
  /** Where the service answers, in place of 3000. */
  readonly port: number
  readonly #env: Record<string, string>
  #service: Program | undefined

  private constructor(folder: string, port: number, env: Record<string, string>) {
    this.folder = folder
    this.port = port
    // the demo keeps its mails
    const TMPDIR = join(folder, 'tmp')
    // npx remembers where each project's commands are
    const npm = { npm_config_update_notifier: 'false', npm_config_cache: join(folder, 'tmp/npm') }
    this.#env = { ...env, ...npm, TMPDIR, PORT: String(port) }
  }

  static async arrive(t: Testing, env: Record<string, string>): Promise<Newcomer> {
    const folder = await mkdtemp(join(tmpdir(), 'daybatch-readme-'))
    for (const name of CLONED) await cp(join(PROJECT, name), join(folder, name), { recursive: true })
    await mkdir(join(folder, 'tmp'))
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
    const newcomer = new Newcomer(folder, await findFreePort(), await withCurl(folder, env))
    t.teardown(async () => {
      await newcomer.stopService()
      await rm(folder, { recursive: true, force: true })
    })
    return newcomer
  }

  /** Types a block into the first shell. */
  async type(text: string): Promise<Ended> {
    return startProgram(['bash', '-eo', 'pipefail', '-c', text], { cwd: this.folder, env: this.#env }).ended
  }

  /** Types `npm start` into the second shell, after Ctrl-C if one runs; returns what it says when it is up. */
  async startService(): Promise<string> {
    await this.stopService()
    const service = startProgram(['npm', 'start'], { cwd: this.folder, env: this.#env })
    this.#service = service
    await until(async () => service.child.exitCode !== null || /^ {2}try /m.test(service.output()))
    return service.output()
  }

  /** Exit code of the service; undefined when none runs. */
  async stopService(): Promise<number | null | undefined> {
    const service = this.#service
    if (!service) return undefined
    this.#service = undefined
    service.child.kill('SIGTERM')
    return (await service.ended).code
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** What README's curl commands need of curl. */
const CURL = `#!/usr/bin/env node
import { parseArgs } from 'node:util'
const options = { silent: { type: 'boolean', short: 's' }, request: { type: 'string', short: 'X' }, header: { type: 'string', short: 'H', multiple: true }, data: { type: 'string', short: 'd' } }
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const method = values.request ?? (values.data === undefined ? 'GET' : 'POST')
const headers = (values.header ?? []).map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
fetch(positionals[0], { method, headers, body: values.data }).then(answer => answer.text()).then(text => process.stdout.write(text))
`

/** A machine may have Node.js alone: a small curl then stands in for the real one. */
async function withCurl(folder: string, env: Record<string, string>): Promise<Record<string, string>> {
  const { code } = await startProgram(['bash', '-c', 'command -v curl'], { cwd: folder }).ended
  if (code === 0) return env
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'curl'), CURL, { mode: 0o755 })
  return { ...env, PATH: `${bin}:${process.env.PATH}` }
}
