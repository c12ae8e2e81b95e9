import type { Command } from 'commander'
import { Interruption, PARTLY } from './failure.ts'
import { collect, readInteger } from './options.ts'
import type { Output } from './output.ts'
import type { SendCommand } from './send.ts'

export function addSend(program: Command, output: Output): void {
  program
    .command('send <contacts>')
    .description('import a contacts file, make a campaign of a message file, start it and watch it')
    .requiredOption(
      '--message <file>',
      'text, or HTML when it ends in .html; give it twice for both',
      collect,
    )
    .option('--subject <text>', 'may hold fields, as {{first_name | friend}} (default: the name)')
    .option('--limit <mails>', 'mails per batch (default: 5)', readInteger)
    .option('--name <name>', 'of the campaign (default: the subject); no other has it')
    .option(
      '--list <name>',
      'use this list, with everybody on it (default: a new one, named as the campaign)',
    )
    .option('--from <sender>', 'default: MAIL_FROM')
    .option('--reply-to <address>')
    .option('--interval <time>', "time between two batches (default: '24 hours')")
    .option('--yes', 'do not ask; needed for real mails where nobody can be asked')
    .option('--detach', 'end when it is started; a service sends it')
    .addHelpText(
      'after',
      `
With nothing set and no service running, it brings its own service for as long as it runs, and the mails stay on this
machine. Ctrl-C leaves the campaign as it is: it goes on as long as a service runs.

Examples:
  npx daybatch send contacts.csv --message message.txt --subject "An offer for {{first_name | you}}" --limit 20
  npx daybatch send contacts.csv --message news.html --message news.txt --name "News 5" --yes --detach

Exit code: 0 everybody got the mail, or with --detach: it is started; ${PARTLY} some rows were rejected or some contacts failed;
1 it was not started, or cancelled; ${Interruption.EXIT_CODE} left by Ctrl-C.`,
    )
    .action(async (contacts: string, options: SendCommand) => {
      const { send } = await import('./send.ts')
      await send(contacts, options, output)
    })
}
