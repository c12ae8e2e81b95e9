import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { FastifyPluginAsync } from 'fastify'
import { recordMail } from '../bounces/mail.ts'
import { readMailgunBy } from '../bounces/providers/mailgun.ts'
import { readPostmarkBy } from '../bounces/providers/postmark.ts'
import { readSendgridBy } from '../bounces/providers/sendgrid.ts'
import { readSesBy } from '../bounces/providers/ses.ts'
import type { Fetch } from '../bounces/providers/sns.ts'
import type { WebhookReader } from '../bounces/providers/webhook.ts'
import type { Config, WebhookKeys } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { ProblemError } from '../errors.ts'
import { guardAccess } from './access.ts'
import { counted, describe, told } from './describe.ts'

export interface InboundParts {
  db: Daybatch
  config: Config
  fetch: Fetch
}

/** What mail servers take by default (Postfix: 10 MiB), with room for what they add (bytes). */
const MAIL_LIMIT = 12 * 1024 * 1024
/** SendGrid collects up to 768 kB, SNS 256 kB, Postmark may add the whole bounce (bytes). */
const WEBHOOK_LIMIT = 4 * 1024 * 1024

const PROVIDERS: Record<keyof WebhookKeys, string> = {
  ses: 'SES_TOPIC_ARN',
  sendgrid: 'SENDGRID_PUBLIC_KEY',
  mailgun: 'MAILGUN_SIGNING_KEY',
  postmark: 'POSTMARK_WEBHOOK_AUTH',
}

/** What comes back after a mail was accepted: bounces and complaints, from a mail server or from a provider's webhook. */
export const inboundRoutes: FastifyPluginAsync<InboundParts> = async (app, { db, config, fetch }) => {
  await app.register(mailRoutes, { db, config, fetch })
  await app.register(webhookRoutes, { db, config, fetch })
}

const MailQuery = Type.Object({ recipient: Type.Optional(Type.String({ maxLength: 320 })) })

/**
 * `POST /dsn`, with API_KEY or INBOUND_SECRET: the raw mail as `message/rfc822`, `?recipient=` its envelope recipient.
 * Always 200 for a mail that could be taken, so that a mail server does not send it back: `result` says what it was.
 */
const mailRoutes: FastifyPluginAsyncTypebox<InboundParts> = async (app, { db, config }) => {
  app.addHook('onRequest', guardAccess(config))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('message/rfc822', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )

  app.post(
    '/dsn',
    {
      bodyLimit: MAIL_LIMIT,
      config: { acceptsInboundSecret: true },
      schema: {
        ...describe('Take a mail that came back', { 200: told('result') }),
        consumes: ['message/rfc822'],
        querystring: MailQuery,
      },
    },
    async ({ body, query }) => {
      if (!Buffer.isBuffer(body)) {
        throw new ProblemError(
          400,
          'no-mail',
          'No mail was sent',
          'Send it as it is: curl --data-binary @- -H "content-type: message/rfc822" <address>/api/inbound/dsn',
        )
      }
      return { result: await recordMail(db, body, query.recipient) }
    },
  )
}

/**
 * `POST /{provider}`: open to everybody, believed only with the provider's signature. Answers how many reports were
 * recorded, known before, ignored (deliveries, opens) or of nobody's mail. 404 for a provider without a key here.
 */
const webhookRoutes: FastifyPluginAsync<InboundParts> = async (app, { db, config, fetch }) => {
  const readers = makeReaders(config.webhooks, fetch)
  app.removeAllContentTypeParsers()
  // SNS says text/plain
  for (const type of ['application/json', 'text/plain']) {
    app.addContentTypeParser<Buffer>(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  }

  for (const source of Object.keys(PROVIDERS) as (keyof WebhookKeys)[]) {
    app.post(
      `/${source}`,
      {
        bodyLimit: WEBHOOK_LIMIT,
        schema: describe(`Take webhooks of ${source}, believed by their signature`, {
          200: counted('recorded', 'known', 'ignored', 'unknown'),
        }),
      },
      async ({ headers, body }) => {
        const read = readers[source]
        if (!read) {
          const title = `Webhooks of ${source} are not set up here`
          throw new ProblemError(404, 'provider-not-set-up', title, `Set ${PROVIDERS[source]}.`)
        }
        const { reports, signedAt } = await read({
          headers,
          body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
        })
        const rows = await db.recordBounces({ source, reports, signedAt })
        const counts = { recorded: 0, known: 0, ignored: 0, unknown: 0 }
        for (const { result } of rows) counts[result]++
        return counts
      },
    )
  }
}

function makeReaders(keys: WebhookKeys, fetch: Fetch): Partial<Record<keyof WebhookKeys, WebhookReader>> {
  return {
    ...(keys.ses && { ses: readSesBy(keys.ses, fetch) }),
    ...(keys.sendgrid && { sendgrid: readSendgridBy(keys.sendgrid) }),
    ...(keys.mailgun && { mailgun: readMailgunBy(keys.mailgun) }),
    ...(keys.postmark && { postmark: readPostmarkBy(keys.postmark) }),
  }
}
