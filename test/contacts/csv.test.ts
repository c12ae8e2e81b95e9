import fc from 'fast-check'
import t from 'tap'
import { readCsv } from '../../src/contacts/csv.ts'
import type { ImportRow } from '../../src/contacts/row.ts'

/** Reads a file that arrives in pieces of `size` bytes. */
async function read(file: string | Buffer, size = 64 * 1024): Promise<ImportRow[]> {
  const bytes = Buffer.from(file as string)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const rows: ImportRow[] = []
  for await (const block of readCsv(pieces())) rows.push(...block)
  return rows
}

const brief = (rows: ImportRow[]) => rows.map(({ line, email, rejection }) => `${line} ${rejection ?? email}`)

t.test('delimiters are found in the header, outside quotes', async t => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const rows = await read(
      ['"a,b;c"', 'email', 'x'].join(delimiter).concat(`\n1${delimiter}ann@example.test${delimiter}2\n`),
    )
    t.match(
      rows,
      [{ email: 'ann@example.test', attributes: { a_b_c: '1', x: '2' } }],
      JSON.stringify(delimiter),
    )
  }
  t.match(await read('email\nann@example.test'), [{ email: 'ann@example.test' }])
})

t.test('header names in many writings', async t => {
  const meanings: [header: string, field: string][] = [
    ['E-Mail', 'email'],
    ['EMAIL ADDRESS', 'email'],
    ['emailAddress', 'email'],
    ['mail', 'email'],
    [' "Email" ', 'email'],
  ]
  for (const [header] of meanings) {
    t.match(await read(`${header.trim()},x\nann@example.test,1\n`), [{ email: 'ann@example.test' }], header)
  }
  const rows = await read(
    'Email,FirstName,last_name,Order Total,orderTotal,Größe,2nd,email,,日本\nann@example.test,Ann,Lee,1,2,3,4,5,6,7\n',
  )
  t.same(rows[0], {
    line: 2,
    email: 'ann@example.test',
    firstName: 'Ann',
    lastName: 'Lee',
    attributes: { order_total: '1', order_total_2: '2', gro_e: '3', _2nd: '4', email_2: '5', column_10: '7' },
    status: null,
    rejection: null,
  })
})

t.test('line numbers are those of an editor, whatever ends the lines', async t => {
  for (const end of ['\n', '\r\n', '\r']) {
    const lines = ['', 'email,note', 'a@x.test,"one', 'two', '', 'four"', '', 'broken', 'b@x.test,', '']
    for (const size of [1, 7, 64 * 1024]) {
      t.same(
        brief(await read(lines.join(end), size)),
        ['3 a@x.test', '8 has 1 columns, the header has 2', '9 b@x.test'],
        `${JSON.stringify(end)} in pieces of ${size}`,
      )
    }
  }
})

t.test('a quotation mark that is never closed costs its own line only', async t => {
  const rest = Array.from({ length: 20_000 }, (_, n) => `r${n}@example.test,R`)
  const rows = await read(['email,name', 'a@x.test,"Ann', ...rest].join('\n'))
  t.equal(rows.length, 20_001)
  t.match(rows[0], { line: 2, rejection: /never closed/ })
  t.same(rows.filter(({ rejection }) => rejection !== null).length, 1)
  t.match(rows.at(-1), { line: 20_002, email: 'r19999@example.test' })
})

t.test('a line that never ends is rejected in constant memory', async t => {
  const before = process.memoryUsage().arrayBuffers
  let highest = 0
  async function* endless() {
    yield Buffer.from('email,name\na@x.test,')
    const piece = Buffer.alloc(64 * 1024, 'y')
    for (let n = 0; n < 2000; n++) {
      highest = Math.max(highest, process.memoryUsage().arrayBuffers)
      yield piece
    }
    yield Buffer.from('\nb@x.test,B\n')
  }
  const rows: ImportRow[] = []
  for await (const block of readCsv(endless())) rows.push(...block)
  t.same(brief(rows), ['2 is longer than 131072 bytes', '3 b@x.test'])
  t.ok(highest - before < 64_000_000, `${highest - before} bytes for 131 MB`)
})

t.test('what is written as CSV is read as it was, in pieces of any size', async t => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map(s => s.replace(/[\0\ufffd]/g, '').trim())
  const cell = fc.oneof(
    text,
    fc.constantFrom('a,b', 'a;b', 'say "x"', 'two\nlines', 'two\r\nlines', '\\N', "'", 'a\tb'),
  )
  const row = fc.tuple(cell, cell, cell)
  // one before what a spreadsheet would take for a formula was put there by an export
  const withoutMark = (value: string) => value.replace(/^'(?='*[=+\-@])/, '')
  const quote = (value: string) => (/[",;\t|\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 20 }),
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      async (records, delimiter, end, hasMark, size) => {
        const lines = [['email', 'first_name', 'note'], ...records].map(cells =>
          cells.map(quote).join(delimiter),
        )
        const rows = await read(`${hasMark ? '\ufeff' : ''}${lines.join(end)}${end}`, size)
        const expected = records
          .filter(cells => cells.some(value => value.trim() !== ''))
          .map(cells => cells.map(withoutMark))
          .map(([email, firstName, note]) => [email, firstName || null, note ? { note } : {}])
        t.same(
          rows.map(found => [found.email, found.firstName, found.attributes]),
          expected,
        )
      },
    ),
    { numRuns: 300 },
  )
})

t.test('any bytes give rows or a problem, with rising line numbers', async t => {
  const bytes = fc.array(fc.constantFrom('"', ',', '\n', '\r', 'a', '@', ';', '\0', '\ufeff', ' '), {
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 5 }), async (characters, size) => {
      const file = `email,name\n${characters.join('')}`
      const rows = await read(file, size)
      t.same(rows, await read(file), 'the pieces make no difference')
      const lines = rows.map(({ line }) => line)
      t.same(
        lines,
        [...new Set(lines)].sort((a, b) => a - b),
      )
      t.ok(lines.every(line => line >= 2 && line <= file.split(/\r\n|\r|\n/).length))
    }),
    { numRuns: 1000 },
  )
})
