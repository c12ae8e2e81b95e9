/** Where requests to unsubscribe go. */
export interface UnsubscribeOptions {
  /** `PUBLIC_URL`, without a slash at its end; only by https one click is enough (RFC 8058 3.1). */
  publicUrl?: string | undefined
  /** `UNSUBSCRIBE_MAILTO`; without both it is the sender's address. */
  mailto?: string | undefined
}

/** Stands in test mails in place of a token: its page says so, and it unsubscribes nobody. */
export const TEST_TOKEN = 'test'

/** What a mail says about leaving; every function takes the token of the mail. */
export interface Unsubscribe {
  /** For the field `{{unsubscribe_url}}`. */
  link(token: string): string
  /** Of List-Unsubscribe (RFC 2369), folded. */
  header(token: string): string
  /** Whether List-Unsubscribe-Post belongs to it. */
  isOneClick: boolean
}

/** At most one https address stands in the header: RFC 8058 has mailbox providers post to it. */
export function describeUnsubscribe(
  { publicUrl, mailto }: UnsubscribeOptions,
  senderAddress: string,
): Unsubscribe {
  const byMail = (token: string) => {
    const address = mailto ?? senderAddress
    const at = address.lastIndexOf('@')
    return `mailto:${encodeURIComponent(address.slice(0, at))}${address.slice(at)}?subject=unsubscribe%20${token}`
  }
  if (publicUrl === undefined) {
    return { link: byMail, header: token => `<${byMail(token)}>`, isOneClick: false }
  }
  const byWeb = (token: string) => `${publicUrl}/u/${token}`
  return {
    link: byWeb,
    header: token =>
      mailto === undefined ? `<${byWeb(token)}>` : `<${byWeb(token)}>,\r\n <${byMail(token)}>`,
    isOneClick: publicUrl.startsWith('https://'),
  }
}
