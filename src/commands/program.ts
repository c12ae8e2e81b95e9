import { Command } from 'commander'
import { addCampaign } from './campaign-commands.ts'
import { addDoctor } from './doctor.ts'
import { addExport } from './export.ts'
import { addImport } from './import.ts'
import { addKey } from './key.ts'
import { addMigrate } from './migrate.ts'
import type { Output } from './output.ts'
import { addServe } from './serve.ts'
import { addSmtp } from './smtp.ts'
import { addSql } from './sql.ts'
import { addTestMail } from './test-mail.ts'
import { addWatch } from './watch.ts'
import { addWebhook } from './webhook.ts'

/** The command `daybatch`; each group of commands adds itself, in the order that --help shows. */
export function makeProgram(output: Output): Command {
  const program = new Command('daybatch')
    .description(
      'Bulk e-mail campaigns in exact daily batches. Works on DATABASE_URL, else on the embedded database.',
    )
    .option('--json', 'for programs: results as JSON on stdout, errors as JSON on stderr')
    .showHelpAfterError()
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
  addWatch(program, output)
  addSql(program, output)
  return program
}
