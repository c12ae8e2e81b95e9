// The API describes itself: a linter finds no error, and a client generated from it runs a campaign over a socket.
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { BaseResolver, createConfig, lintDocument, makeDocumentFromString } from '@redocly/openapi-core'
import openapiTypescript, { astToString } from 'openapi-typescript'
import t from 'tap'
import { openApi } from './api.ts'

const { app, send, inject, pool } = await openApi(t)
const { body: document } = await send('GET', '/openapi.json')

t.test('the document is OpenAPI 3.1, and the linter finds no error', async t => {
  t.equal(document.openapi, '3.1.0')
  const config = await createConfig({ extends: ['recommended'] })
  const problems = await lintDocument({
    document: makeDocumentFromString(JSON.stringify(document), '/openapi.json'),
    config: config.styleguide,
    externalRefResolver: new BaseResolver(config.resolve),
  })
  t.same(
    problems.map(({ severity, message, location }) => `${severity}: ${message} ${location[0]?.pointer}`),
    [],
  )
})

t.test('every operation of the API is there, and says what it does and answers', async t => {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations as object).map(method => `${method} ${path}`),
  )
  t.ok(described.length > 60)
  // biome-ignore lint/suspicious/noExplicitAny: the document is compared, not typed
  for (const [path, operations] of Object.entries<Record<string, any>>(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const { summary, operationId, responses, tags, parameters = [], requestBody } = operation
      const body = Object.entries(requestBody?.content['application/json']?.schema?.properties ?? {})
      // biome-ignore lint/suspicious/noExplicitAny: as above
      for (const [name, field] of body as [string, any][])
        t.ok(field.description, `${method} ${path} says what ${name} of its body means`)
      for (const { name, in: place, description } of parameters)
        if (place === 'query') t.ok(description, `${method} ${path} says what ?${name}= means`)
      t.not(summary, operationId, `${method} ${path} has a summary`)
      t.ok(
        Object.keys(responses).some(status => /^2/.test(status)),
        `${method} ${path} says what it answers`,
      )
      t.ok(tags.length === 1)
      const { schema } = responses['200']?.content?.['application/json'] ?? {}
      if (schema && !path.startsWith('/api/overview'))
        t.not(fieldsOf(schema), 0, `${method} ${path} names its fields`)
    }
  }
})

/** How many fields an answer, or a line of it, names. */
// biome-ignore lint/suspicious/noExplicitAny: the document is compared, not typed
function fieldsOf(schema: any): number {
  const { properties = {}, anyOf } = schema
  if (anyOf) return Math.max(...anyOf.map(fieldsOf))
  return properties.items ? fieldsOf(properties.items.items) : Object.keys(properties).length
}

t.test('the page for browsing is whole, with files of our own', async t => {
  const { body, headers } = await app.inject('/docs/')
  t.match(headers['content-security-policy'], /^default-src 'self'/)
  const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!)
  t.ok(files.length > 3)
  for (const file of files) {
    t.notMatch(file, /^(https?:)?\/\//, 'nothing is loaded from elsewhere')
    const answer = await app.inject(new URL(file, 'http://localhost/docs/').pathname)
    t.equal(answer.statusCode, 200, file)
  }
  t.match((await app.inject('/docs/json')).json(), { openapi: '3.1.0' })
})

t.test('a generated client is type-checked, and runs a campaign over a socket', async t => {
  // inside the project, so that its packages are found
  const folder = new URL('../../.generated-client/', import.meta.url)
  await mkdir(folder, { recursive: true })
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFile(new URL('schema.ts', folder), astToString(await openapiTypescript(document)))
  await writeFile(new URL('client.ts', folder), CLIENT)
  await writeFile(
    new URL('tsconfig.json', folder),
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: { rootDir: '..', incremental: false },
      include: ['client.ts'],
    }),
  )
  const run = promisify(execFile)
  const check = await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder.pathname]).then(
    () => '',
    error => error.stdout,
  )
  t.equal(check, '', 'types fit')
  await writeFile(new URL('wrong.ts', folder), CLIENT.replace('daily_send_limit: 2', 'daily_send_limit: "2"'))
  const wrong = await run(process.execPath, [
    'node_modules/typescript/bin/tsc',
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--allowImportingTsExtensions',
    '--skipLibCheck',
    new URL('wrong.ts', folder).pathname,
  ]).then(
    () => '',
    error => error.stdout,
  )
  t.match(wrong, /daily_send_limit|not assignable/, 'and a wrong type is found')

  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const { stdout } = await run(process.execPath, [new URL('client.ts', folder).pathname, address])
  const result = JSON.parse(stdout)
  t.match(result, { status: 'sending', batches: ['open', 'forecast'], refused: 412, problem: 'MB050' })
  const { rows } = await pool.query('select name, daily_send_limit from public.campaigns where id = $1', [
    result.id,
  ])
  t.same(rows, [{ name: 'Generated', daily_send_limit: 3 }])
  t.match((await inject({ url: `/api/campaigns/${result.id}` })).body, { open_batch_size: 2 })
})

const CLIENT = `
import createClient from 'openapi-fetch'
import type { paths } from './schema.ts'

const { GET, POST, PATCH } = createClient<paths>({ baseUrl: process.argv[2]! })

function must<Data>({ data, error }: { data?: Data; error?: unknown }): Data {
  if (data === undefined) throw new Error(JSON.stringify(error))
  return data
}

const list = must(await POST('/api/lists', { body: { name: 'Generated' } }))
must(
  await POST('/api/lists/{id}/contacts', {
    params: { path: { id: list.id } },
    body: { contacts: ['a', 'b', 'c'].map(name => ({ email: name + '@example.org' })) },
  }),
)
const campaign = must(
  await POST('/api/campaigns', {
    params: { header: { 'idempotency-key': crypto.randomUUID() } },
    body: { name: 'Generated', text_body: 'Hello', daily_send_limit: 2, contact_list_ids: [list.id] },
  }),
)
const path = { id: campaign.id }
const started = must(await POST('/api/campaigns/{id}/start', { params: { path } }))
must(await POST('/api/cron/process-campaigns'))
const { items } = must(await GET('/api/campaigns/{id}/batches', { params: { path, query: { limit: 5 } } }))
must(
  await PATCH('/api/campaigns/{id}', {
    params: { path, header: { 'if-match': '"' + started.version + '"' } },
    body: { daily_send_limit: 3 },
  }),
)
const late = await PATCH('/api/campaigns/{id}', {
  params: { path, header: { 'if-match': '"' + started.version + '"' } },
  body: { daily_send_limit: 4 },
})
const problem = late.error as { code?: string } | undefined
console.log(
  JSON.stringify({
    id: campaign.id,
    status: started.status,
    batches: items.map(({ state }) => state),
    refused: late.response.status,
    problem: problem?.code,
  }),
)
`
