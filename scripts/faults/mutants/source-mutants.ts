import type { Mutant } from './mutant.ts'

/** The guards that live in the service: between the server's 354 and the message data. */
export const sourceMutants: Mutant[] = [
  {
    guard: 'intent: data waits for the commit of begin_sending',
    edits: [
      { file: 'src/delivery/gate.ts', from: 'await this.#permit()', to: 'this.#permit().catch(() => {})' },
    ],
    checks: ['test/delivery/gate.test.ts'],
  },
  {
    guard: 'intent: permission is asked after the 354',
    edits: [
      {
        file: 'src/delivery/gate.ts',
        from: '    return message\n  }',
        to: '    message.read(0)\n    return message\n  }',
      },
    ],
    checks: ['test/delivery/gate.test.ts'],
  },
  {
    guard: 'a refused begin sends nothing',
    edits: [
      {
        file: 'src/delivery/exchange.ts',
        from: 'if (!row?.may_send) throw',
        to: 'if (row === undefined) throw',
      },
    ],
    checks: ['test/delivery/exchange.test.ts', 'test/delivery/worker.test.ts'],
  },
  {
    guard: '354 rule: no reply after the data is in doubt',
    edits: [
      {
        file: 'src/delivery/reply.ts',
        from: `noReply('message', describe(error))`,
        to: `noReply('data', describe(error))`,
      },
    ],
    checks: ['test/delivery/reply.test.ts', 'test/delivery/gate-fuzz.test.ts'],
  },
  {
    guard: '354 rule: only an answer to the final dot counts',
    edits: [
      {
        file: 'src/delivery/reply.ts',
        from: `error.code === 'EMESSAGE' && error.command === 'DATA' && code !== null`,
        to: 'code !== null',
      },
    ],
    checks: ['test/delivery/reply.test.ts', 'test/delivery/gate-fuzz.test.ts'],
  },
  {
    guard: 'a message is handed out once',
    edits: [{ file: 'src/delivery/gate.ts', from: `if (this.progress !== 'unconnected')`, to: 'if (false)' }],
    checks: ['test/delivery/gate.test.ts', 'test/delivery/gate-fuzz.test.ts'],
  },
  {
    guard: 'a lost lease stops its mails',
    edits: [
      {
        file: 'src/delivery/lease.ts',
        from: 'return !this.#isRevoked && performance.now() < this.#deadline',
        to: 'return true',
      },
    ],
    checks: ['test/delivery/exchange.test.ts', 'test/delivery/worker.test.ts'],
  },
  {
    guard: 'a report is repeated until it is written',
    edits: [
      { file: 'src/delivery/reporter.ts', from: 'if (!isTransient(error)) throw error', to: 'throw error' },
    ],
    checks: ['test/delivery/worker.test.ts'],
  },
  {
    guard: 'five mails, until a server has accepted one',
    edits: [
      {
        file: 'src/delivery/courier.ts',
        from: 'return Math.min(most, FIRST_MAILS - (this.#held.get(campaignId) ?? 0))',
        to: 'return most',
      },
    ],
    checks: ['test/delivery/first-mails.test.ts'],
  },
]
