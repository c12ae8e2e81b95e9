import { readFile, statfs } from 'node:fs/promises'
import { freemem } from 'node:os'

const FOLDER = '/dev/shm'
/** What two test files at once leave there at most is a small part of it (bytes). */
const NEEDED = 4 * 2 ** 30

/**
 * Lets this process and its children keep their temporary files in memory, where there is plenty: to copy or to make
 * a database, hundreds of files, waits on a disk for whatever else is written to it. A TMPDIR that is set stays.
 */
export async function useMemoryFolder(): Promise<void> {
  if (process.env.TMPDIR || !(await hasRoom())) return
  process.env.TMPDIR = FOLDER
}

async function hasRoom(): Promise<boolean> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '')
  const [, type, options = ''] = mounts.match(/^\S+ \/dev\/shm (\S+) (\S+)/m) ?? []
  // tests run programs from there
  if (type !== 'tmpfs' || !/^rw\b/.test(options) || /\bnoexec\b/.test(options)) return false
  const { bavail, bsize } = await statfs(FOLDER)
  return Math.min(bavail * bsize, freemem()) >= NEEDED
}
