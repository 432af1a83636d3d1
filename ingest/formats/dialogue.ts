import type { Outcome, Stage } from '../../schemas/event.ts'
import { stageOf } from './stage.ts'

/** What an SMTP session that is logged line by line said so far; commands wait for their replies in order (RFC 2920). */
export interface Session {
  /** The name in the greeting of a server that we called. */
  host: string
  ip: string
  waiting: string[]
  from: string
  accepted: string[]
}

/** What a reply decided for one recipient, or before there was any (`''`). */
export interface Answer {
  recipient: string
  stage: Stage
  reply: string
  isRefused: boolean
}

// A hostile client may send commands without end.
const MAX_WAITING = 200

export const REPLY = /^[2-5]\d\d(?:[ -]|$)/
const COMMAND =
  /^(?:EHLO|HELO|STARTTLS|AUTH|MAIL FROM|RCPT TO|DATA|BDAT|RSET|QUIT|NOOP|VRFY|X-ANONYMOUSTLS|XEXCH50|XPROXY|XSHADOW)/i

/** A session of which nothing is known. */
export const emptySession = (ip = ''): Session => ({ host: '', ip, waiting: [], from: '', accepted: [] })

/** Whether a line of a session is a command. */
export const isCommand = (line: string): boolean => COMMAND.test(line)

/** Takes a command that was sent. */
export function ask(session: Session, command: string): void {
  if (session.waiting.length < MAX_WAITING) session.waiting.push(command.slice(0, 600))
}

const addressOf = (command: string): string => {
  const open = command.indexOf('<')
  const close = command.indexOf('>', open)
  return open === -1 || close === -1 ? '' : command.slice(open + 1, close)
}

const EARLY: ReadonlySet<Stage> = new Set<Stage>(['connect', 'helo', 'starttls', 'auth'])

/** Takes a whole reply, and gives what it decided. */
export function answer(session: Session, reply: string): Answer[] {
  const isGreeting = session.waiting.length === 0
  const command = session.waiting.shift() ?? ''
  const stage = isGreeting ? 'connect' : stageOf(command)
  const isRefused = reply.startsWith('4') || reply.startsWith('5')
  const decided = (recipient: string): Answer => ({ recipient, stage, reply, isRefused })
  if (isGreeting && !isRefused) {
    const name = reply.slice(4).split(' ', 1)[0] ?? ''
    if (name.includes('.') && session.host === '') session.host = name
    return []
  }
  if (stage === 'mail_from') {
    session.accepted = []
    session.from = addressOf(command)
    return isRefused ? [decided('')] : []
  }
  if (stage === 'rcpt_to') {
    if (isRefused) return [decided(addressOf(command))]
    session.accepted.push(addressOf(command))
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

/** The outcome of what was decided: we were the client (`isSend`), or refused one. */
export function outcomeOf({ reply }: Answer, isSend: boolean): Outcome {
  if (!isSend) return 'rejected'
  return reply.startsWith('2') ? 'delivered' : reply.startsWith('4') ? 'deferred' : 'bounced'
}
