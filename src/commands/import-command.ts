import { type Command, InvalidArgumentError } from 'commander'
import type { Mapping } from '../contacts/header.ts'
import { withDb } from './connection.ts'
import { PARTLY } from './failure.ts'
import type { ImportCommand } from './import.ts'
import type { Output } from './output.ts'

export function addImport(program: Command, output: Output): void {
  program
    .command('import <file>')
    .description('put the contacts of a CSV or NDJSON file on a list (- reads standard input)')
    .requiredOption('--list <name>', 'name or id of the list; a new name makes a list')
    .option('--rejected <file>', 'write all rejected rows to this file')
    .option(
      '--map <column=field>',
      'what a column becomes: email, first_name, last_name, an attribute, or nothing; may be given again',
      readMapping,
    )
    .option('--ndjson', 'one JSON object a line (default: when the name ends in .ndjson or .jsonl)')
    .option('--resumable', 'keep what was read when it breaks off, for --resume; default: all or nothing')
    .option('--resume <id>', 'go on with this resumable import, with the same file')
    .addHelpText(
      'after',
      `
Examples:
  npx daybatch import contacts.csv --list Customers
  npx daybatch import export.csv --list Customers --map "E-Mail=email" --map "Town=city" --map "Notes="

The exports of listmonk, Mailchimp and Mautic are known by their columns. Who is unsubscribed, bounced or complained there is
suppressed and put on no list.

Exit code: 0 all rows are on the list; ${PARTLY} some were rejected, the others are on it; 1 nothing was imported.`,
    )
    .action(async (file: string, options: Omit<ImportCommand, 'file'>) => {
      const { importFile } = await import('./import.ts')
      const isWhole = await withDb(db => importFile(db, { file, ...options }, output))
      if (!isWhole) process.exitCode = PARTLY
    })
}

function readMapping(text: string, mapping: Mapping = {}): Mapping {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write it as column=field, e.g. "E-Mail=email".')
  return { ...mapping, [text.slice(0, at).trim()]: text.slice(at + 1).trim() }
}
