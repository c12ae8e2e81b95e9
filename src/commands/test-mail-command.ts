import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { withDb } from './connection.ts'
import type { Output } from './output.ts'

export function addTestMail(program: Command, output: Output): void {
  program
    .command('test-mail <address>')
    .description('send one mail to this address by SMTP_URL, from MAIL_FROM')
    .option('--campaign <campaign>', 'the message of this campaign, by name or id, as it stands now')
    .option('--contact <id>', 'filled in for this contact (default: the first of the audience)')
    .addHelpText(
      'after',
      `
Examples:
  npx daybatch test-mail you@example.org
  npx daybatch test-mail you@example.org --campaign "Spring offer"`,
    )
    .action(async (address: string, { campaign, contact }: { campaign?: string; contact?: string }) => {
      const { sendCampaignTest, sendTestMail } = await import('./test-mail.ts')
      const config = readConfig()
      return campaign === undefined
        ? sendTestMail(config, address, output)
        : withDb(db => sendCampaignTest(db, config, { address, campaign, contact }, output))
    })
}
