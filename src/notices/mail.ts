import addressparser from 'nodemailer/lib/addressparser'
import MailComposer from 'nodemailer/lib/mail-composer'
import { normalizeAddress } from '../delivery/address.ts'
import type { Mail } from '../delivery/message.ts'

/** A mail to an operator: plain text, and nothing in it is read as a template. */
export interface NoticeMail {
  to: string
  subject: string
  text: string
  /** Makes the Message-ID: a notice that is told again has the same. */
  key: string
}

export async function composeNotice({ to, subject, text, key }: NoticeMail, mailFrom: string): Promise<Mail> {
  const [from] = addressparser(mailFrom, { flatten: true })
  const address = from?.address ?? ''
  const composer = new MailComposer({
    from: { name: from?.name ?? '', address },
    to: { name: '', address: to },
    subject,
    text,
    messageId: `<${key}@${address.slice(address.indexOf('@') + 1)}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const raw = await composer.compile().build()
  return {
    envelope: { from: normalizeAddress(address), to: [normalizeAddress(to)] },
    compose: () => ({ raw }),
  }
}
