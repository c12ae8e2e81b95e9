import type { Config } from '../config.ts'
import { checkDatabase } from './checks/database.ts'
import type { Finding } from './checks/finding.ts'
import { checkMail } from './checks/mail.ts'

const MARKS: Record<Finding['state'], string> = { ok: 'ok  ', note: 'note', fail: 'FAIL' }

/**
 * Checks everything that sending needs, one line each, and sends nothing.
 * @returns how many findings keep mails from going out, and how many somebody should only know of
 */
export async function runDoctor(config: Config): Promise<{ failures: number; notes: number }> {
  let failures = 0
  let notes = 0
  for (const check of [checkDatabase, checkMail]) {
    for await (const { state, name, text } of check(config)) {
      if (state === 'fail') failures += 1
      if (state === 'note') notes += 1
      console.log(`  ${MARKS[state]}  ${name.padEnd(8)}  ${text}`)
    }
  }
  console.log(describeOutcome(failures))
  return { failures, notes }
}

function describeOutcome(failures: number): string {
  if (failures === 0) return 'all is in order; nothing was sent'
  return `${failures} ${failures === 1 ? 'thing stands' : 'things stand'} in the way; nothing was sent`
}
