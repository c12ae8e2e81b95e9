import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const source = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

interface Violation {
  id: string
  nodes: { target: string[]; failureSummary: string }[]
}

/** What axe-core finds wrong on the page as it stands, one line each; nothing when all is well. */
export async function findViolations(page: Page): Promise<string[]> {
  // evaluated from outside: the page's policy lets no script in
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(source)
  const violations: Violation[] = await page.evaluate(
    'axe.run(document, { iframes: false }).then(({ violations }) => violations)',
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
}
