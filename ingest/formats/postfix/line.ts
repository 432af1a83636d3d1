/** Postfix's daemons that log of messages and clients (master.cf); others are counted together. */
const DAEMONS = new Set(
  (
    'smtp lmtp local virtual pipe error discard retry bounce defer trace qmgr oqmgr nqmgr smtpd postscreen cleanup ' +
    'pickup anvil scache tlsproxy tlsmgr verify dnsblog trivial-rewrite proxymap flush showq master postsuper ' +
    'sendmail postdrop postqueue postalias postmap postlog postfix-script proxywrite postlogd'
  ).split(' '),
)

/** `postfix-out/submission/smtpd` gives `smtpd`, `mta1/smtp` gives `smtp`; '' where the program is not Postfix's. */
export function daemonOf(program: string): string {
  const slash = program.lastIndexOf('/')
  if (slash === -1) return ''
  const name = program.slice(slash + 1)
  if (DAEMONS.has(name)) return name
  return program.startsWith('postfix') ? 'other_daemon' : ''
}

const isHex = (code: number) => (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46)

// Long ids are base 52, without vowels (postconf(5), enable_long_queue_ids); short ones hexadecimal, upper case.
const LONG = new Set([...'0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz'].map((c) => c.charCodeAt(0)))

/** Length of the queue id, or of `NOQUEUE`, that a message begins with; 0 where there is none (`warning: ...`). */
export function queueIdLength(message: string): number {
  const colon = message.indexOf(':')
  if (colon < 5 || colon > 40 || message.charCodeAt(colon + 1) !== 0x20) return 0
  let at = 0
  while (at < colon && isHex(message.charCodeAt(at))) at++
  if (at === colon) return colon
  for (at = 0; at < colon; at++)
    if (!LONG.has(message.charCodeAt(at))) return message.startsWith('NOQUEUE:') ? colon : 0
  return colon >= 10 ? colon : 0
}

// How the lines begin in which smtp(8) says that a host failed and that it goes on to the next one.
const NEXT_HOST = [
  'host ',
  'lost connection with ',
  'conversation with ',
  'connect to ',
  'Cannot start TLS',
  'SASL ',
]

/** Names the rule that ignores a line of a message which tells no recipient's fate. */
export function noticeRule(daemon: string, text: string): string {
  if (daemon === 'smtp' || daemon === 'lmtp')
    return NEXT_HOST.some((begin) => text.startsWith(begin)) ? 'postfix.next_host' : 'postfix.delivery_notice'
  if (text.includes(' notification: ')) return 'postfix.notification'
  return `postfix.${daemon}_notice`
}

/**
 * Domain of the visible From in `header From: Name <a@b.example> from host[ip]; from=<...> ...: text`, which a
 * header check with INFO or WARN writes; '' where there is none.
 */
export function headerFromDomain(text: string): string {
  const mark = 'header From: '
  const at = text.indexOf(mark)
  if (at === -1 || at > 20) return ''
  const tail = text.indexOf('; from=<', at)
  const client = text.lastIndexOf(' from ', tail === -1 ? text.length : tail)
  const field = text.slice(at + mark.length, client > at + mark.length ? client : text.length)
  const open = field.lastIndexOf('<')
  const close = open === -1 ? -1 : field.indexOf('>', open)
  const address = close === -1 ? field : field.slice(open, close)
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return address.includes('@') ? (/^[^\s"(),:;<>@[\]]{1,255}/.exec(domain)?.[0].toLowerCase() ?? '') : ''
}
