import { readdir, readFile } from 'node:fs/promises'

/**
 * CPU time of a process in ms, its ended children's too: what remains comparable on a busy machine. NaN where the
 * system does not tell (only Linux does, in /proc).
 */
export async function readCpu(pid: number): Promise<number> {
  // utime, stime, cutime, cstime of proc(5), in ticks of 10 ms; the name before may hold anything
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ').at(-1)!.split(' ')
  return 10 * fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) || Number.NaN
}

/** Of a server with its backends. */
export async function readCpuOfFamily(parent: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  const children = pids.filter(
    (_, index) => stats[index]!.split(') ').at(-1)!.split(' ')[1] === String(parent),
  )
  const times = await Promise.all([parent, ...children.map(Number)].map(readCpu))
  return times.filter(time => !Number.isNaN(time)).reduce((sum, time) => sum + time, 0)
}

/** Memory that a process holds, in MB. */
export async function readMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}
