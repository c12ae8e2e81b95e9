import nodemailer from 'nodemailer'
import type { Mailbox } from '../../src/embedded/mailbox.ts'
import { NASTY } from './campaigns.ts'

/** Sends a few mails into the mailbox; returns the file of the last one. */
export async function fillMailbox(mailbox: Mailbox): Promise<string> {
  const transport = nodemailer.createTransport(mailbox.url)
  let file = ''
  for (const subject of ['An offer for Ada', NASTY, 'An offer for Grace']) {
    const { response } = await transport.sendMail({
      from: 'Example Shop <news@example.com>',
      to: 'ada@example.org',
      subject,
      text: `Good morning.\n${NASTY}`,
      html: `<style>h1 { color: #0b5f6b }</style><h1>Good morning</h1><p>This is the mail of your day.</p><script>parent.broken = 5</script>
        <img src="https://outside.example/pixel.gif" onerror="parent.broken = 6" alt="spring"><meta http-equiv="refresh" content="0;url=https://outside.example/">`,
    })
    file = /kept as (\S+)/.exec(response)?.[1] as string
  }
  transport.close()
  return file
}
