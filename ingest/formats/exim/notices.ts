// What Exim notes beside deliveries and refusals, by how the line starts.
const STARTS: [string, string][] = [
  ['no host name found', 'exim.host_lookup'],
  ['no IP address found', 'exim.host_lookup'],
  ['Spool file ', 'exim.queue'],
  ['Message is frozen', 'exim.queue'],
  ['Frozen', 'exim.queue'],
  ['Unfrozen', 'exim.queue'],
  ['cancelled by', 'exim.queue'],
  ['removed by', 'exim.queue'],
  ['Start queue run', 'exim.queue_run'],
  ['End queue run', 'exim.queue_run'],
  ['no immediate delivery', 'exim.queue'],
  ['SMTP connection from', 'exim.connection'],
  ['SMTP call from', 'exim.connection'],
  ['SMTP command timeout', 'exim.connection'],
  ['SMTP data timeout', 'exim.connection'],
  ['SMTP protocol', 'exim.connection'],
  ['SMTP syntax error', 'exim.connection'],
  ['unexpected disconnection', 'exim.connection'],
  ['no MAIL in', 'exim.connection'],
  ['Connection from', 'exim.connection'],
  ['TLS error on connection', 'exim.connection'],
  ['TLS session', 'exim.connection'],
  ['ETRN ', 'exim.connection'],
  ['DKIM: ', 'exim.dkim'],
  ['exim ', 'exim.daemon'],
  ['SIGHUP', 'exim.daemon'],
]

/** The rule that ignores a line which tells of no attempt for a recipient and refuses nothing. */
export function noticeRule(id: string, rest: string): string {
  if (rest.startsWith('H=')) {
    if (rest.includes(' sender verify ')) return 'exim.sender_verify'
    if (rest.includes(' incomplete transaction ')) return 'exim.connection'
    if (rest.includes('Warning: ')) return 'exim.warning'
    // One host of several that were tried: the line of the recipient follows.
    if (id !== '') return 'exim.host_attempt'
  }
  for (const [start, rule] of STARTS) if (rest.startsWith(start)) return rule
  return id === '' ? 'exim.notice' : 'exim.message_notice'
}
