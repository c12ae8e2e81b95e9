import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Testing } from '../helper/database.ts'
import { CERTIFICATE, type MailServer, PASSWORD, USER } from '../helper/mail-server.ts'
import { type Ended, PROJECT, startProgram } from '../helper/program.ts'

export interface Shell {
  folder: string
  /** Runs a command of src/cli.ts to its end. */
  run(args: string[], options?: { env?: Record<string, string>; input?: string }): Promise<Ended>
  /** Writes a file into the folder that commands are run in. */
  write(name: string, text: string | Buffer): Promise<void>
}

/** A folder to run commands in, with an environment for all of them. */
export async function makeShell(t: Testing, env: Record<string, string> = {}): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-command-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return {
    folder,
    run: (args, options) =>
      startProgram([process.execPath, join(PROJECT, 'src/cli.ts'), ...args], {
        cwd: folder,
        ...options,
        env: { ...env, ...options?.env },
      }).ended,
    write: (name, text) => writeFile(join(folder, name), text),
  }
}

/** The environment of somebody who sends by this server. */
export const mailSettings = ({ port }: MailServer): Record<string, string> => ({
  SMTP_URL: `smtp://${USER}:${PASSWORD}@localhost:${port}`,
  MAIL_FROM: 'Example Shop <news@example.com>',
  NODE_EXTRA_CA_CERTS: CERTIFICATE,
})
