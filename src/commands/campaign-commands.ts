import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { type CreateCommand, createCampaign, listCampaigns, steerCampaign, steering } from './campaign.ts'
import { withDb } from './connection.ts'
import { forecastCampaign } from './forecast.ts'
import { collect, readInteger } from './options.ts'
import type { Output } from './output.ts'
import { showCampaign } from './show.ts'

export function addCampaign(program: Command, output: Output): void {
  const campaign = program.command('campaign').description('make, look at and steer campaigns')
  campaign
    .command('create')
    .description('make a draft from files')
    .requiredOption('--name <name>')
    .requiredOption('--list <name>', 'name or id of a list; may be given again', collect)
    .option('--limit <mails>', 'mails per batch (default: 5)', readInteger)
    .option('--subject <text>', 'may hold fields, as {{first_name | friend}} (default: the name)')
    .option('--text <file>', 'the message as plain text')
    .option('--html <file>', 'the message as HTML')
    .option('--from <sender>', 'default: MAIL_FROM')
    .option('--reply-to <address>')
    .option('--interval <time>', "time between two batches (default: '24 hours')")
    .addHelpText(
      'after',
      `
Examples:
  npx daybatch campaign create --name "Spring offer" --list Customers --limit 20 --text message.txt
  npx daybatch campaign create --name News --list Readers --subject "News for {{first_name | you}}" --html news.html`,
    )
    .action((options: CreateCommand) => withDb(db => createCampaign(db, options, output)))
  campaign
    .command('list')
    .description('show all campaigns, newest first')
    .addHelpText('after', '\nExample:\n  npx daybatch campaign list --json')
    .action(() => withDb(db => listCampaigns(db, output)))
  campaign
    .command('show <campaign>')
    .description('where it stands: figures, what it waits for, batches that were and that come')
    .addHelpText('after', '\nExample:\n  npx daybatch campaign show "Spring offer" --json')
    .action((given: string) => withDb(db => showCampaign(db, given, output)))
  campaign
    .command('forecast <campaign>')
    .description('the coming batches and the finish date')
    .option('--limit <mails>', 'what another limit would change; nothing is changed', readInteger)
    .option('--all', 'every batch, not only the first ones')
    .addHelpText('after', '\nExample:\n  npx daybatch campaign forecast "Spring offer" --limit 50')
    .action((given: string, options: { limit?: number; all?: boolean }) =>
      withDb(db => forecastCampaign(db, given, options, output)),
    )
  campaign
    .command('preview <campaign> [contact]')
    .description(
      "show a contact's mail, by the contact's id (default: the first of the audience); nothing is sent",
    )
    .addHelpText('after', '\nExample:\n  npx daybatch campaign preview "Spring offer"')
    .action((given: string, contact?: string) =>
      withDb(async db => {
        const { showPreview } = await import('./test-mail.ts')
        await showPreview(db, readConfig(), { campaign: given, contactId: contact }, output)
      }),
    )
  campaign
    .command('attach <campaign> <file>')
    .description('attach a file from the next batch on; one of the same name takes its place')
    .option('--inline <name>', 'the html shows it: <img src="cid:NAME">')
    .option('--type <type>', 'media type (default: by the name of the file)')
    .addHelpText('after', '\nExample:\n  npx daybatch campaign attach "Spring offer" logo.png --inline logo')
    .action((given: string, file: string, options: { inline?: string; type?: string }) =>
      withDb(async db => {
        const { attachFile } = await import('./attachments.ts')
        await attachFile(db, given, { path: file, ...options }, output)
      }),
    )
  campaign
    .command('detach <campaign> <file>')
    .description('take a file away again, from the next batch on')
    .addHelpText('after', '\nExample:\n  npx daybatch campaign detach "Spring offer" logo.png')
    .action((given: string, file: string) =>
      withDb(async db => {
        const { detachFile } = await import('./attachments.ts')
        await detachFile(db, given, file, output)
      }),
    )
  const steer = (parent: Command, verb: Verb, description: string, detail?: Detail) =>
    addSteering(parent, { verb, description, detail }, output)
  steer(campaign, 'start', 'send the first batch now')
  steer(campaign, 'schedule', 'send the first batch then', ['<time>', '2027-03-01T09:00:00+01:00'])
  steer(campaign, 'pause', 'begin no more mails', ['[reason]', '"wrong subject"'])
  steer(campaign, 'resume', 'go on')
  steer(campaign, 'cancel', 'end it for good', ['[reason]', '"not wanted any more"'])
  steer(campaign, 'limit', 'change the mails per batch, from the next batch on', ['<mails>', '50'])
  steer(program, 'start', 'the same as campaign start')
}

type Verb = keyof typeof steering
type Detail = [argument: string, example: string]

function addSteering(
  parent: Command,
  { verb, description, detail }: { verb: Verb; description: string; detail?: Detail | undefined },
  output: Output,
): void {
  const [argument = '', example = ''] = detail ?? []
  const command = parent.command(`${verb} <campaign> ${argument}`.trim()).description(description)
  const path = parent.parent ? `${parent.name()} ${verb}` : verb
  command
    .addHelpText('after', `\nExample:\n  ${`npx daybatch ${path} "Spring offer" ${example}`.trimEnd()}`)
    .action((given: string, ...[text]: string[]) =>
      withDb(db =>
        steerCampaign(db, given, id => steering[verb](db, id, argument === '' ? '' : text!), output),
      ),
    )
}
