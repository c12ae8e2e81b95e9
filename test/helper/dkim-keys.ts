import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DkimKeySetting } from '../../src/delivery/dkim.ts'
import type { Testing } from './database.ts'

/** Private keys in files of a folder of their own, as DKIM_KEYS names them. */
export function makeDkimKeys(
  t: Testing,
  ...kinds: [kind: 'rsa' | 'ed25519', domain: string, bits?: number][]
): DkimKeySetting[] {
  const folder = mkdtempSync(join(tmpdir(), 'daybatch-dkim-'))
  t.teardown(async () => rmSync(folder, { recursive: true, force: true }))
  return kinds.map(([kind, domain, bits = 2048], index) => {
    const { privateKey } =
      kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519')
    const file = join(folder, `${index}.pem`)
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    return { domain, selector: `${kind}${index}`, file }
  })
}
