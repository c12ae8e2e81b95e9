import type { Moment, Phase, Step } from '../../../test/helper/smtp.ts'

/** What a mail server does beside accepting mails. */
export interface MailPlan {
  seed: number
  /** Each phase takes a random time up to so many ms. */
  delays?: Partial<Record<Phase, number>>
  faults?: Partial<Record<Phase, PhaseFaults>>
  /** Every moment is asked of the parent process, which answers with a step. */
  asks?: boolean
  /** Wants a login from its clients: user `daybatch`, password `secret`. */
  auth?: boolean
}

/** With this probability, one of `steps` after the other. */
export interface PhaseFaults {
  probability: number
  steps: FaultStep[]
}

/** A reply in place of the usual one, or an end of the connection, after a silence of `silenceMs`. */
export interface FaultStep {
  silenceMs?: number
  reply?: string
  end?: 'drop' | 'reset'
}

/** What a server did out of the ordinary, and every 354 it gave: a line of its event log. */
export interface MailEvent {
  recipient: string
  phase: Phase
  /** `354`, or what was done instead of the usual. */
  step: string
}

export type ToServer =
  | { type: 'plan'; plan: MailPlan }
  | { type: 'step'; id: number; step: Step }
  | { type: 'dropAll' }
  | { type: 'stop' }

export type FromServer =
  | { type: 'listening'; port: number }
  /** A client's first mail came in; its name is the one of its EHLO. */
  | { type: 'hello'; client: string }
  | { type: 'moment'; id: number; moment: Moment }

export const describeFault = ({ silenceMs, reply, end }: FaultStep): string =>
  [silenceMs && 'silence', reply, end].filter(Boolean).join(' and ')
