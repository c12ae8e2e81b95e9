import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import type { Daybatch } from '../db/daybatch.ts'
import { TEST_TOKEN } from '../delivery/unsubscribe.ts'
import { problemFrom } from '../errors.ts'

interface Token {
  Params: { token: string }
}

/** Nothing from elsewhere is loaded, nobody may frame the button, and the address goes nowhere. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
}

/** A form of a page, or what mailbox providers post: a few bytes. */
const BODY_LIMIT = 64 * 1024

/**
 * `/u/<token>`, without key, login or cookie: the token in the address is the right, and it can only unsubscribe.
 * GET shows a page with one button and changes nothing: mail scanners follow links. POST acts at once and answers 200
 * without a redirect, whatever its body and content type are (RFC 8058 3.1, 3.2); repeating it is harmless.
 */
export const unsubscribeRoutes: FastifyPluginAsync<{ db: Daybatch }> = async (app, { db }) => {
  // multipart, urlencoded, none, or what is no content type at all
  app.addHook('onRequest', async request => {
    request.headers['content-type'] = 'text/plain'
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'text/plain',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    (_request, _body, done) => done(null),
  )

  app.setErrorHandler((error, request, reply) => {
    const { status, title, detail } = problemFrom(error)
    if (status >= 500) request.log.error({ err: error }, 'somebody could not unsubscribe')
    if (status === 503) reply.header('retry-after', '5')
    return answer(reply.code(status), title, detail)
  })

  app.get<Token>('/:token', async ({ params: { token } }, reply) => {
    const isKnown = token === TEST_TOKEN || (await db.isUnsubscribeToken({ token }))
    if (!isKnown) return answerUnknown(reply)
    return answer(
      reply,
      'Unsubscribe?',
      'You will get no more mails of this sender.',
      '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>',
    )
  })

  app.post<Token>('/:token', async ({ params: { token } }, reply) => {
    if (token === TEST_TOKEN) {
      return answer(reply, 'This was the link of a test mail', 'It works, and nobody was unsubscribed.')
    }
    try {
      await db.unsubscribeByToken({ token, source: 'link' })
    } catch (error) {
      if ((error as { code?: string }).code === 'MB030') return answerUnknown(reply)
      throw error
    }
    return answer(reply, 'You are unsubscribed', 'You will get no more mails of this sender.')
  })
}

const answerUnknown = (reply: FastifyReply) =>
  answer(
    reply.code(404),
    'This link is not complete',
    'Use it as it stands in the mail, or answer the mail and say that you want no more.',
  )

function answer(reply: FastifyReply, title: string, text = '', form = '') {
  return reply
    .headers(HEADERS)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(title)}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}button{font:inherit;padding:.5rem 1.5rem}</style>
<h1>${escapeText(title)}</h1>
<p>${escapeText(text)}</p>
${form}
</html>
`)
}

const escapeText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
