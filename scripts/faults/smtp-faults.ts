import type { Phase } from '../../test/helper/smtp.ts'
import { describeFault, type FaultStep, type MailPlan } from './world/mail-plan.ts'

/** Longer than a lease. */
const SILENCE_MS = 1800

/** What a network, or a server that dies, does in any phase. */
const ENDS: FaultStep[] = [{ end: 'drop' }, { end: 'reset' }, { silenceMs: SILENCE_MS, end: 'drop' }]
const SLOW: FaultStep = { silenceMs: SILENCE_MS }

/** What servers say, so that every rule of daybatch.reply_rules that a server can reach decides something. */
const REPLIES: Partial<Record<Phase, string[]>> = {
  greeting: ['421 4.3.2 too busy', '554 5.7.1 no service for you'],
  ehlo: ['421 4.7.0 try later', '502 5.5.1 what?'],
  auth: ['454 4.7.0 the directory is away', '535 5.7.8 wrong credentials'],
  mail: [
    '451 4.3.0 not now',
    '421 4.7.0 too many mails',
    '550 5.7.1 not from this sender',
    '530 5.7.0 log in first',
    '503 5.5.1 bad sequence',
  ],
  rcpt: [
    '450 4.2.0 greylisted',
    '550 5.1.1 no such user',
    '554 5.7.1 no',
    '452 4.3.1 disk full',
    '421 4.7.0 slow down',
    '554 5.7.1 relay access denied',
    '550 5.7.26 unauthenticated',
    '554 5.7.1 your address is listed at a blocklist',
    '550 5.4.5 daily user sending quota exceeded',
  ],
  data: ['451 4.3.0 not now', '554 5.5.1 no valid recipients', '421 4.3.2 closing'],
  dot: [
    '451 4.3.0 not now',
    '554 5.7.1 content refused',
    '552 5.3.4 message too big',
    '421 4.3.2 closing',
    '452 4.3.1 disk full',
  ],
}

/** Phases in which a reply is due; in the others only the connection can fail. */
const SILENT_PHASES: Phase[] = ['content', 'accepted', 'done']

/** Sessions are few: their phases fail more often. */
const SESSION_PHASES: Phase[] = ['greeting', 'ehlo', 'auth']

export const faults: NonNullable<MailPlan['faults']> = Object.fromEntries(
  [...(Object.keys(REPLIES) as Phase[]), ...SILENT_PHASES].map(phase => {
    const replies = (REPLIES[phase] ?? []).map(reply => ({ reply }))
    return [
      phase,
      { probability: SESSION_PHASES.includes(phase) ? 0.12 : 0.05, steps: [...ENDS, ...replies, SLOW] },
    ]
  }),
)

/** The same answer to everybody for a while, phase by phase. */
export const storms: NonNullable<MailPlan['faults']>[] = Object.entries(REPLIES).flatMap(([phase, replies]) =>
  replies.map(reply => ({ [phase]: { probability: 1, steps: [{ reply }] } })),
)

/** Every fault of every phase, or only the ends of connections, as the server's event log names them. */
export const listFaults = (which: 'all' | 'ends'): string[] =>
  Object.entries(faults).flatMap(([phase, { steps }]) =>
    steps.filter(({ end }) => which === 'all' || end).map(step => `${phase} ${describeFault(step)}`),
  )
