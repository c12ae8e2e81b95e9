/** Where a value goes decides what is done to it: escaped in HTML, kept on one line in a header, as it is in text. */
export type Escape = 'html' | 'text' | 'header'

export type Fields = Record<string, unknown>

/** `{{name}}` or `{{ name | default text }}`; daybatch.check_message reads the same syntax. */
export const FIELD = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\|([^{}]*))?\}\}/g

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** C0, DEL, C1 and the two Unicode line ends: nothing of it may stand in a header. */
const CONTROLS = /[\0-\x1f\x7f-\x9f\u2028\u2029]+/g

/** A subject of 998 octets is the longest line (RFC 5322 2.1.1); nobody sees more than a tenth of it. */
const LONGEST_HEADER = 900

/** What turns the text around it (bidi) or hides in it (zero width). Joiners stay: languages and emoji need them. */
const HIDDEN = /[\u200b\u202a-\u202e\u2060-\u2069\ufeff]+/g

/** C0 but for tabs and line ends, DEL and C1. */
const STRAY_CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+/g

const escapes: Record<Escape, (text: string) => string> = {
  html: text => escapes.text(text).replace(/[&<>"']/g, character => ENTITIES[character]!),
  text: text => text.replace(STRAY_CONTROLS, ' '),
  header: text => text.replace(CONTROLS, ' '),
}

/**
 * Compiles a template once, to be filled in for every contact. There is no logic in a template, and a value is never
 * read as a template itself. A missing, null or empty value takes the field's default text, or nothing. Of values, not
 * of what the author wrote, control characters become blanks, and what turns or hides text is left out.
 *
 *     compileTemplate('Hello {{ first_name | friend }}', { escape: 'text' })({ first_name: '' })   // 'Hello friend'
 */
export function compileTemplate(
  source: string,
  { escape: target }: { escape: Escape },
): (fields: Fields) => string {
  const escaped = escapes[target]
  // what the author wrote is markup in HTML, and in a header must stay on its line like everything else
  const literal = target === 'header' ? escaped : (text: string) => text
  const parts: (string | { name: string; otherwise: string })[] = []
  let end = 0
  for (const match of source.matchAll(FIELD)) {
    parts.push(literal(source.slice(end, match.index)))
    parts.push({ name: match[1]!, otherwise: escaped(match[2]?.trim() ?? '') })
    end = match.index + match[0].length
  }
  parts.push(literal(source.slice(end)))
  return fields => {
    let text = ''
    for (const part of parts) {
      if (typeof part === 'string') text += part
      else text += escaped(describe(fields, part.name)) || part.otherwise
    }
    if (target === 'header' && text.length > LONGEST_HEADER) return cut(text)
    return text
  }
}

/** A line with its end; a field may hold one. */
const LINE = /(?:\{\{[^{}]*\}\}|[^\r\n])*(?:\r\n?|\n|$)/g

/** Cuts a template between lines, so that each piece is a template of its own: runs of lines with fields, and without. */
export function splitLines(source: string): { text: string; hasFields: boolean }[] {
  const pieces: { text: string; hasFields: boolean }[] = []
  for (const [text] of source.matchAll(LINE)) {
    if (text === '') continue
    const hasFields = text.search(FIELD) >= 0
    const last = pieces.at(-1)
    if (last?.hasFields === hasFields) last.text += text
    else pieces.push({ text, hasFields })
  }
  return pieces
}

/** The names of the fields a template uses, each once, in order of first use. */
export function listFields(source: string): string[] {
  return [...new Set(Array.from(source.matchAll(FIELD), match => match[1]!))]
}

/** A value as text. Only own keys count: `{{constructor}}` is no field. */
function describe(fields: Fields, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (value === undefined || value === null) return ''
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(HIDDEN, '')
}

/** Between two characters, never inside of one. */
function cut(text: string): string {
  return text
    .slice(0, LONGEST_HEADER - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .concat('…')
}
