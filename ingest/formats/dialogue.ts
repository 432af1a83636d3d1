import { emptyEvent } from '../../schemas/delivery-events.ts'
import type { LoggedEvent, Stage } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { LogRecord } from '../log-record.ts'
import { type About, CORRELATED, type Disposition } from './format.ts'
import { stageOf } from './stage.ts'
import { setReply } from './values.ts'

/** What an SMTP session that is logged line by line said so far; commands wait for their replies in order (RFC 2920). */
interface Session {
  /** The name in the greeting of a server that we called. */
  host: string
  ip: string
  waiting: string[]
  from: string
  accepted: string[]
}

/** What a reply decided for one recipient, or before there was any (`''`). */
interface Answer {
  recipient: string
  stage: Stage
  reply: string
  isRefused: boolean
}

// A hostile client may send commands without end.
const MAX_WAITING = 200
const MAX_ACCEPTED = 1000

const REPLY = /^[2-5]\d\d(?:[ -]|$)/
const COMMAND =
  /^(?:EHLO|HELO|STARTTLS|AUTH|MAIL FROM|RCPT TO|DATA|BDAT|RSET|QUIT|NOOP|VRFY|X-ANONYMOUSTLS|XEXCH50|XPROXY|XSHADOW)/i

/** A session of which nothing is known. */
const emptySession = (ip: string): Session => ({
  host: '',
  ip: detached(ip),
  waiting: [],
  from: '',
  accepted: [],
})

/** Whether a line of a session is a command. */
const isCommand = (line: string): boolean => COMMAND.test(line)

/** Takes a command that was sent. */
function ask(session: Session, command: string): void {
  if (session.waiting.length < MAX_WAITING) session.waiting.push(detached(command.slice(0, 600)))
}

const addressOf = (command: string): string => {
  const open = command.indexOf('<')
  const close = command.indexOf('>', open)
  return open === -1 || close === -1 ? '' : command.slice(open + 1, close)
}

const EARLY: ReadonlySet<Stage> = new Set<Stage>(['connect', 'helo', 'starttls', 'auth'])

/** Takes a whole reply, and gives what it decided. */
function answer(session: Session, reply: string): Answer[] {
  const isGreeting = session.waiting.length === 0
  const command = session.waiting.shift() ?? ''
  const stage = isGreeting ? 'connect' : stageOf(command)
  const isRefused = reply.startsWith('4') || reply.startsWith('5')
  const decided = (recipient: string): Answer => ({ recipient, stage, reply, isRefused })
  if (isGreeting && !isRefused) {
    const name = reply.slice(4).split(' ', 1)[0] ?? ''
    if (name.includes('.') && session.host === '') session.host = detached(name)
    return []
  }
  if (stage === 'mail_from') {
    session.accepted = []
    session.from = addressOf(command)
    return isRefused ? [decided('')] : []
  }
  if (stage === 'rcpt_to') {
    if (isRefused) return [decided(addressOf(command))]
    if (session.accepted.length < MAX_ACCEPTED) session.accepted.push(addressOf(command))
    return []
  }
  if (stage === 'data' && reply.startsWith('354')) {
    // The reply to the whole message comes next.
    session.waiting.unshift('.')
    return []
  }
  if (stage === 'data' || stage === 'end_of_data') {
    // Of several parts (RFC 3030) only the last decides.
    if (!isRefused && /^BDAT/i.test(command) && !/ LAST\b/i.test(command)) return []
    const recipients = session.accepted
    session.accepted = []
    return recipients.map(decided)
  }
  return isRefused && EARLY.has(stage) ? [decided('')] : []
}

/** The events of answers, all but their time, host, format and reply: the formats that follow dialogues fill these alike. */
function eventsOf(session: Session, answers: readonly Answer[], isSend: boolean): LoggedEvent[] {
  // What we take from a client is delivered later, and logged elsewhere.
  return answers
    .filter(({ isRefused }) => isRefused || isSend)
    .map((said) => {
      const event = emptyEvent()
      event.stage = said.stage
      event.sender = session.from
      event.recipient = said.recipient
      event.remote_ip = session.ip
      event.remote_host = isSend ? session.host : ''
      event.source_ip = isSend ? '' : session.ip
      event.direction = isSend ? 'outbound' : 'inbound'
      event.outcome = !isSend
        ? 'rejected'
        : said.reply.startsWith('2')
          ? 'delivered'
          : said.reply.startsWith('4')
            ? 'deferred'
            : 'bounced'
      setReply(event, said.reply)
      return event
    })
}

/** What a line of a session came to: its events, with what the line itself tells of them. */
export function told(
  events: LoggedEvent[],
  { host }: LogRecord,
  source_format: string,
  event_time: number,
): Disposition {
  for (const event of events) {
    event.event_time = event_time
    event.log_host = host
    event.source_format = source_format
  }
  return events.length > 0 ? { kind: 'events', events } : CORRELATED
}

/** What the formats that follow dialogues have in common, for people. */
export const DIALOGUE: Pick<About, 'directions' | 'correlates' | 'fills'> = {
  directions: ['outbound', 'inbound'],
  correlates: true,
  fills: [
    'log_host',
    'sender',
    'recipient',
    'remote_host',
    'remote_ip',
    'source_ip',
    'stage',
    'reply_code',
    'enhanced_code',
    'reply_text',
  ],
}

/** The sessions under way, each kept in the correlator under its key. */
export function openSessions(messages: Correlator) {
  /**
   * Takes a line of a session: a command or a whole reply, `isOurs` where we sent it. Gives the events that a reply
   * decided; undefined where the line is neither.
   */
  function take(key: string, ip: string, isOurs: boolean, line: string): LoggedEvent[] | undefined {
    const isAsked = isCommand(line)
    if (!isAsked && !REPLY.test(line)) return undefined
    const session = messages.kept(key, () => emptySession(ip))
    if (!isAsked) return eventsOf(session, answer(session, line), !isOurs)
    ask(session, line)
    return []
  }

  return { take, end: (key: string) => messages.end(key) }
}
