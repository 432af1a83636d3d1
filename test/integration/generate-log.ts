/**
 * Lines of a Postfix log with everything that spans lines and blocks: messages whose recipients are delivered,
 * bounced, deferred several times and expired days later, interleaved, over a month's end. The same seed gives the
 * same lines. Times are UTC and have no year, as syslog writes them.
 */
export function generateLog(lines: number, seed = 1): string[] {
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const start = Date.UTC(2026, 9, 29)
  const end = Date.UTC(2026, 10, 3)
  const out: string[] = []
  const open: { id: string; to: string; sender: string; tries: number }[] = []
  let number = 0
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  const write = (daemon: string, text: string): void => {
    const time = new Date(start + ((end - start) * out.length) / lines)
    const clock = time.toISOString().slice(11, 19)
    out.push(
      `${months[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)} ${clock} mx1 postfix/${daemon}[1]: ${text}`,
    )
  }
  while (out.length < lines) {
    const retry = open.length > 400 || (open.length > 0 && random(3) === 0)
    const message = retry
      ? open.splice(random(open.length), 1)[0]
      : {
          id: (0xabc000 + number++).toString(16).toUpperCase(),
          to: `user${random(500)}@d${random(40)}.example`,
          sender: `list${random(5)}@s${random(3)}.example`,
          tries: 0,
        }
    if (message === undefined) continue
    const { id, to, sender } = message
    if (message.tries === 0) {
      write('cleanup', `${id}: message-id=<${id}@s.example>`)
      write('qmgr', `${id}: from=<${sender}>, size=${1000 + random(9000)}, nrcpt=1 (queue active)`)
    }
    message.tries++
    const common = `to=<${to}>, relay=mx.e.example[192.0.2.${random(250)}]:25, delay=1, delays=0/0/0/1`
    const outcome = message.tries > 3 ? 'expired' : ['sent', 'sent', 'bounced', 'deferred'][random(4)]
    if (outcome === 'sent') write('smtp', `${id}: ${common}, dsn=2.0.0, status=sent (250 ok ${random(1e6)})`)
    else if (outcome === 'bounced')
      write(
        'smtp',
        `${id}: ${common}, dsn=5.1.1, status=bounced (host mx.e.example[192.0.2.1] said: 550 5.1.1 User unknown ${random(1e6)} (in reply to RCPT TO command))`,
      )
    else if (outcome === 'expired')
      write('qmgr', `${id}: from=<${sender}>, status=expired, returned to sender`)
    else {
      write(
        'smtp',
        `${id}: ${common}, dsn=4.2.1, status=deferred (host mx.e.example[192.0.2.1] said: 450 4.2.1 try ${random(1e6)} later (in reply to RCPT TO command))`,
      )
      open.push(message)
      continue
    }
    write('qmgr', `${id}: removed`)
  }
  return out.slice(0, lines)
}
