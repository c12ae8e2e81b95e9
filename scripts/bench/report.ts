import { writeFile } from 'node:fs/promises'
import type { Judged } from './bench.ts'
import { benches } from './benches.ts'
import { drawChart } from './chart.ts'
import { describeDetails, describeFigure, describeLimits, describeRatio, describeSpread } from './text.ts'

const RESULTS = new URL('RESULTS.md', import.meta.url)
const CHART = new URL('results.svg', import.meta.url)
const VERDICTS = { reached: 'yes', missed: '**no**', stated: '' }

/** Writes the figures of a run with everything that is needed to repeat it. */
export async function writeResults(
  rows: Judged[],
  surroundings: Record<string, string>,
  args: string[],
): Promise<void> {
  const names = [...new Set(rows.map(({ bench }) => bench))]
  const chart = drawChart(rows)
  const text = `# Benchmarks: results

Written by \`npm run bench -- --report\`. Each figure is the best of several runs (noise of the machine only ever makes a
run worse), with the spread of all runs; each ratio is against a yardstick measured between the same runs.
${chart === undefined ? '' : '\n![Each figure against what it must reach](results.svg)\n'}
${names.map(name => writeBench(name, rows)).join('\n')}
## How to repeat it

    npm run bench -- ${args.filter(arg => arg !== '--report').join(' ')}
    npm run bench <name>

| | |
|---|---|
${Object.entries(surroundings)
  .map(([name, value]) => `| ${name} | ${value} |`)
  .join('\n')}

\`smtp-sink\` and \`smtp-source\` are those of Debian's \`postfix\`; where it is not installed a sink of our own stands in,
and the rows say so.
`
  await writeFile(RESULTS, text)
  if (chart !== undefined) await writeFile(CHART, chart)
}

function writeBench(name: string, rows: Judged[]): string {
  const lines = rows.filter(({ bench }) => bench === name).map(writeRow)
  return `## ${name}

${benches.find(bench => bench.name === name)?.about ?? ''}

| | figure | runs | ratio | must be | reached | |
|---|---:|---|---:|---|---|---|
${lines.join('\n')}
`
}

const writeRow = (row: Judged) =>
  `| ${row.name} | ${describeFigure(row)} | ${describeSpread(row)} | ${describeRatio(row)} | ${describeLimits(row)} | ${VERDICTS[row.verdict]} | ${describeDetails(row)} |`
