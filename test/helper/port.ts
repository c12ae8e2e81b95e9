import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what Linux and macOS give to programs that ask for any port (32768 or 49152): nobody gets it by chance. */
const LOWEST = 20_000
const HIGHEST = 32_700

/** A port on 127.0.0.1 that is free, for a program that must be told one; test files that run at once draw others. */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
