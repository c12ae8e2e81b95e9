import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addCampaign } from './campaign-commands.ts'
import { addCompletion } from './completion.ts'
import { addDoctor } from './doctor.ts'
import { addExport } from './export.ts'
import { Interruption } from './failure.ts'
import { addImport } from './import-command.ts'
import { addKey } from './key.ts'
import { addMigrate } from './migrate.ts'
import type { Output } from './output.ts'
import { addSend } from './send-command.ts'
import { addServe } from './serve.ts'
import { addSmtp } from './smtp-commands.ts'
import { addSql } from './sql-command.ts'
import { addTestMail } from './test-mail-command.ts'
import { addWatch } from './watch.ts'
import { addWebhook } from './webhook.ts'

const HELP_WIDTH = 110

const HELP = `
The first five:
  npx daybatch serve
  npx daybatch doctor
  npx daybatch import contacts.csv --list Customers
  npx daybatch campaign create --name "Spring offer" --list Customers --limit 20 --text message.txt
  npx daybatch campaign start "Spring offer"
or all of it in one:
  npx daybatch send contacts.csv --message message.txt --name "Spring offer" --limit 20

Settings are read from the environment and from a file .env in this folder.

Exit code: 0 it did what it says; 1 it did not, and says why; 2 for a part only (import, send, doctor --strict: see their
--help); ${Interruption.EXIT_CODE} send was left by Ctrl-C.`

/** The command `daybatch`; each group of commands adds itself, in the order that --help shows. */
export function makeProgram(output: Output): Command {
  const program = new Command('daybatch')
    .description(
      'Bulk e-mail campaigns in exact daily batches. Works on DATABASE_URL, else on the embedded database.',
    )
    .version(readVersion())
    .configureHelp({ showGlobalOptions: true, helpWidth: HELP_WIDTH })
    .configureOutput({
      outputError: text => output.failToRead(text),
      // advice after an error
      writeErr: text => output.isJson || process.stderr.write(text),
    })
    .option('--json', 'for programs: results as JSON on stdout, one value a line; errors as JSON on stderr')
    .showHelpAfterError('add --help for what it takes, with examples')
    .addHelpText('after', HELP)
  addServe(program)
  addMigrate(program, output)
  addDoctor(program, output)
  addTestMail(program, output)
  addImport(program, output)
  addExport(program, output)
  addSmtp(program, output)
  addWebhook(program, output)
  addCampaign(program, output)
  addKey(program, output)
  addSend(program, output)
  addWatch(program, output)
  addSql(program, output)
  addCompletion(program, output)
  return program
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}
