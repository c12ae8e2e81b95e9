/** Rows as columns that line up; those of `right` are figures. */
export function formatTable(rows: string[][], { right = [] }: { right?: number[] } = {}): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]!.length))) ?? []
  return rows.map(row =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  )
}

/** A moment as SQL's texts have it: `2026-11-24 09:00:00Z`. */
export const describeTime = (time: Date | string): string =>
  `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}Z`

/** `1 mail`, `2 mails`. */
export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`

/** `PT1H30M` as people write it. */
export function describeInterval(interval: unknown): string {
  const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(String(interval))?.slice(1)
  const words = parts?.flatMap((part, index) => {
    const unit = ['hour', 'minute', 'second'][index]
    return part === undefined ? [] : [`${part} ${unit}${part === '1' ? '' : 's'}`]
  })
  return words?.join(' ') ?? String(interval)
}

/** Of several names the one that was probably meant: few letters away, or the only one that begins so. */
export function suggest(given: string, names: string[]): string | undefined {
  const wanted = given.toLowerCase()
  const beginning = names.filter(name => name.toLowerCase().startsWith(wanted))
  if (wanted !== '' && beginning.length === 1) return beginning[0]
  const [best] = names
    .map(name => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.max(1, Math.floor(given.length / 3)) ? best.name : undefined
}

/** Letters to insert, remove or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
