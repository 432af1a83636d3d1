import type { Stage } from '../../../schemas/event.ts'
import { type Peer, peerAt } from './address.ts'

export { peer } from './address.ts'

/** What the text behind `status=...` tells: who spoke, at which command, and its words. */
export interface Remote extends Peer {
  stage: Stage
  /** The server's reply, or Postfix's own words where no server spoke. */
  reply_text: string
}

// The commands and states as smtp_proto.c names them; a name stands behind the longer ones that contain it.
const COMMANDS: [string, Stage][] = [
  ['end of DATA', 'end_of_data'],
  ['end of data', 'end_of_data'],
  ['message body', 'end_of_data'],
  ['final delivery response', 'end_of_data'],
  ['RCPT TO', 'rcpt_to'],
  ['MAIL FROM', 'mail_from'],
  ['BDAT', 'end_of_data'],
  ['DATA', 'data'],
  ['STARTTLS', 'starttls'],
  ['TLS handshake', 'starttls'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['LHLO', 'helo'],
  ['XFORWARD', 'helo'],
  ['AUTH', 'auth'],
  ['SASL', 'auth'],
  ['greeting', 'connect'],
]

function stageOf(words: string): Stage {
  for (const [command, stage] of COMMANDS) if (words.includes(command)) return stage
  return 'unknown'
}

// How a text begins in which a server's reply stands, what comes between its name and the reply, and the stage.
const SPEAKERS: [begin: string, then: string, Stage][] = [
  ['host ', ' said: ', 'unknown'],
  ['host ', ' refused to talk to me: ', 'connect'],
  ['TLS is required, but host ', ' refused to start TLS: ', 'starttls'],
  ['host ', ' refused to start TLS: ', 'starttls'],
  ['SASL authentication failed; server ', ' said: ', 'auth'],
]

// What Postfix says of a server that did not answer; '' where ` while sending ...` behind its name tells the stage.
const TALKS: [begin: string, Stage | ''][] = [
  ['lost connection with ', ''],
  ['conversation with ', ''],
  ['local data error while talking to ', ''],
  ['connect to ', 'connect'],
  ['SASL authentication failed; cannot authenticate to server ', 'auth'],
  ['SASL authentication failed; authentication protocol loop with server ', 'auth'],
]

// Stages of Postfix's own words; the server, where they name one, stands at their end.
const OWN_WORDS: [begin: string, Stage][] = [
  ['TLS is required', 'starttls'],
  ['Cannot start TLS', 'starttls'],
  ['Server certificate ', 'starttls'],
  ['certificate verification failed', 'starttls'],
  ['TLS ', 'starttls'],
  ['TLSA ', 'starttls'],
  ['SASL authentication failed', 'auth'],
  // Both are decided by what the server announced in its answer to EHLO.
  ['message size ', 'helo'],
  ['SMTPUTF8 is required', 'helo'],
]

const SUSPENDED = 'delivery temporarily suspended: '
const IN_REPLY_TO = ' (in reply to '

function replyOf(server: Peer, stage: Stage, reply: string): Remote {
  const { remote_host, remote_ip } = server
  // The remote server chooses the words: only the last such note is Postfix's.
  const note = reply.endsWith(' command)') ? reply.lastIndexOf(IN_REPLY_TO) : -1
  if (note === -1) return { remote_host, remote_ip, stage, reply_text: reply }
  return { remote_host, remote_ip, stage: stageOf(reply.slice(note)), reply_text: reply.slice(0, note) }
}

function lastPeer(text: string): Peer {
  for (const before of [' offered by host ', ' of server ', ' by server ']) {
    const at = text.lastIndexOf(before)
    const server = at === -1 ? undefined : peerAt(text, at + before.length)
    if (server !== undefined) return server
  }
  return { remote_host: '', remote_ip: '' }
}

/** Takes Postfix's words off the text of a delivery that failed. */
export function remoteOf(whole: string): Remote {
  // What the queue manager says of a destination it gave up for now is the text of an earlier attempt.
  const text = whole.startsWith(SUSPENDED) ? whole.slice(SUSPENDED.length) : whole
  for (const [begin, then, stage] of SPEAKERS) {
    if (!text.startsWith(begin)) continue
    const server = peerAt(text, begin.length)
    if (server !== undefined && text.startsWith(then, server.end))
      return replyOf(server, stage, text.slice(server.end + then.length))
  }
  for (const [begin, stage] of TALKS) {
    const server = text.startsWith(begin) ? peerAt(text, begin.length) : undefined
    if (server === undefined) continue
    const { remote_host, remote_ip, end } = server
    return { remote_host, remote_ip, stage: stage || stageOf(text.slice(end)), reply_text: whole }
  }
  for (const [begin, stage] of OWN_WORDS) {
    if (!text.startsWith(begin)) continue
    const { remote_host, remote_ip } = lastPeer(text)
    return { remote_host, remote_ip, stage, reply_text: whole }
  }
  return { remote_host: '', remote_ip: '', stage: 'queue', reply_text: whole }
}
