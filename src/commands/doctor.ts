import type { Command } from 'commander'
import { type Config, readConfig } from '../config.ts'
import type { Lookup } from './checks/domain.ts'
import type { Finding } from './checks/finding.ts'
import { CommandError } from './failure.ts'
import type { Output } from './output.ts'

const MARKS: Record<Finding['state'], string> = { ok: 'ok  ', note: 'note', fail: 'FAIL' }

/**
 * Checks everything that sending needs, one line each, and sends nothing.
 * @returns how many findings keep mails from going out, and how many somebody should only know of
 */
export async function runDoctor(
  config: Config,
  { domain, dns }: { domain?: string; dns?: string },
  output: Output,
): Promise<{ failures: number; notes: number }> {
  const findings: Finding[] = []
  let failures = 0
  let notes = 0
  for (const check of await chooseChecks(config, { domain, dns })) {
    for await (const finding of check) {
      const { state, name, text } = finding
      findings.push(finding)
      if (state === 'fail') failures += 1
      if (state === 'note') notes += 1
      output.say(`  ${MARKS[state]}  ${name.padEnd(8)}  ${text}`)
    }
  }
  output.tell({ failures, notes, findings }, describeOutcome(failures))
  return { failures, notes }
}

/** What they need of libraries is read only when something is checked. */
async function chooseChecks(
  config: Config,
  { domain, dns }: { domain: string | undefined; dns: string | undefined },
): Promise<AsyncIterable<Finding>[]> {
  const [{ checkDatabase }, { checkMail }] = await Promise.all([
    import('./checks/database.ts'),
    import('./checks/mail.ts'),
  ])
  const checks = [checkDatabase(config), checkMail(config)]
  if (domain === undefined) return checks
  const { checkDomain, makeResolver } = await import('./checks/domain.ts')
  return [...checks, checkDomain(config, domain, chooseResolver(makeResolver, dns))]
}

function chooseResolver(
  makeResolver: (server: string | undefined) => Lookup,
  server: string | undefined,
): Lookup {
  try {
    return makeResolver(server)
  } catch {
    throw new CommandError(
      `${server} is no address of a DNS server: write it like 192.0.2.53 or 192.0.2.53:5353`,
    )
  }
}

function describeOutcome(failures: number): string {
  if (failures === 0) return 'all is in order; nothing was sent'
  return `${failures} ${failures === 1 ? 'thing stands' : 'things stand'} in the way; nothing was sent`
}

/** Nothing keeps mails from going out, but somebody should look (--strict). */
const NOTED = 2

export function addDoctor(program: Command, output: Output): void {
  program
    .command('doctor')
    .description('check everything that sending needs, and send nothing')
    .option('--domain <domain>', 'also what DNS says of this sender domain: SPF, DKIM, DMARC, PTR')
    .option('--dns <server>', 'ask this DNS server (default: the one of this machine)')
    .option('--strict', `exit code ${NOTED} when there are notes, for monitoring`)
    .addHelpText(
      'after',
      `
Examples:
  npx daybatch doctor
  npx daybatch doctor --domain example.com --strict

Exit code: 0 all is in order; 1 something stands in the way of sending; with --strict ${NOTED} nothing does, and there are notes.`,
    )
    .action(async ({ strict, ...options }: { strict?: boolean; domain?: string; dns?: string }) => {
      const { failures, notes } = await runDoctor(readConfig(), options, output)
      if (failures > 0) process.exitCode = 1
      else if (strict && notes > 0) process.exitCode = NOTED
    })
}
