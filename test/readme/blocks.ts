/** A fenced block of a Markdown file. */
export interface Block {
  /** The word behind the fence: bash, sql, text, ... */
  language: string
  text: string
  /** Where it begins. */
  line: number
}

/** The fenced blocks in order. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  let open: { language: string; lines: string[]; line: number } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)$/.exec(line)
    if (open && fence) {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line })
      open = undefined
    } else if (open) open.lines.push(line)
    else if (fence) open = { language: fence[1]!, lines: [], line: index + 1 }
  }
  if (open) throw new Error(`the block of line ${open.line} is not closed`)
  return blocks
}

/** What differs from run to run: numbers, ids, temporary folders, the line for psql. */
const VARYING: [pattern: RegExp, word: string][] = [
  [/^ +(psql "host=|PGPASSWORD=).*$/, '<psql line>'],
  [/\S*\/daybatch-demo-\w+/g, '<folder>'],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>'],
  [/ *\d+([.:-]\d+)*/g, ' <n>'],
]

const normalise = (line: string) =>
  VARYING.reduce((text, [pattern, word]) => text.replace(pattern, word), line).trimEnd()

/** The first line of `sample` that `output` does not have behind the ones before, as far as lines are alike. */
export function findMissingLine(sample: string, output: string): string | undefined {
  const lines = output.split('\n').map(normalise)
  let at = 0
  for (const line of sample.split('\n')) {
    const found = lines.indexOf(normalise(line), at)
    if (found < 0) return line
    at = found + 1
  }
  return undefined
}
