import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { withDb } from './connection.ts'
import { readInteger } from './options.ts'
import type { Output } from './output.ts'
import type { ServerOptions } from './smtp.ts'

/** Read when one of the commands is given. */
const servers = () => import('./smtp.ts')

export function addSmtp(program: Command, output: Output): void {
  const smtp = program
    .command('smtp')
    .description('SMTP servers beside SMTP_URL: per campaign, or as fall-back')
  smtp
    .command('list')
    .description('names and addresses; never a password')
    .addHelpText('after', '\nExample:\n  npx daybatch smtp list')
    .action(() => withDb(async db => (await servers()).listServers(db, output)))
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
    .addHelpText(
      'after',
      `
Examples:
  npx daybatch smtp set relay smtp://user@smtp.example.com:587 --password-stdin --fallback < password
  npx daybatch smtp set default --per-second 5`,
    )
    .action((name: string, url: string | undefined, options: ServerOptions) =>
      withDb(async db =>
        (await servers()).setServer(db, readConfig().encryptionKeys, { name, url, ...options }, output),
      ),
    )
  smtp
    .command('remove <name>')
    .description('take a server away; campaigns that name it wait, or go through a fall-back')
    .addHelpText('after', '\nExample:\n  npx daybatch smtp remove relay')
    .action((name: string) => withDb(async db => (await servers()).removeServer(db, name, output)))
  smtp
    .command('rotate')
    .description('seal every password anew with the first of ENCRYPTION_KEYS')
    .addHelpText('after', '\nExample:\n  npx daybatch smtp rotate')
    .action(() => withDb(async db => (await servers()).rotateKeys(db, readConfig().encryptionKeys, output)))
}
