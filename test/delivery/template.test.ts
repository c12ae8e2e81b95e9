import fc from 'fast-check'
import t from 'tap'
import { compileTemplate, type Escape, listFields } from '../../src/delivery/template.ts'

const fill = (source: string, fields: Record<string, unknown>, target: Escape = 'text') =>
  compileTemplate(source, { escape: target })(fields)

t.test('fields', async t => {
  const cases: [source: string, fields: Record<string, unknown>, result: string][] = [
    ['Hello {{first_name}}!', { first_name: 'Ada' }, 'Hello Ada!'],
    ['{{ first_name }}{{last_name}}', { first_name: 'Ada', last_name: 'Lovelace' }, 'AdaLovelace'],
    ['Hello {{ first_name | dear friend }}!', {}, 'Hello dear friend!'],
    ['Hello {{ first_name | dear friend }}!', { first_name: null }, 'Hello dear friend!'],
    ['Hello {{ first_name | dear friend }}!', { first_name: '' }, 'Hello dear friend!'],
    ['Hello {{first_name}}!', {}, 'Hello !'],
    ['{{n}} {{zero|none}} {{no|none}}', { n: 5, zero: 0, no: false }, '5 0 false'],
    ['{{tags}}', { tags: ['a', 'b'] }, '["a","b"]'],
    ['{{constructor}}{{__proto__|none}}', {}, 'none'],
    ['{{ not a field }} {{1st}} {{}} {{a-b}} {x}', { a: 1 }, '{{ not a field }} {{1st}} {{}} {{a-b}} {x}'],
    ['', { first_name: 'Ada' }, ''],
    ['{{{first_name}}}', { first_name: 'Ada' }, '{Ada}'],
  ]
  for (const [source, fields, result] of cases) t.equal(fill(source, fields), result, source)
})

t.test('a value is never read as a template', async t => {
  t.equal(fill('{{a}}{{b}}', { a: '{{b}}', b: '{{a}}' }), '{{b}}{{a}}')
  t.equal(fill('{{a}}b}}', { a: '{{' }), '{{b}}')
})

t.test('HTML is escaped, defaults too; what the author wrote stays', async t => {
  const result = fill('<b title="{{a}}">{{b|<you>}}</b>', { a: `"><script>'&` }, 'html')
  t.equal(result, '<b title="&quot;&gt;&lt;script&gt;&#39;&amp;">&lt;you&gt;</b>')
})

t.test('a header keeps its one line', async t => {
  const result = fill('News\r\nfor {{a}}', { a: 'Ada\r\nBcc: eve@example.org\0\u2028!' }, 'header')
  t.equal(result, 'News for Ada Bcc: eve@example.org !')
})

t.test('whatever the values are, HTML gets no markup and a header no line break from them', async t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), value => {
      const html = fill('{{a}}', { a: value }, 'html')
      const header = fill('{{a}}', { a: value }, 'header')
      return !/[<>"']/.test(html) && !/[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(header)
    }),
  )
  t.pass()
})

t.test('listFields names each field once', async t => {
  t.same(listFields('{{b}} {{a|x}} {{ b | y }} {{c d}}'), ['b', 'a'])
  t.same(listFields('none'), [])
})
