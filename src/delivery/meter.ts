import type { DeliveryStatus } from '../db/rows.ts'
import type { Reply } from './reply.ts'

/** What became of a batch or its campaign here. */
export type BatchAction = 'opened' | 'closed' | 'completed'

/** What delivery tells of its work as it does it, for whoever counts. Its calls take microseconds and never throw. */
export interface DeliveryMeter {
  /** A try ended and is reported; `status`: what the database made of it, undefined when it did not know the delivery. */
  countMail(server: string, reply: Reply, status: DeliveryStatus | undefined): void
  countBatch(action: BatchAction): void
  /** The parts of a mail with its server. */
  timeMail(server: string, times: MailTimes): void
}

/** Milliseconds; undefined: the mail did not get so far. */
export interface MailTimes {
  /** Until a connection was free for it, or was opened for it. */
  wait?: number | undefined
  /** Opening that connection, where one was opened: TCP, TLS, greeting, login. */
  connect?: number | undefined
  /** MAIL, RCPT and DATA, until the server waited for the message. */
  envelope?: number | undefined
  /** Until `sending` was committed. */
  permit?: number | undefined
  /** From the first byte of the message to the server's last word. */
  message?: number | undefined
}
