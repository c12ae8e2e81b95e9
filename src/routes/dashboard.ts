import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { ProblemError } from '../errors.ts'

const FOLDER = fileURLToPath(new URL('../dashboard/', import.meta.url))

/** What the page uses of lit-html, served from the package as it is. */
const LIBRARY = [
  'lit-html.js',
  'directive.js',
  'directive-helpers.js',
  'directives/repeat.js',
  'directives/live.js',
  'directives/keyed.js',
  'directives/ref.js',
  'async-directive.js',
]

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The page: nothing but files of this origin, no inline script or style, framed by nobody. */
const PAGE_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/** The frame that shows a mail: its styles and embedded images, no script, nothing from anywhere. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
const MAIL_FRAME = 'mail.html'

interface StaticFile {
  body: Buffer
  type: string
  etag: string
  policy: string
}

/** The page at `/` and its files below `/dashboard/`: read once, told apart by ETag. They hold no data and need no key. */
export const dashboardRoutes: FastifyPluginAsync = async app => {
  const files = await readFiles()

  app.get('/', (request, reply) => send(request, reply, 'index.html'))
  app.get<{ Params: { '*': string } }>('/dashboard/*', (request, reply) =>
    send(request, reply, request.params['*']),
  )

  function send(request: FastifyRequest, reply: FastifyReply, name: string) {
    const file = files.get(name)
    if (!file)
      throw new ProblemError(404, 'unknown-route', `Nothing answers GET ${request.url.split('?')[0]}`)
    reply
      .headers({
        'cache-control': 'no-cache',
        etag: file.etag,
        'content-security-policy': file.policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      })
      .type(file.type)
    if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
    return reply.send(file.body)
  }
}

async function readFiles(): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>()
  const add = async (name: string, path: string) => {
    const type = TYPES[extname(path)]
    if (type === undefined) return
    const body = await readFile(path)
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    files.set(name, { body, type, etag, policy: name === MAIL_FRAME ? MAIL_POLICY : PAGE_POLICY })
  }
  for (const name of await readdir(FOLDER)) await add(name, join(FOLDER, name))
  const library = findLibrary()
  for (const name of LIBRARY) await add(`lit-html/${name}`, join(library, name))
  return files
}

/** The package's own folder: what Node would import is its build for servers, in a folder below. */
function findLibrary(): string {
  let folder = dirname(fileURLToPath(import.meta.resolve('lit-html')))
  while (basename(folder) !== 'lit-html') folder = dirname(folder)
  return folder
}
