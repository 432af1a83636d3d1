import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

const DAEMONS = '/usr/lib/postfix/sbin'

/** Why Postfix cannot run here; empty where it can. It needs root to start. */
export const whyNoPostfix = (): string =>
  !existsSync(join(DAEMONS, 'master'))
    ? 'Postfix is not installed'
    : process.getuid?.() === 0
      ? ''
      : 'Postfix starts as root only'

const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postfix'], { encoding: 'utf8' }))

/** A Postfix of our own, apart from one that the machine may run: takes mail for northwind.example into one mailbox. */
export interface Postfix {
  port: number
  start(): void
  stop(): void
  /** The messages that it took, as they stand in the mailbox. */
  messages(): string[]
  remove(): void
}

export async function makePostfix(): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-postfix-'))
  const port = await freePort()
  const [uid, gid] = [idOf('-u'), idOf('-g')]
  chmodSync(folder, 0o755)
  for (const name of ['conf', 'spool', 'data', 'mail']) mkdirSync(join(folder, name), { mode: 0o755 })
  for (const name of ['data', 'mail']) chownSync(join(folder, name), uid, gid)
  const conf = join(folder, 'conf')
  writeFileSync(
    join(conf, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${folder}/spool
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = ${DAEMONS}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.northwind.example
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = northwind.example
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${gid}
virtual_minimum_uid = 1
maillog_file_prefixes = ${folder}
maillog_file = ${folder}/log
smtpd_tls_security_level = may
smtpd_tls_cert_file = ${conf}/cert.pem
smtpd_tls_key_file = ${conf}/key.pem
smtpd_tls_received_header = yes
`,
  )
  writeFileSync(
    join(conf, 'master.cf'),
    `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`,
  )
  // Signed by itself: nobody can check it. Postfix depends on openssl.
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=mx.northwind.example'],
      ...['-keyout', join(conf, 'key.pem'), '-out', join(conf, 'cert.pem')],
    ],
    { stdio: 'ignore' },
  )
  const run = (what: string) => execFileSync('postfix', ['-c', conf, what], { stdio: 'ignore' })
  const inbox = join(folder, 'mail', 'inbox', 'new')
  return {
    port,
    start: () => run('start'),
    stop: () => run('stop'),
    messages: () =>
      existsSync(inbox) ? readdirSync(inbox).map((name) => readFileSync(join(inbox, name), 'utf8')) : [],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
