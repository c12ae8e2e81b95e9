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

/** Of a server with its backends; what ended backends used counts in ticks. */
export async function readCpuOfFamily(parent: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  // of proc(5), after the name, which may hold anything: [1] is the parent, [13] and [14] are cutime and cstime
  const fields = stats.map(stat => stat.split(') ').at(-1)!.split(' '))
  const family = pids.filter((pid, index) => pid === String(parent) || fields[index]![1] === String(parent))
  const times = await Promise.all(family.map(pid => readCpu(Number(pid))))
  const ended = fields[pids.indexOf(String(parent))] ?? []
  const all = [...times, 10 * (Number(ended[13]) + Number(ended[14]))]
  return all.filter(time => !Number.isNaN(time)).reduce((sum, time) => sum + time, 0)
}

/** Memory that a process holds, in MB. */
export async function readMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** The most that it ever held, in MB. */
export async function readPeakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
}
