// The first rows of a file and what its columns will be taken for, for a look before it is sent. The service judges.

const KNOWN = {
  email: /^(e-?mail|e-?mail[ _-]?address|address|mail)$/i,
  first_name: /^(first[ _-]?name|given[ _-]?name|firstname|vorname|pr[eé]nom)$/i,
  last_name: /^(last[ _-]?name|family[ _-]?name|surname|lastname|nachname|nom)$/i,
}
const ROWS = 5

/** `isCut`: the text ends in mid-file, so its last line may be half a row. */
export function readSample(text, isCut) {
  const body = text.replace(/^\uFEFF/, '')
  if (/^\s*\{/.test(body)) return readObjects(body, isCut)
  const delimiter = guessDelimiter(body.split(/\r?\n/, 1)[0] ?? '')
  const rows = readRows(body, delimiter, ROWS + 2)
  if (isCut && rows.length < ROWS + 2) rows.pop()
  const [header = [], ...rest] = rows
  return {
    isJson: false,
    columns: header.map(name => ({ name, field: guessField(name) })),
    rows: rest.slice(0, ROWS),
  }
}

function readObjects(body, isCut) {
  const lines = body.split(/\r?\n/)
  if (isCut) lines.pop()
  const objects = lines
    .filter(line => line.trim())
    .slice(0, ROWS)
    .map(parse)
  const names = [...new Set(objects.flatMap(Object.keys))]
  const cell = value =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
  return {
    isJson: true,
    columns: names.map(name => ({ name, field: guessField(name) })),
    rows: objects.map(row => names.map(name => cell(row[name]))),
  }
}

function parse(line) {
  try {
    const value = JSON.parse(line)
    return value !== null && typeof value === 'object' ? value : {}
  } catch {
    return {}
  }
}

const guessDelimiter = line =>
  [',', ';', '\t'].map(sign => [line.split(sign).length, sign]).sort(([a], [b]) => b - a)[0][1]

const guessField = name =>
  Object.keys(KNOWN).find(field => KNOWN[field].test(name.trim())) ?? (name.trim() ? name.trim() : undefined)

/** Rows of CSV (RFC 4180), at most so many. */
function readRows(text, delimiter, most) {
  const rows = []
  let row = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length && rows.length < most; i++) {
    const sign = text[i]
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[i + 1] === '"') cell += text[++i]
      else quoted = false
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === delimiter) {
      row.push(cell)
      cell = ''
    } else if (sign === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')])
      row = []
      cell = ''
    } else cell += sign
  }
  if (rows.length < most && (cell !== '' || row.length > 0)) rows.push([...row, cell])
  return rows
}
