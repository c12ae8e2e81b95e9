import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import t from 'tap'
import { createSmtpTransport } from '../../src/delivery/transport.ts'
import { makeMail } from './mail.ts'

t.test('SMTPUTF8 (RFC 6531) is asked for only where an address needs it; a domain never does', async t => {
  const asked: [recipient: string, isAsked: boolean][] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    hideSMTPUTF8: false,
    onData(stream, { envelope }, answer) {
      const args = (envelope.mailFrom as { args: Record<string, unknown> | false }).args
      asked.push([envelope.rcptTo[0]!.address, args !== false && 'SMTPUTF8' in args])
      stream.resume().on('end', () => answer())
    },
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  const transport = createSmtpTransport({ url: `smtp://127.0.0.1:${port}`, connections: 1 })
  t.teardown(async () => transport.close({ force: true }))
  for (const address of ['ada@example.org', 'ada@bücher.example', 'дмитрий@example.org', 'bob@example.org'])
    t.match(await transport.send(makeMail(address), { permit: async () => {} }), {
      stage: 'message',
      reply_code: 250,
    })
  t.same(asked, [
    ['ada@example.org', false],
    // came as xn--bcher-kva.example: the server shows it so
    ['ada@bücher.example', false],
    ['дмитрий@example.org', true],
    ['bob@example.org', false],
  ])
})
