import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Testing } from './database.ts'
import { CERTIFICATE, PASSWORD, USER } from './mail-server.ts'
import { findPort } from './port.ts'

const KEY = CERTIFICATE.replace('certificate', 'key')
const PROGRAMS = ['/usr/sbin/postfix', '/usr/sbin/postgrey', '/usr/sbin/dovecot']

export interface Postfix {
  port: number
  /** What it logged so far. */
  log(): Promise<string>
}

export interface PostfixOptions {
  /** Where everything that it accepts goes. */
  nextHop: number
  /** It answers 550 to this recipient. */
  refused: string
  /** It greylists this recipient. */
  greylisted: string
  /** Mails to this domain go to a command of the shell, on its standard input. */
  pipe: { domain: string; command: string }
}

/** Why Postfix cannot be run here; undefined: it can. */
export async function explainMissingPostfix(): Promise<string | undefined> {
  // its own programs change to users of their own
  if (process.getuid?.() !== 0) return 'Postfix runs only as root'
  for (const program of PROGRAMS) {
    const isThere = await access(program).then(
      () => true,
      () => false,
    )
    if (!isThere) return `${program} is not installed: apt-get install postfix postgrey dovecot-imapd`
  }
  return undefined
}

/** A Postfix of its own on loopback, which wants TLS and a login, with Postgrey beside it; ended by their pids. */
export async function startPostfix(t: Testing, options: PostfixOptions): Promise<Postfix> {
  const folder = await mkdtemp(join(tmpdir(), 'daybatch-postfix-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o755)
  const [port, greyPort] = [await findPort(), await findPort()]
  for (const name of ['etc', 'queue', 'data', 'sasl', 'grey']) await mkdir(join(folder, name))
  await run(['chown', 'postfix', join(folder, 'data')])
  await run(['chown', 'postgrey', join(folder, 'grey')])
  await writeSaslFiles(folder)
  await writeFile(join(folder, 'etc/main.cf'), describeMain(folder, { ...options, greyPort }))
  await writeFile(join(folder, 'etc/master.cf'), describeServices(port, options.pipe.command))
  const grey = spawn(
    '/usr/sbin/postgrey',
    [
      `--inet=127.0.0.1:${greyPort}`,
      '--delay=1',
      `--dbdir=${join(folder, 'grey')}`,
      `--pidfile=${join(folder, 'grey.pid')}`,
    ],
    { stdio: 'ignore' },
  )
  t.teardown(() => end(grey))
  const dovecot = spawn('/usr/sbin/dovecot', ['-F', '-c', join(folder, 'sasl/dovecot.conf')], {
    stdio: 'ignore',
  })
  t.teardown(() => end(dovecot))
  const postfix = spawn('/usr/sbin/postfix', ['-c', join(folder, 'etc'), 'start-fg'], { stdio: 'ignore' })
  t.teardown(async () => {
    await endMaster(join(folder, 'queue/pid/master.pid'))
    await end(postfix)
  })
  await waitForPort(greyPort, grey)
  await waitForPort(port, postfix)
  return { port, log: () => readFile(join(folder, 'maillog'), 'utf8').catch(() => '') }
}

/** Dovecot answers for logins, as it does beside most Postfixes. */
async function writeSaslFiles(folder: string): Promise<void> {
  await writeFile(join(folder, 'sasl/users'), `${USER}:{PLAIN}${PASSWORD}::::::\n`)
  await writeFile(
    join(folder, 'sasl/dovecot.conf'),
    `base_dir = ${folder}/dovecot
log_path = ${folder}/dovecot.log
protocols =
ssl = no
auth_mechanisms = plain
passdb {
  driver = passwd-file
  args = ${folder}/sasl/users
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}
service auth {
  unix_listener ${folder}/login {
    mode = 0666
  }
}
`,
  )
}

function describeMain(folder: string, options: PostfixOptions & { greyPort: number }): string {
  const settings: Record<string, string> = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'maillog'),
    maillog_file_prefixes: folder,
    myhostname: 'mta.example.org',
    mydestination: '',
    mynetworks: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    relayhost: `[127.0.0.1]:${options.nextHop}`,
    transport_maps: `inline:{ {${options.pipe.domain} = daybatch:} }`,
    // what could not be handed on is tried again at once
    queue_run_delay: '1s',
    minimal_backoff_time: '1s',
    maximal_backoff_time: '1s',
    smtp_tls_security_level: 'none',
    smtpd_tls_cert_file: CERTIFICATE,
    smtpd_tls_key_file: KEY,
    smtpd_tls_security_level: 'encrypt',
    smtpd_tls_auth_only: 'yes',
    smtpd_tls_loglevel: '1',
    smtpd_sasl_auth_enable: 'yes',
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: join(folder, 'login'),
    smtpd_restriction_classes: 'greylist',
    greylist: `check_policy_service inet:127.0.0.1:${options.greyPort}`,
    smtpd_relay_restrictions: 'permit_sasl_authenticated, reject',
    smtpd_recipient_restrictions: `check_recipient_access inline:{ {${options.refused} = 550 5.1.1 no such user} {${options.greylisted} = greylist} }, permit_sasl_authenticated, reject`,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

function describeServices(port: number, command: string): string {
  const services = [
    [`127.0.0.1:${port}`, 'inet', 'n', '-', 'n', '-', '-', 'smtpd'],
    ['cleanup', 'unix', 'n', '-', 'n', '-', '0', 'cleanup'],
    ['qmgr', 'unix', 'n', '-', 'n', '300', '1', 'qmgr'],
    ['rewrite', 'unix', '-', '-', 'n', '-', '-', 'trivial-rewrite'],
    ['bounce', 'unix', '-', '-', 'n', '-', '0', 'bounce'],
    ['defer', 'unix', '-', '-', 'n', '-', '0', 'bounce'],
    ['trace', 'unix', '-', '-', 'n', '-', '0', 'bounce'],
    ['smtp', 'unix', '-', '-', 'n', '-', '-', 'smtp'],
    ['relay', 'unix', '-', '-', 'n', '-', '-', 'smtp'],
    ['error', 'unix', '-', '-', 'n', '-', '-', 'error'],
    ['retry', 'unix', '-', '-', 'n', '-', '-', 'error'],
    ['tlsmgr', 'unix', '-', '-', 'n', '1000?', '1', 'tlsmgr'],
    ['anvil', 'unix', '-', '-', 'n', '-', '1', 'anvil'],
    ['scache', 'unix', '-', '-', 'n', '-', '1', 'scache'],
    ['proxymap', 'unix', '-', '-', 'n', '-', '-', 'proxymap'],
    ['daybatch', 'unix', '-', 'n', 'n', '-', '-', 'pipe', `user=nobody argv=/bin/sh -c {${command}}`],
    ['postlog', 'unix-dgram', 'n', '-', 'n', '-', '1', 'postlogd'],
  ]
  return services.map(fields => `${fields.join(' ')}\n`).join('')
}

async function run([file, ...args]: [string, ...string[]], input = ''): Promise<void> {
  const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  // who reads nothing may be gone
  child.stdin!.on('error', () => {})
  child.stdin!.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Postfix's own process has a session of its own, and outlives the command that started it. */
async function endMaster(file: string): Promise<void> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''))
  if (pid <= 1) return
  process.kill(pid, 'SIGTERM')
  const isThere = () =>
    readFile(`/proc/${pid}/stat`, 'utf8').then(
      stat => !/\) Z /.test(stat),
      () => false,
    )
  while (await isThere()) await sleep(20)
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`)
    await sleep(50)
  }
}
