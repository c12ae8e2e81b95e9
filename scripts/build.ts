// Run by npm pack and npm publish: compiles src/ into dist/, because Node.js strips no types below node_modules, and copies
// what the browser gets, as it is. A clone runs without it.
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
/** Compiled, or for readers of the source only. */
const NOT_COPIED = ['.ts', '.md']

rmSync(pathOf('dist'), { recursive: true, force: true })
execFileSync(
  process.execPath,
  [pathOf('node_modules/typescript/bin/tsc'), '-p', pathOf('scripts/build.json')],
  {
    stdio: 'inherit',
  },
)
cpSync(pathOf('src'), pathOf('dist'), {
  recursive: true,
  filter: path => statSync(path).isDirectory() || !NOT_COPIED.includes(extname(path)),
})
rmSync(pathOf('dist/daybatch.js'))
