import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { FAILURES, openCsv, writeContacts, writeDeliveries } from '../contacts/export.ts'
import type { Daybatch } from '../db/daybatch.ts'
import { findCampaign } from './campaigns.ts'
import { withDb } from './connection.ts'
import { CommandError } from './failure.ts'
import { resolvePath } from './files.ts'
import { findList } from './lists.ts'
import type { Output } from './output.ts'

interface ExportOptions {
  /** Default: standard output. */
  to?: string
}

/** Writes CSV by stream to a file, or to standard output. */
async function exportCsv(
  pages: AsyncGenerator<string>,
  { to }: ExportOptions,
  output: Output,
): Promise<void> {
  const csv = await openCsv(pages)
  if (to === undefined) {
    await pipeline(csv, process.stdout, { end: false })
    return
  }
  await pipeline(csv, createWriteStream(resolvePath(to)))
  output.tell({ file: to }, `written to ${to}`)
}

async function findListId(db: Daybatch, given: string | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined
  const list = await findList(db, given)
  if (!list) throw new CommandError(`no list is called "${given}"`)
  return list.id
}

/** `daybatch export contacts|deliveries|failures`. */
export function addExport(program: Command, output: Output): void {
  const parent = program.command('export').description('write contacts, deliveries or failures as CSV')

  parent
    .command('contacts')
    .description('all contacts, or those of a list; import reads the file again')
    .option('--list <name>', 'name or id of a list')
    .option('--to <file>', 'default: standard output')
    .addHelpText('after', '\nExample:\n  npx daybatch export contacts --list Customers --to customers.csv')
    .action((options: ExportOptions & { list?: string }) =>
      withDb(async db => exportCsv(writeContacts(db, await findListId(db, options.list)), options, output)),
    )

  parent
    .command('deliveries <campaign>')
    .description('who got a mail of a campaign, by name or id, and what the servers said')
    .option('--status <status>', 'only those that are sent, failed, skipped, in_doubt, deferred, queued, ...')
    .option('--to <file>', 'default: standard output')
    .addHelpText(
      'after',
      '\nExample:\n  npx daybatch export deliveries "Spring offer" --status sent > sent.csv',
    )
    .action((given: string, options: ExportOptions & { status?: string }) =>
      withDb(async db => {
        const { id } = await findCampaign(db, given)
        await exportCsv(
          writeDeliveries(db, id, options.status ? [options.status] : undefined),
          options,
          output,
        )
      }),
    )

  parent
    .command('failures <campaign>')
    .description('whom a campaign did not reach: refused, skipped, in doubt')
    .option('--to <file>', 'default: standard output')
    .addHelpText('after', '\nExample:\n  npx daybatch export failures "Spring offer" --to failures.csv')
    .action((given: string, options: ExportOptions) =>
      withDb(async db => {
        const { id } = await findCampaign(db, given)
        await exportCsv(writeDeliveries(db, id, FAILURES), options, output)
      }),
    )
}
