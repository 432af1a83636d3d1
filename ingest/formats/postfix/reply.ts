import type { Stage } from '../../../schemas/event.ts'

/** What the text behind `status=...` tells: who spoke, at which command, and its words. */
export interface Remote {
  remote_host: string
  remote_ip: string
  stage: Stage
  /** The server's reply, or Postfix's own words where no server spoke. */
  reply_text: string
}

// The commands as Postfix names them in smtp_trouble.c and smtp_proto.c.
const COMMANDS: [string, Stage][] = [
  ['end of DATA', 'end_of_data'],
  ['end of data', 'end_of_data'],
  ['message body', 'end_of_data'],
  ['final delivery response', 'end_of_data'],
  ['RCPT TO', 'rcpt_to'],
  ['MAIL FROM', 'mail_from'],
  ['DATA', 'data'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['LHLO', 'helo'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['initial server greeting', 'connect'],
  ['XFORWARD', 'helo'],
]

function stageOf(words: string): Stage {
  for (const [command, stage] of COMMANDS) if (words.includes(command)) return stage
  return 'unknown'
}

const NOBODY = { remote_host: '', remote_ip: '' }

/** `name[address]` or `name[address]:port` at `from`, and where it ends; undefined where there is none. */
function peerAt(text: string, from: number) {
  const open = text.indexOf('[', from)
  const close = open === -1 ? -1 : text.indexOf(']', open)
  if (close === -1 || text.slice(from, open).includes(' ')) return undefined
  return { remote_host: text.slice(from, open), remote_ip: text.slice(open + 1, close), end: close + 1 }
}

/** The peer of a `relay=` or `from` field: `mx.example[192.0.2.1]:25`; a name alone is the host. */
export function peer(text: string): { remote_host: string; remote_ip: string } {
  const found = peerAt(text, 0)
  if (found !== undefined) return { remote_host: found.remote_host, remote_ip: found.remote_ip }
  return NOBODY
}

const IN_REPLY_TO = ' (in reply to '

function said(text: string, host: number): Remote | undefined {
  const server = peerAt(text, host)
  if (server === undefined) return undefined
  const { remote_host, remote_ip, end } = server
  const rest = text.slice(end)
  for (const [words, stage] of [
    [' refused to talk to me: ', 'connect'],
    [' refused to start TLS: ', 'starttls'],
    [' said: ', 'unknown'],
  ] as const) {
    if (!rest.startsWith(words)) continue
    const reply = rest.slice(words.length)
    // The remote server chooses the words: only the last such note is Postfix's.
    const note = reply.endsWith(' command)') ? reply.lastIndexOf(IN_REPLY_TO) : -1
    if (note === -1) return { remote_host, remote_ip, stage, reply_text: reply }
    return { remote_host, remote_ip, stage: stageOf(reply.slice(note)), reply_text: reply.slice(0, note) }
  }
  return undefined
}

// Where a failed conversation names the server that it was held with.
const TALKS = ['lost connection with ', 'conversation with ', 'connect to ']

/** Takes Postfix's words off a delivery's text. Prefixes such as `delivery temporarily suspended:` may stand before. */
export function remoteOf(text: string): Remote {
  const host = text.startsWith('host ')
    ? 0
    : text.startsWith('TLS is required, but host ')
      ? 21
      : text.indexOf(': host ') + 2
  if (text.startsWith('host ', host)) {
    const remote = said(text, host + 5)
    if (remote !== undefined) return remote
  }
  for (const talk of TALKS) {
    const start = text.indexOf(talk)
    const server = start === -1 ? undefined : peerAt(text, start + talk.length)
    if (server === undefined) continue
    const during = text.indexOf(' while ', server.end)
    const stage =
      talk === 'connect to ' ? 'connect' : stageOf(text.slice(during === -1 ? server.end : during))
    return { remote_host: server.remote_host, remote_ip: server.remote_ip, stage, reply_text: text }
  }
  if (text.includes('TLS')) return { ...NOBODY, stage: 'starttls', reply_text: text }
  return { ...NOBODY, stage: 'queue', reply_text: text }
}
