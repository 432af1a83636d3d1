/** What the tables must say of one line, by the one who wrote it. */
export interface Expected {
  queue_id: string
  message_id: string
  sender: string
  recipient: string
  outcome: 'delivered' | 'deferred' | 'bounced' | 'expired'
}

/** A line as it is sent, and what it means; `dead` for one that nobody can read. */
export interface Written {
  line: string
  means: Expected | 'dead' | 'nothing'
}

/** Random numbers from a seed: the same seed gives the same run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Message {
  id: string
  message_id: string
  sender: string
  recipient: string
  tries: number
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAEMONS = ['dovecot', 'systemd', 'cron'] as const

/**
 * A Postfix log of one host without an end: messages whose lines are interleaved, delivered, bounced, deferred and
 * given up much later, so that what a line means depends on lines long before; besides, other programs' lines and
 * lines that nobody can read. Times have no year.
 */
export function* traffic(
  host: string,
  random: (below: number) => number,
  from: number,
): Generator<Written, never> {
  const open: Message[] = []
  let number = 0
  let now = from

  function line(program: string, text: string): string {
    now += random(40)
    const time = new Date(now)
    const day = String(time.getUTCDate()).padStart(2)
    return `${MONTHS[time.getUTCMonth()]} ${day} ${time.toISOString().slice(11, 19)} ${host} ${program}[${100 + random(900)}]: ${text}`
  }
  const nothing = (program: string, text: string): Written => ({
    line: line(program, text),
    means: 'nothing',
  })
  const meaning = (message: Message, outcome: Expected['outcome']): Expected => ({
    queue_id: message.id,
    message_id: message.message_id,
    sender: message.sender,
    recipient: message.recipient,
    outcome,
  })

  for (;;) {
    const draw = random(100)
    if (draw === 0) {
      yield { line: `garbage of ${host} ${number++} \u0001 {`, means: 'dead' }
      continue
    }
    if (draw < 3) {
      yield nothing(DAEMONS[random(3)] ?? 'cron', `something else ${random(1e6)}`)
      continue
    }
    let message =
      open.length > 300 || (open.length > 0 && draw < 40) ? open.splice(random(open.length), 1)[0] : undefined
    if (message === undefined) {
      const id = `${(0xa00000 + number).toString(16).toUpperCase()}${host.slice(-1).toUpperCase().charCodeAt(0).toString(16).toUpperCase()}`
      message = {
        id,
        message_id: `${number}.${host}@s.example`,
        sender: `list${random(50)}@s${random(9)}.example`,
        recipient: `user${random(5000)}@d${random(60)}.example`,
        tries: 0,
      }
      number++
      yield nothing('postfix/cleanup', `${id}: message-id=<${message.message_id}>`)
      yield nothing(
        'postfix/qmgr',
        `${id}: from=<${message.sender}>, size=${1000 + random(90000)}, nrcpt=1 (queue active)`,
      )
    }
    message.tries++
    const { id, recipient, sender } = message
    const relay = `mx.d.example[192.0.2.${random(250)}]`
    const common = `to=<${recipient}>, relay=${relay}:25, delay=${random(90)}, delays=0/0/0/1`
    if (message.tries > 4) {
      yield {
        line: line('postfix/qmgr', `${id}: from=<${sender}>, status=expired, returned to sender`),
        means: meaning(message, 'expired'),
      }
    } else {
      const kind = random(10)
      if (kind < 6) {
        yield {
          line: line(
            'postfix/smtp',
            `${id}: ${common}, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ${random(1e9)})`,
          ),
          means: meaning(message, 'delivered'),
        }
      } else if (kind < 8) {
        const reply = `host ${relay} said: 550 5.1.1 <${recipient}>: Recipient address rejected: User unknown (in reply to RCPT TO command)`
        yield {
          line: line('postfix/smtp', `${id}: ${common}, dsn=5.1.1, status=bounced (${reply})`),
          means: meaning(message, 'bounced'),
        }
      } else {
        const reply = `host ${relay} said: 451 4.7.1 try again later ${random(1e6)} (in reply to RCPT TO command)`
        yield {
          line: line('postfix/smtp', `${id}: ${common}, dsn=4.7.1, status=deferred (${reply})`),
          means: meaning(message, 'deferred'),
        }
        open.push(message)
        continue
      }
    }
    yield nothing('postfix/qmgr', `${id}: removed`)
  }
}
