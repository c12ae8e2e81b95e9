#!/usr/bin/env node
// The commands of an operator: npm run doctor, test-mail, import, campaign, watch. What they do is in commands/.
import { Command, InvalidArgumentError } from 'commander'
import { attachFile, detachFile } from './commands/attachments.ts'
import {
  type CreateCommand,
  createCampaign,
  listCampaigns,
  steerCampaign,
  steering,
} from './commands/campaign.ts'
import { withDatabase } from './commands/connection.ts'
import { runDoctor } from './commands/doctor.ts'
import { describeFailure } from './commands/failure.ts'
import { importFile } from './commands/import.ts'
import { listServers, removeServer, rotateKeys, type ServerOptions, setServer } from './commands/smtp.ts'
import { sendCampaignTest, sendTestMail, showPreview } from './commands/test-mail.ts'
import { watchCampaign } from './commands/watch.ts'
import { readConfig, readEnvFile } from './config.ts'
import type { Daybatch } from './db/daybatch.ts'

/** Nothing keeps mails from going out, but somebody should look (doctor --strict). */
const NOTED = 2
/** Some rows of an import were rejected, the others are on the list. */
const ROWS_REJECTED = 2

const program = new Command('daybatch')
  .description(
    'Bulk e-mail campaigns in exact daily batches. Works on DATABASE_URL, else on the embedded database.',
  )
  .showHelpAfterError()

program
  .command('doctor')
  .description('check everything that sending needs, and send nothing')
  .option('--domain <domain>', 'also what DNS says of this sender domain: SPF, DKIM, DMARC, PTR')
  .option('--dns <server>', 'ask this DNS server (default: the one of this machine)')
  .option('--strict', `exit code ${NOTED} when there are notes, for monitoring`)
  .addHelpText(
    'after',
    `\nExit code: 0 all is in order; 1 something stands in the way of sending; with --strict ${NOTED} nothing does, and there are notes.`,
  )
  .action(async ({ strict, ...options }: { strict?: boolean; domain?: string; dns?: string }) => {
    const { failures, notes } = await runDoctor(readConfig(), options)
    if (failures > 0) process.exitCode = 1
    else if (strict && notes > 0) process.exitCode = NOTED
  })

program
  .command('test-mail <address>')
  .description('send one mail to this address by SMTP_URL, from MAIL_FROM')
  .option('--campaign <campaign>', 'the message of this campaign, by name or id, as it stands now')
  .option('--contact <id>', 'filled in for this contact (default: the first of the audience)')
  .action((address: string, { campaign, contact }: { campaign?: string; contact?: string }) => {
    const config = readConfig()
    return campaign === undefined
      ? sendTestMail(config, address)
      : withDb(db => sendCampaignTest(db, config, address, { campaign, contact }))
  })

program
  .command('import <file>')
  .description('put the contacts of a CSV file on a list (- reads standard input)')
  .requiredOption('--list <name>', 'name or id of the list; a new name makes a list')
  .option('--rejected <file>', 'write all rejected rows to this file')
  .addHelpText(
    'after',
    `\nExit code: 0 all rows are on the list; ${ROWS_REJECTED} some were rejected, the others are on it; 1 nothing was imported.`,
  )
  .action(async (file: string, options: { list: string; rejected?: string }) => {
    const isWhole = await withDb(db => importFile(db, { file, ...options }))
    if (!isWhole) process.exitCode = ROWS_REJECTED
  })

const smtp = program
  .command('smtp')
  .description('SMTP servers beside SMTP_URL: per campaign, or as fall-back')

smtp
  .command('list')
  .description('names and addresses; never a password')
  .action(() => withDb(listServers))

smtp
  .command('set <name> [url]')
  .description(
    'make a server, smtp://user@host:587 or smtps://user@host:465, or change one; default: SMTP_URL',
  )
  .option('--password-stdin', 'read the password from standard input; it is sealed with ENCRYPTION_KEYS')
  .option('--fallback', 'takes mails of campaigns whose own server takes none')
  .option('--no-fallback', 'only for campaigns that name it')
  .option('--priority <number>', 'of several fall-backs the lowest first (default: 100)', readInteger)
  .option(
    '--per-second <mails>',
    'at most so many mails a second, over all services; 0: no limit',
    readInteger,
  )
  .option('--per-minute <mails>', 'at most so many mails a minute; 0: no limit', readInteger)
  .option(
    '--connections <number>',
    'at most so many mails at once, over all services; 0: no limit',
    readInteger,
  )
  .option('--plain', 'without TLS, for a relay in your own network; not with a password')
  .option('--off', 'use it no more')
  .option('--on', 'use it again')
  .action((name: string, url: string | undefined, options: ServerOptions) =>
    withDb(db => setServer(db, readConfig().encryptionKeys, { name, url, ...options })),
  )

smtp
  .command('remove <name>')
  .description('take a server away; campaigns that name it wait, or go through a fall-back')
  .action((name: string) => withDb(db => removeServer(db, name)))

smtp
  .command('rotate')
  .description('seal every password anew with the first of ENCRYPTION_KEYS')
  .action(() => withDb(db => rotateKeys(db, readConfig().encryptionKeys)))

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

program
  .command('watch <campaign>')
  .description('print what happens to a campaign, by name or id, until it is completed')
  .option('--once', 'print where it stands, and end')
  .action((given: string, options: { once?: boolean }) => withDb(db => watchCampaign(db, given, options)))

try {
  readEnvFile()
  await program.parseAsync()
} catch (error) {
  console.error(`daybatch: ${describeFailure(error)}`)
  process.exitCode = 1
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

function withDb<Result>(work: (db: Daybatch) => Promise<Result>): Promise<Result> {
  return withDatabase(readConfig(), work)
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

function readInteger(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a whole number.')
}
