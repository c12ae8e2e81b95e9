// Every route of the OpenAPI document with good, odd and hostile input: no 500, no hang, no SQL and no stack in an answer,
// and what is answered has the form that the document says. DAYBATCH_TEST_FUZZ: cases for each route (default 6).
import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import Schema from 'typebox/schema'
import { makeSpringOffer } from '../helper/spring-offer.ts'
import { openApi, UNKNOWN_ID } from './api.ts'

t.setTimeout(600_000)

const CASES = Number(process.env.DAYBATCH_TEST_FUZZ ?? 6)
const SEED = Number(process.env.DAYBATCH_TEST_SEED ?? 20261127)
const HANGS_AFTER_MS = 30_000

interface Parameter {
  in: string
  name: string
  required?: boolean
  schema: JsonSchema
}
interface JsonSchema {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  format?: string
  pattern?: string
}
interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema?: JsonSchema }> }
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

const api = await openApi(t)
const { app, pool } = api
const { id, contacts, lists } = await makeSpringOffer(pool)
await app.ready()
const document = app.swagger() as unknown as { paths: Record<string, Record<string, Operation>> }

const odd = fc.constantFrom<unknown>(
  '',
  ' ',
  '\u0000',
  '\ud800',
  'a\r\nBcc: x@example.org',
  `'; drop table public.campaigns; --`,
  '{{x}}',
  '%00',
  '../../etc/passwd',
  '𝒜\u202e\u200b',
  'x'.repeat(5000),
  '-1 hours',
  '999999999999 years',
  'infinity',
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  0.1,
  [],
  {},
  [null],
  { a: { b: { c: [] } } },
)

/** Mostly what the schema asks for, now and then something else. */
function valuesOf(schema: JsonSchema = {}): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 5, arbitrary: fittingValues(schema) }, { weight: 1, arbitrary: odd })
}

function fittingValues(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf))
  if (schema.format === 'uuid') return fc.constantFrom(id, contacts[0], contacts[5], lists[0], UNKNOWN_ID)
  if (schema.format === 'date-time')
    return fc.constantFrom('2099-01-31T09:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59+14:00')
  switch (schema.type) {
    case 'integer':
      return fc.oneof(
        fc.integer({ min: 0, max: 300 }),
        fc.integer(),
        fc.constantFrom(2 ** 31 - 1, -(2 ** 31)),
      )
    case 'number':
      return fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ noNaN: true }))
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(valuesOf(schema.items), { maxLength: 4 })
    case 'object': {
      const properties = Object.entries(schema.properties ?? {})
      return fc.record(Object.fromEntries(properties.map(([name, value]) => [name, valuesOf(value)])), {
        requiredKeys: schema.required ?? [],
      })
    }
    default:
      return fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom('ada@example.org', '1 hour', '12', 'Spring'),
      )
  }
}

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function requestsOf(
  path: string,
  method: string,
  { parameters = [], requestBody }: Operation,
): fc.Arbitrary<InjectOptions> {
  const named = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters.filter(one => one.in === place).map(({ name, schema }) => [name, valuesOf(schema)]),
      ),
      { requiredKeys: place === 'path' ? undefined : [] },
    )
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const body =
    type === undefined
      ? fc.constant(undefined)
      : type === 'application/json'
        ? fc.oneof(
            {
              weight: 8,
              arbitrary: fittingValues(content?.schema ?? {}).map(value => JSON.stringify(value)),
            },
            { weight: 1, arbitrary: odd.map(value => JSON.stringify(value)) },
            { weight: 1, arbitrary: fc.constantFrom('{', '[[[', '\u0000', '{"__proto__": {"a": 1}}', '') },
          )
        : fc.constantFrom('email\nx@example.org\n', '"', 'email\n"', '\u0000\u0001', '')
  return fc
    .record({ path: named('path'), query: named('query'), headers: named('header'), body })
    .map(given => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
        encodeURIComponent(toWellFormed(asText((given.path as Record<string, unknown>)[name]))),
      )
      const query = new URLSearchParams(
        Object.entries(given.query as object).map(
          ([name, value]) => [name, toWellFormed(asText(value))] as [string, string],
        ),
      )
      const headers = Object.fromEntries(
        Object.entries(given.headers as object).map(([name, value]) => [
          name,
          asText(value).replaceAll(/[^\x20-\x7e]/g, '?'),
        ]),
      )
      return {
        method: method.toUpperCase() as 'GET',
        url: `${filled}?${query}`,
        headers: { ...headers, ...(given.body !== undefined && { 'content-type': type! }) },
        ...(given.body !== undefined && { payload: given.body as string }),
      }
    })
}

const toWellFormed = (text: string) => text.toWellFormed()

/** What must never be told: statements, files of ours, stacks. */
const STACK = /\bat .+:\d+:\d+|node_modules|pg_catalog|PL\/pgSQL|\/src\/\w+/i
const STATEMENT = /daybatch\.\w+\(|\bselect .+ from\b/i

/** The detail is SQL's hint, and that may be a statement to run. */
const isLeak = (body: string) =>
  STACK.test(body) || STATEMENT.test(body.replaceAll(/"detail":"(?:[^"\\]|\\.)*"/g, ''))

// streams never end, and what wakes or rotates would change what the others see
const LEFT_OUT = [/\/events$/]

for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    if (LEFT_OUT.some(one => one.test(path))) continue
    t.test(`${method} ${path}`, async t => {
      await fc.assert(
        fc.asyncProperty(requestsOf(path, method, operation), async request => {
          const answer = await Promise.race([
            app.inject(request),
            new Promise<never>((_, fail) =>
              setTimeout(() => fail(new Error('it hangs')), HANGS_AFTER_MS).unref(),
            ),
          ])
          const told = `${request.url} ${request.payload ?? ''} -> ${answer.statusCode} ${answer.body.slice(0, 500)}`
          if (answer.statusCode === 500) throw new Error(told)
          if (answer.statusCode >= 400) {
            const isProblem = /^application\/problem\+json/.test(String(answer.headers['content-type']))
            if (!isProblem || !answer.json().title) throw new Error(`no problem details: ${told}`)
            if (isLeak(answer.body)) throw new Error(`it leaks: ${told}`)
            return
          }
          const schema = operation.responses[answer.statusCode]?.content?.['application/json']?.schema
          if (schema && answer.body !== '' && !Schema.Check(schema as never, answer.json())) {
            throw new Error(
              `not as the document says: ${told} ${JSON.stringify(Schema.Errors(schema as never, answer.json())).slice(0, 500)}`,
            )
          }
        }),
        { numRuns: CASES, seed: SEED, endOnFailure: true },
      )
      t.pass(`${CASES} cases`)
    })
  }
}

t.test('the database is as sound as before', async t => {
  const { rows } = await pool.query('select rule, disagreement from daybatch.audit')
  t.same(rows, [])
})
