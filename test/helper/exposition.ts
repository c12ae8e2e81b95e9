export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** Prometheus's text format, as a server would read it; throws for a line that is none. */
export function readExposition(text: string): { samples: Sample[]; types: Map<string, string> } {
  const samples: Sample[] = []
  const types = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const [, named, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line) ?? []
    if (named && type) {
      types.set(named, type)
      continue
    }
    const [, name, list = '', value] = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (!name || value === undefined) throw new Error(`no line of the text format: ${line}`)
    const labels = Object.fromEntries(
      [...list.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)",?/g)].map(([, key, text]) => [key!, text!]),
    )
    samples.push({ name, labels, value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) })
  }
  return { samples, types }
}

/** The sum of the samples of a name that have these labels; undefined: there is none. */
export function find(
  samples: Sample[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const found = samples.filter(
    sample =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}
