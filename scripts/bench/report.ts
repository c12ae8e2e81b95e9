import { readFile, writeFile } from 'node:fs/promises'
import { type Bench, type Judged, judgeRow, type Row } from './bench.ts'
import { benches } from './benches.ts'
import { drawChart } from './chart.ts'
import { describeDetails, describeFigure, describeLimits, describeRatio, describeSpread } from './text.ts'

const RESULTS = new URL('results.json', import.meta.url)
const DOCUMENT = new URL('RESULTS.md', import.meta.url)
const CHART = new URL('results.svg', import.meta.url)
const VERDICTS = { reached: 'yes', missed: '**no**', stated: '' }

/** The last recorded run of one benchmark, with everything that is needed to repeat it. */
interface Result {
  surroundings: Record<string, string>
  rows: Row[]
}

interface Recorded extends Pick<Bench, 'name' | 'about'> {
  surroundings: Record<string, string>
  rows: Judged[]
}

/**
 * Records a run of one benchmark in place of its last one; the others stay as they were, since all of them take over an
 * hour, and each is measured against yardsticks of its own run.
 */
export async function recordResult(name: string, result: Result): Promise<void> {
  const results: Record<string, Result> = JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{}'))
  results[name] = result
  const recorded = benches.flatMap(bench => {
    const one = results[bench.name]
    return one ? [{ ...bench, ...one, rows: one.rows.map(row => judgeRow(bench.name, row)) }] : []
  })
  await writeFile(RESULTS, `${JSON.stringify(results, null, 1)}\n`)
  const chart = drawChart(recorded.flatMap(({ rows }) => rows))
  const text = `# Benchmarks: results

Written by \`npm run bench -- --report\`. Each figure is the best of several runs, with the spread of all runs. Each ratio is
the median of the ratios of a run and the yardstick's run beside it: a shared machine is faster in one minute than in the
next. A benchmark that is recorded again replaces its own rows.
${chart === undefined ? '' : '\n![Each figure against what it must reach](results.svg)\n'}
${recorded.map(writeBench).join('\n')}
## How to repeat it

    npm run bench
    npm run bench <name>

\`smtp-sink\` and \`smtp-source\` are those of Debian's \`postfix\`; where it is not installed a sink of our own stands in,
and the rows say so.
`
  await writeFile(DOCUMENT, text)
  if (chart !== undefined) await writeFile(CHART, chart)
}

function writeBench({ name, about, surroundings, rows }: Recorded): string {
  return `## ${name}

${about}

| | figure | runs | ratio | must be | reached | |
|---|---:|---|---:|---|---|---|
${rows.map(writeRow).join('\n')}

${Object.entries(surroundings)
  .map(([key, value]) => `${key} ${value}`)
  .join('; ')}
`
}

const writeRow = (row: Judged) =>
  `| ${row.name} | ${describeFigure(row)} | ${describeSpread(row)} | ${describeRatio(row)} | ${describeLimits(row)} | ${VERDICTS[row.verdict]} | ${describeDetails(row)} |`
