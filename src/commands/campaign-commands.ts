import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { attachFile, detachFile } from './attachments.ts'
import { type CreateCommand, createCampaign, listCampaigns, steerCampaign, steering } from './campaign.ts'
import { withDb } from './connection.ts'
import { collect, readInteger } from './options.ts'
import type { Output } from './output.ts'
import { showPreview } from './test-mail.ts'

export function addCampaign(program: Command, _output: Output): void {
  const campaign = program.command('campaign').description('make, list and steer campaigns')
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
    .action((options: CreateCommand) => withDb(db => createCampaign(db, options)))
  campaign
    .command('list')
    .description('show all campaigns, newest first')
    .action(() => withDb(listCampaigns))
  campaign
    .command('preview <campaign> [contact]')
    .description(
      "show a contact's mail, by the contact's id (default: the first of the audience); nothing is sent",
    )
    .action((given: string, contact?: string) => withDb(db => showPreview(db, readConfig(), given, contact)))
  campaign
    .command('attach <campaign> <file>')
    .description('attach a file from the next batch on; one of the same name takes its place')
    .option('--inline <name>', 'the html shows it: <img src="cid:NAME">')
    .option('--type <type>', 'media type (default: by the name of the file)')
    .action((given: string, file: string, options: { inline?: string; type?: string }) =>
      withDb(db => attachFile(db, given, file, options)),
    )
  campaign
    .command('detach <campaign> <file>')
    .description('take a file away again, from the next batch on')
    .action((given: string, file: string) => withDb(db => detachFile(db, given, file)))
  addSteering(campaign, 'start', 'send the first batch now')
  addSteering(campaign, 'schedule', 'send the first batch then', '<time>')
  addSteering(campaign, 'pause', 'begin no more mails', '[reason]')
  addSteering(campaign, 'resume', 'go on')
  addSteering(campaign, 'cancel', 'end it for good', '[reason]')
  addSteering(campaign, 'limit', 'change the mails per batch, from the next batch on', '<mails>')
  addSteering(program, 'start', 'the same as campaign start')
}

function addSteering(
  parent: Command,
  verb: keyof typeof steering,
  description: string,
  argument?: string,
): void {
  parent
    .command([verb, '<campaign>', argument].filter(Boolean).join(' '))
    .description(description)
    .action((given: string, ...[detail]: string[]) =>
      withDb(db =>
        steerCampaign(db, given, campaignId => steering[verb](db, campaignId, argument ? detail! : '')),
      ),
    )
}
