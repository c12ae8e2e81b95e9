import type { Judged, Limit } from './bench.ts'

/** Three digits that count, and no more zeros than needed. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2
  const [whole = '', fraction] = value.toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

export function describeFigure({ figure, unit }: Judged): string {
  return `${formatNumber(figure)} ${unit}`
}

/** `best of 3, 1,210 to 1,340` */
export function describeSpread({ runs }: Judged): string {
  if (runs.length === 1) return 'one run'
  return `best of ${runs.length}, ${formatNumber(Math.min(...runs))} to ${formatNumber(Math.max(...runs))}`
}

/** `1.42 x the plain loop (median of 4 pairs, 1.09 to 2.02)` */
export function describeRatio({ ratio, ratios = [], yardstick }: Judged): string {
  if (ratio === undefined || !yardstick) return ''
  const spread = `median of ${ratios.length} pairs, ${formatNumber(Math.min(...ratios))} to ${formatNumber(Math.max(...ratios))}`
  return `${formatNumber(ratio)} x ${yardstick.name}${ratios.length > 1 ? ` (${spread})` : ''}`
}

export function describeLimits({ limits = [], unit }: Judged): string {
  return limits.map(limit => describeLimit(limit, unit)).join(' and ')
}

function describeLimit({ of, atLeast, atMost }: Limit, unit: string): string {
  const sign = atLeast === undefined ? '<=' : '>='
  return `${sign} ${formatNumber(atLeast ?? atMost ?? Number.NaN)}${of === 'ratio' ? ' x' : ` ${unit}`}`
}

export function describeDetails({ details = {} }: Judged): string {
  return Object.entries(details)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value) : value}`)
    .join(', ')
}

const MARKS = { reached: 'ok  ', missed: 'MISS', stated: '    ' }

/** A row for people: figure, spread, ratio, what it must reach, details. */
export function describeRow(row: Judged): string {
  const limits = describeLimits(row)
  const parts = [
    `${describeFigure(row)} (${describeSpread(row)})`,
    describeRatio(row),
    limits && `must be ${limits}`,
    describeDetails(row),
  ]
  return `${MARKS[row.verdict]} ${row.bench}: ${row.name}: ${parts.filter(Boolean).join('; ')}`
}
