import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { Config } from '../config.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { ProblemError } from '../errors.ts'
import { isLoopbackName } from '../loopback.ts'
import { isPrivateAddress } from './post.ts'
import { makeSecret, secretContext } from './signature.ts'

type WebhookConfig = Pick<Config, 'encryptionKeys' | 'webhookPrivateAddresses'>

/** Makes a webhook; its secret is here and, sealed, in the database, and is never shown again. Throws a ProblemError. */
export async function makeWebhook(
  db: Pick<Daybatch, 'createWebhook'>,
  config: WebhookConfig,
  webhook: { url: string; eventTypes: string[]; campaignId?: string | undefined },
): Promise<{ webhookId: string; secret: string }> {
  checkUrl(webhook.url, config.webhookPrivateAddresses)
  const webhookId = randomUUID()
  const { secret, sealedSecret } = makeSealedSecret(webhookId, config)
  await db.createWebhook({ webhookId, ...webhook, sealedSecret })
  return { webhookId, secret }
}

/** A new secret for a webhook. Throws a ProblemError where there is no key to seal it with. */
export function makeSealedSecret(
  webhookId: string,
  { encryptionKeys }: Pick<Config, 'encryptionKeys'>,
): { secret: string; sealedSecret: string } {
  if (encryptionKeys.currentKey === undefined)
    throw new ProblemError(
      409,
      'encryption-keys-missing',
      'A webhook needs ENCRYPTION_KEYS: its secret stands in the database sealed',
      'Set ENCRYPTION_KEYS=2026:$(openssl rand -base64 32) in .env and start again.',
    )
  const secret = makeSecret()
  return { secret, sealedSecret: encryptionKeys.seal(secret, secretContext(webhookId)) }
}

/** What is private by its spelling is refused at once; names are looked up at each try. */
function checkUrl(url: string, allowPrivate: boolean): void {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : undefined
  if (host === undefined)
    throw new ProblemError(
      422,
      'invalid-argument',
      'The url is not a URL',
      'Write it like https://example.com/hooks/mail.',
    )
  if (allowPrivate || !(isLoopbackName(host) || (isIP(host) !== 0 && isPrivateAddress(host)))) return
  throw new ProblemError(
    422,
    'private-address',
    'The webhook leads to a private address',
    'Set WEBHOOK_PRIVATE_ADDRESSES=true if that is meant.',
  )
}
