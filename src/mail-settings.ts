// What the configuration says about mails, for whoever looks, shows or sends.
import type { Config } from './config.ts'
import { createSigner, readDkimKeys, type Signer } from './delivery/dkim.ts'
import type { MessageOptions } from './delivery/message.ts'

/** What is recorded into the embedded mailbox needs no sender of one's own. */
export const EMBEDDED_SENDER = 'daybatch <daybatch@localhost>'

/** With nothing set all is embedded; beside a given database the mailbox needs the explicit word. */
export const usesMailbox = ({ databaseUrl, smtpUrl }: Pick<Config, 'databaseUrl' | 'smtpUrl'>): boolean =>
  smtpUrl === 'embedded' || (smtpUrl === undefined && databaseUrl === undefined)

/** What all messages have from the configuration. */
export const describeMessages = (config: Config): Pick<MessageOptions, 'mailFrom' | 'unsubscribe'> => ({
  mailFrom: config.mailFrom ?? (usesMailbox(config) ? EMBEDDED_SENDER : undefined),
  unsubscribe: { publicUrl: config.publicUrl, mailto: config.unsubscribeMailto },
})

/** Reads the keys; throws an Error of one line for one that cannot be used. */
export const makeSigner = ({ dkimKeys }: Pick<Config, 'dkimKeys'>): Signer | undefined =>
  dkimKeys.length === 0 ? undefined : createSigner(readDkimKeys(dkimKeys))
