import { postJson } from '../webhooks/post.ts'

export { isPrivateAddress } from '../webhooks/post.ts'

export interface WebhookOptions {
  url: string
  allowPrivate: boolean
}

/** Posts JSON; throws one line unless it was taken (2xx). */
export async function postWebhook(body: object, { url, allowPrivate }: WebhookOptions): Promise<void> {
  const text = JSON.stringify(body)
  const { status } = await postJson({ url, text, allowPrivate, setting: 'NOTICE_PRIVATE_ADDRESSES' })
  if (status < 200 || status > 299) throw new Error(`the webhook answered ${status}`)
}
