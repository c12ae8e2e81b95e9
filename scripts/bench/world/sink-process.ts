// A SMTP server that takes everything, as fast as it can or with every reply late. Arguments: port, delay in ms.
import { createServer, type Socket } from 'node:net'

const [port, delayMs] = process.argv.slice(2).map(Number) as [number, number]
const END_OF_DATA = Buffer.from('\r\n.\r\n')

const server = createServer({ noDelay: true }, socket => {
  socket.on('error', () => {})
  const reply =
    delayMs > 0
      ? (text: string) => setTimeout(write, delayMs, socket, text)
      : (text: string) => write(socket, text)
  reply('220 sink.example.org ESMTP\r\n')
  let rest = Buffer.alloc(0)
  let isData = false
  socket.on('data', chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const mark = isData ? END_OF_DATA : '\r\n'
      const end = rest.indexOf(mark)
      if (end < 0) return
      const line = isData ? '' : rest.toString('latin1', 0, end)
      rest = rest.subarray(end + mark.length)
      if (isData) reply('250 2.0.0 Ok\r\n')
      else answer(socket, line, reply)
      isData = !isData && /^data$/i.test(line)
    }
  })
})
server.listen(port, '127.0.0.1')
// without its parent nobody wants it any more
process.on('disconnect', () => process.exit(0))

function answer(socket: Socket, line: string, reply: (text: string) => void): void {
  const verb = line.slice(0, 4).toUpperCase()
  if (verb === 'DATA') reply('354 End data with <CR><LF>.<CR><LF>\r\n')
  else if (verb === 'EHLO') reply('250-sink.example.org\r\n250 8BITMIME\r\n')
  else if (verb === 'QUIT') socket.end('221 2.0.0 Bye\r\n')
  else reply('250 2.1.0 Ok\r\n')
}

function write(socket: Socket, text: string): void {
  if (socket.writable) socket.write(text)
}
