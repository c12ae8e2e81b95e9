import { readdir, readFile } from 'node:fs/promises'

/**
 * CPU time of a process in ms: what remains comparable on a busy machine. NaN where the system does not tell (only
 * Linux does, in /proc).
 */
export async function readCpu(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const times = await Promise.all(threads.map(thread => readThread(`/proc/${pid}/task/${thread}/schedstat`)))
  return times.length === 0 ? Number.NaN : times.reduce((sum, ms) => sum + ms, 0)
}

/** The first number is the time on a CPU, in ns; stat counts in ticks of 10 ms, too few for what idles. */
async function readThread(path: string): Promise<number> {
  return Number((await readFile(path, 'utf8').catch(() => '')).split(' ')[0]) / 1e6
}

/** Of a server with its backends; what backends used that ended counts in ticks. */
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
