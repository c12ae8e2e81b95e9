import type { NodemailerError } from 'nodemailer'
import type { OutcomeReport, Stage } from '../db/rows.ts'

/** Where a mail's conversation with the server ended, and what the server said. SQL decides what it means. */
export type Reply = Pick<OutcomeReport, 'stage' | 'reply_code' | 'enhanced_code' | 'reply_text'>

/**
 * How far the message data of a mail got; the one thing that tells "nothing was sent" from "nobody knows".
 *
 * - `unconnected`: no connection took it
 * - `unread`: a connection took it, the server's 354 was not seen
 * - `asked`: 354 seen, permission to send not given (yet, or refused)
 * - `released`: `sending` is committed and the data went to the socket
 */
export type DataProgress = 'unconnected' | 'unread' | 'asked' | 'released'

const LONGEST_TEXT = 1000
/** Our own enhanced code (RFC 3463) for a mail that can be made for nobody: the campaign's fault, no contact's. */
export const BAD_CONFIGURATION = '5.3.5'

/** `err.command` of nodemailer, as far as it is a command. */
const STAGES: [pattern: RegExp, stage: Stage][] = [
  [/^(EHLO|HELO)/, 'ehlo'],
  [/^STARTTLS/, 'starttls'],
  [/^AUTH/, 'auth'],
  [/^MAIL/, 'mail'],
  [/^RCPT/, 'rcpt'],
  [/^DATA/, 'data'],
]

/** The reply to an accepted mail: `response` is the server's answer to the final dot. */
export function readAcceptance(response: string, progress: DataProgress): Reply {
  // an answer to a message that was never sent is not an acceptance: the server lost step
  if (progress !== 'released') return noReply('data', `the server answered before the message: ${response}`)
  const { code, ...reply } = parse(response)
  return { stage: 'message', reply_code: code !== null && code < 300 ? code : null, ...reply }
}

/** What a failed mail is reported as. */
export function readFailure(error: NodemailerError, progress: DataProgress): Reply {
  const { code, ...reply } = parse(error.response ?? '')
  if (progress === 'released') {
    // only an answer to the final dot counts: any other end of the conversation leaves the mail in doubt,
    // whatever the error is called
    const isAnswer = error.code === 'EMESSAGE' && error.command === 'DATA' && code !== null && code >= 400
    return isAnswer ? { stage: 'message', reply_code: code, ...reply } : noReply('message', describe(error))
  }
  // its own stream failed before permission was asked: it could not be composed or signed
  if (progress === 'unread' && error.code === 'ESTREAM')
    return { ...noReply('render', describe(error)), enhanced_code: BAD_CONFIGURATION }
  const stage = progress === 'asked' ? 'data' : readStage(error, progress)
  return code === null ? noReply(stage, describe(error)) : { stage, reply_code: code, ...reply }
}

/** A stage that ended without a reply of the server; `text` says how. */
export function noReply(stage: Stage, text: string): Reply {
  return { stage, reply_code: null, enhanced_code: null, reply_text: clean(text) }
}

function readStage(error: NodemailerError, progress: DataProgress): Stage {
  const command = error.command ?? ''
  if (error.code === 'EAUTH') return 'auth'
  // refused by nodemailer itself, before a byte of it went out
  if (command === 'API' && error.code !== 'ECONNECTION') return 'render'
  for (const [pattern, stage] of STAGES) if (pattern.test(command)) return stage
  // the connection ended between two replies: with PIPELINING three commands are under way at once
  if (progress === 'unread') return 'mail'
  return error.code === 'ETLS' ? 'starttls' : 'connect'
}

/** RFC 5321 4.2 and RFC 2034: code, enhanced code, and the text of all lines on one. */
function parse(response: string): { code: number | null } & Pick<Reply, 'enhanced_code' | 'reply_text'> {
  const code = /^([2-5]\d\d)(?:[ -]|$)/.exec(response)?.[1]
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/m.exec(response)?.[1]
  return {
    code: code === undefined ? null : Number(code),
    enhanced_code: enhanced ?? null,
    reply_text: response === '' ? null : clean(response),
  }
}

function describe(error: NodemailerError): string {
  // ESTREAM only says that the message's own stream failed: with our refusal, or with what made it
  const code = error.originalCode ?? (error.code === 'ESTREAM' ? undefined : error.code)
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`
}

/** One line that jsonb takes (no NUL, no lone surrogates), with an end: it was written by a stranger. */
function clean(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replace(/\r?\n\d{3}[ -]?/g, ' ')
    .replace(/[\0-\x1f\x7f-\x9f]+|\p{Surrogate}/gu, ' ')
    .trim()
}
