import { readFile } from 'node:fs/promises'

/**
 * CPU time of a process in ms: what remains comparable on a busy machine. NaN where the system does not tell
 * (only Linux does, in /proc).
 */
export async function readCpu(pid: number): Promise<number> {
  // user and system time of all threads, in ticks of 10 ms
  const fields = (await readStat(pid)).split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

const readStat = (pid: number) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
