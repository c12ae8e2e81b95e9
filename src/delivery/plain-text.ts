import { randomInt } from 'node:crypto'
import { FIELD } from './template.ts'

/**
 * The text part of a message that has only html, as a template with the same fields. Links stand behind their words,
 * images are left out, and no line is broken: quoted-printable does that.
 */
export async function makePlainText(html: string): Promise<string> {
  // seldom needed, and of some size
  const { convert } = await import('html-to-text')
  const fields: string[] = []
  // digits only: whatever is done to words, a field stays what it is
  const mark = randomInt(1e9, 1e10)
  const marked = html.replaceAll(FIELD, field => `${mark}.${fields.push(field) - 1}.${mark}`)
  const heading = { options: { uppercase: false } }
  const text = convert(marked, {
    wordwrap: false,
    selectors: [
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map(selector => ({ selector, ...heading })),
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
      // most tables of mails are there for their looks
      { selector: 'table', format: 'block' },
    ],
  })
  return `${text.replaceAll(new RegExp(`${mark}\\.(\\d+)\\.${mark}`, 'g'), (_, index) => fields[index]!)}\n`
}
