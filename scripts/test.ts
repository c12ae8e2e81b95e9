// npm test [-- tap's options, files and folders]: one temporary database cluster, tap, the totals as the last line.
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CLUSTER_VARIABLE, startTestCluster } from '../test/helper/cluster.ts'
import { useMemoryFolder } from '../test/helper/memory-folder.ts'
import { describeFailures } from './test-failures.ts'

const TAP = fileURLToPath(new URL('../node_modules/tap/dist/esm/run.mjs', import.meta.url))
const BUILT = fileURLToPath(
  new URL('../node_modules/@tapjs/test/test-built/dist/esm/index.js', import.meta.url),
)
/** What a developer's shell or .env says about real servers is nothing that a test may touch. */
const UNWANTED =
  /^(DATABASE_URL|MIGRATE_DATABASE_URL|SMTP_URL|MAIL_FROM|API_KEY|CRON_SECRET|RETURN_PATH_DOMAIN|BOUNCE_MAILBOX|PG[A-Z]+)$/

interface Totals {
  pass: number
  fail: number
  skip: number
  todo: number
}

await useMemoryFolder()
const folder = await mkdtemp(join(tmpdir(), 'daybatch-tap-'))
const stopSignal = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => stopSignal.abort(signal))
try {
  process.exitCode = await runTests(process.argv.slice(2).map(asPattern))
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** tap takes files and patterns, no folders. */
function asPattern(arg: string): string {
  return statSync(arg, { throwIfNoEntry: false })?.isDirectory() ? `${arg}/**/*.test.ts` : arg
}

async function runTests(args: string[]): Promise<number> {
  if (!(await isBuilt())) await runTap(['build'])
  const cluster = await startTestCluster()
  const tapFile = join(folder, 'output.tap')
  let code: number
  try {
    const reporter = process.stdout.isTTY ? [] : ['--reporter=min']
    code = await runTap([...reporter, `--output-file=${tapFile}`, ...args], {
      [CLUSTER_VARIABLE]: cluster.url,
    })
  } finally {
    if (process.env.DAYBATCH_TEST_KEEP) console.log(`kept the test cluster: ${cluster.psqlLine}`)
    else await cluster.stop()
  }
  const output = await readFile(tapFile, 'utf8').catch(() => '')
  // the reporter leaves the cursor at the end of a line
  console.log()
  if (!process.stdout.isTTY)
    for (const [line] of output.matchAll(/^(?:not )?ok \d+ - .*$/gm)) console.log(line)
  // the reporter told them where they happened: far above the list
  if (code !== 0 && !process.stdout.isTTY) for (const line of describeFailures(output)) console.log(line)
  const { pass, fail, skip, todo } = readTotals(output)
  if (skip + todo > 0) console.log(`${skip} skipped, ${todo} to do`)
  // a run that ended badly has failed, also when tap had no time to count it
  const failed = code === 0 ? fail : Math.max(fail, 1)
  console.log(`${pass} passed, ${failed} failed`)
  return code === 0 && failed > 0 ? 1 : code
}

/** As installed, tap has the plugin that .taprc switches off, and the first run would load every file by it. */
async function isBuilt(): Promise<boolean> {
  const built = await readFile(BUILT, 'utf8').catch(() => '@tapjs/typescript')
  return !built.includes('@tapjs/typescript')
}

function runTap(args: string[], variables: Record<string, string> = {}): Promise<number> {
  const kept = Object.entries(process.env).filter(([name]) => !UNWANTED.test(name))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [TAP, ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...Object.fromEntries(kept), ...variables },
    })
    stopSignal.signal.addEventListener('abort', () => child.kill('SIGTERM'))
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? 1))
  })
}

/** tap's own count of single assertions, e.g. `# { total: 8, pass: 4, fail: 2, todo: 1, skip: 1 }`. */
function readTotals(output: string): Totals {
  const totals: Totals = { pass: 0, fail: 0, skip: 0, todo: 0 }
  const counted = [...output.matchAll(/^# \{ (total: .*) \}$/gm)].at(-1)?.[1]
  for (const [, name, count] of counted?.matchAll(/(\w+): (\d+)/g) ?? []) {
    if (name !== undefined && name in totals) totals[name as keyof Totals] = Number(count)
  }
  return totals
}
