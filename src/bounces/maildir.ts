import { open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { LONGEST_MAIL } from './mail.ts'
import type { Mailbox } from './reader.ts'

/** A maildir: mails stand in `new`, and go to `cur`, marked as seen, when they are done. */
export const openMaildir = (folder: string): Mailbox => ({
  name: `maildir ${folder}`,
  async read(take, isStopped) {
    const names = (await readdir(join(folder, 'new'))).filter(name => !name.startsWith('.')).sort()
    for (const name of names) {
      if (isStopped()) return
      const raw = await readStart(join(folder, 'new', name))
      if (raw === undefined) continue
      await take(raw)
      await rename(join(folder, 'new', name), join(folder, 'cur', `${name}:2,S`)).catch(unlessGone)
    }
  },
})

/** The beginning of a file; undefined when another reader was faster. */
async function readStart(path: string): Promise<Buffer | undefined> {
  const file = await open(path).catch(unlessGone)
  if (file === undefined) return undefined
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LONGEST_MAIL), 0, LONGEST_MAIL, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
