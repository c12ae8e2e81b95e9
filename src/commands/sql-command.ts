import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

export function addSql(program: Command, output: Output): void {
  program
    .command('sql [statement...]')
    .description('ask the database, where there is no psql; without a statement standard input is read')
    .addHelpText(
      'after',
      `
Asks the database of MIGRATE_DATABASE_URL (a DBA's login; the service's may read no table), else of DATABASE_URL, else
the embedded one of a running npx daybatch serve. With --json every row is one line.

Examples:
  npx daybatch sql "select name, status, waits_for from daybatch.campaign_status"
  npx daybatch sql --json "select * from daybatch.audit"`,
    )
    .action(async (words: string[]) => {
      const statements = words.join(' ') || (process.stdin.isTTY ? '' : await text(process.stdin))
      if (!statements.trim())
        throw new CommandError('give a statement: npx daybatch sql "select * from daybatch.campaign_status"')
      const { askDatabase } = await import('./sql.ts')
      await askDatabase(statements, output)
    })
}
