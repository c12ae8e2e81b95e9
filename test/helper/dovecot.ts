import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { findPort } from './port.ts'
import { until } from './until.ts'

const PROGRAM = '/usr/sbin/dovecot'
/** What root becomes for it. */
const NOBODY = 65_534

export interface ImapServer {
  /** `imap://user:password@127.0.0.1:port/INBOX` */
  url: string
  password: string
  /** Puts a mail into the inbox, as a mail server does. */
  deliver(name: string, mail: string): Promise<void>
}

/** A dovecot of its own on loopback, without rights of root; undefined, with a clear line, where it is not installed. */
export async function startDovecot(t: Test): Promise<ImapServer | undefined> {
  const version = await promisify(execFile)(PROGRAM, ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
  if (version === undefined || !version.startsWith('2.3')) {
    t.comment(
      `skipped: ${version ? `dovecot ${version} is configured otherwise than 2.3` : 'dovecot is not installed (Debian: dovecot-imapd)'}`,
    )
    return undefined
  }
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-dovecot-'))
  await chmod(folder, 0o755)
  const isRoot = process.getuid?.() === 0
  const [uid, gid] = isRoot ? [NOBODY, NOBODY] : [userInfo().uid, userInfo().gid]
  const mail = join(folder, 'mail')
  for (const path of ['run', 'state', 'mail', 'mail/new', 'mail/cur', 'mail/tmp']) {
    await mkdir(join(folder, path))
    await chown(join(folder, path), uid, gid)
  }
  await chown(folder, uid, gid)
  const port = await findPort()
  const password = `secret-${process.pid}-${port}`
  const config = join(folder, 'dovecot.conf')
  await writeFile(config, await makeConfig({ folder, port, password, uid, gid }))
  const child = spawn(PROGRAM, ['-F', '-c', config], { stdio: 'ignore', ...(isRoot && { uid, gid }) })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  await until(() => listens(port))
  return {
    url: `imap://bounces:${password}@127.0.0.1:${port}/INBOX`,
    password,
    async deliver(name, content) {
      await writeFile(join(mail, 'tmp', name), content)
      await rename(join(mail, 'tmp', name), join(mail, 'new', name))
    },
  }
}

interface Settings {
  folder: string
  port: number
  password: string
  uid: number
  gid: number
}

async function makeConfig({ folder, port, password, uid, gid }: Settings): Promise<string> {
  const nameOf = async (option: string) =>
    (await promisify(execFile)('id', [option, String(uid)])).stdout.trim()
  const [user, group] = [await nameOf('-un'), await nameOf('-gn')]
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
first_valid_uid = 1
mail_location = maildir:${folder}/mail
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
`
}

const listens = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
