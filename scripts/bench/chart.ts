import type { Judged, Limit } from './bench.ts'
import { formatNumber } from './text.ts'

const WIDTH = 1200
const LABEL = 700
const LINE = 26
const BAR = 14
/** The limit stands here; a bar that ends left of it is good where less is better, right of it where more is. */
const LIMIT_AT = 0.5

/** One bar for each limit: how far the figure is from what it must reach, in parts of it. Undefined without limits. */
export function drawChart(rows: Judged[]): string | undefined {
  const bars = rows.flatMap(row => (row.limits ?? []).map(limit => describeBar(row, limit)))
  if (bars.length === 0) return undefined
  const height = bars.length * LINE + 40
  const limitX = LABEL + (WIDTH - LABEL) * LIMIT_AT
  const lines = bars.map(({ label, share, value, isKept }, index) => {
    const y = 20 + index * LINE
    const width = Math.min(share * LIMIT_AT, 1) * (WIDTH - LABEL)
    return `<text x="${LABEL - 8}" y="${y + 11}" text-anchor="end">${escapeText(label)}</text>
<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${isKept ? '#3a7d44' : '#b3423a'}"/>
<text x="${(LABEL + Math.min(width, WIDTH - LABEL - 90) + 6).toFixed(1)}" y="${y + 11}" class="value">${escapeText(value)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" role="img" aria-labelledby="title">
<title id="title">Each figure against what it must reach</title>
<style>text { fill: #333 } .value { paint-order: stroke; stroke: #fff; stroke-width: 3px }</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
${lines.join('\n')}
<line x1="${limitX}" y1="12" x2="${limitX}" y2="${height - 24}" stroke="#333" stroke-dasharray="4 3"/>
<text x="${limitX}" y="${height - 8}" text-anchor="middle">what it must reach</text>
</svg>
`
}

function describeBar(row: Judged, limit: Limit) {
  const value = limit.of === 'ratio' ? (row.ratio ?? 0) : row.figure
  const bound = limit.atLeast ?? limit.atMost ?? 1
  const sign = limit.atLeast === undefined ? 'at most' : 'at least'
  const unit = limit.of === 'ratio' ? 'x' : row.unit
  return {
    label: `${row.bench}: ${row.name} (${sign} ${formatNumber(bound)} ${unit})`,
    share: value / bound,
    value: `${formatNumber(value)} ${unit}`,
    isKept: limit.atLeast === undefined ? value <= bound : value >= bound,
  }
}

const escapeText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
