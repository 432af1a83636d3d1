import type { Stage } from '../../../schemas/event.ts'
import { angled, unescaped } from '../exim/fields.ts'
import { peer, type Remote, remoteOf } from '../postfix/reply.ts'

/** What the human-readable part (RFC 3464, 2) says of one recipient and the fields do not. */
export interface Told extends Partial<Remote> {
  /** The MTA says that it tried for too long. */
  gaveUp?: boolean
}

// Room for some thousand recipients; what is longer was not written for people.
const MAX_TEXT = 512 * 1024

// Commands as Exim and Sendmail spell them; MAIL and RCPT stand before DATA, which an address may contain.
const COMMANDS: [string, Stage][] = [
  ['end of data', 'end_of_data'],
  ['sending data block', 'end_of_data'],
  ['initial connection', 'connect'],
  ['RCPT T', 'rcpt_to'],
  ['MAIL F', 'mail_from'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['LHLO', 'helo'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['DATA', 'data'],
  ['BDAT', 'end_of_data'],
]

function stageOf(command: string): Stage {
  const words = command.replace(/^pipelined /, '')
  return COMMANDS.find(([name]) => words.startsWith(name))?.[1] ?? 'unknown'
}

const AFTER = /SMTP (?:error from remote mail server|timeout) after /
const PEER = /^host ([^ ]{1,255}) \[([0-9A-Fa-f:.]{2,45})\]$/

/** The lines under a recipient in Exim's text (deliver.c): the host, then what happened there. */
function exim(lines: string[]): Told {
  const told: Told = {}
  const words: string[] = []
  for (const line of lines) {
    const peer = PEER.exec(line)
    if (peer !== null) Object.assign(told, { remote_host: peer[1] ?? '', remote_ip: peer[2] ?? '' })
    else if (!line.startsWith('(generated from ')) words.push(line.replace(/^Delay reason: /, ''))
  }
  const text = words.join('\n')
  const after = AFTER.exec(text)
  if (after !== null) told.stage = stageOf(text.slice(after.index + after[0].length))
  else if (told.remote_ip === undefined) told.stage = 'queue'
  told.reply_text = unescaped(text)
  told.gaveUp = /retry timeout exceeded|have been failing for a long time/.test(text)
  return told
}

/**
 * The session that Sendmail copies (`>>> RCPT To:<a@b>`, `<<< 550 ...`): a refused RCPT is told of its recipient, the
 * last other refused command of all.
 */
function sendmail(lines: string[], told: Map<string, Told>): void {
  let command = ''
  for (const line of lines) {
    if (line.startsWith('>>> ')) command = line.slice(4)
    if (command === '' || !/^<<< [45]/.test(line)) continue
    const stage = command === '.' ? 'end_of_data' : stageOf(command.toUpperCase())
    const open = stage === 'rcpt_to' ? command.indexOf('<') : -1
    const recipient = open === -1 ? '' : (angled(command, open + 1)?.address ?? '')
    if (stage !== 'unknown') told.set(recipient, { stage })
    command = ''
  }
}

/** Postfix's words about one recipient, failure or success. */
function postfix(text: string): Told {
  const via = 'delivery via '
  return text.startsWith(via) ? { ...peer(text.slice(via.length)), stage: 'end_of_data' } : remoteOf(text)
}

/**
 * Reads the human-readable part once: what it says by recipient; `''` is what it says of all.
 * Knows the words of Postfix (`<a@b>: host x said: ...`), Exim (indented under the recipient) and Sendmail.
 */
export function readWords(whole: string, fromExim: boolean): Map<string, Told> {
  const told = new Map<string, Told>()
  const text = whole.slice(0, MAX_TEXT)
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  sendmail(lines, told)
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const block: string[] = []
    if (fromExim) {
      if (!/^ {2}[^ ]/.test(line)) continue
      while (lines[i + 1]?.startsWith('    ')) block.push((lines[++i] ?? '').trim())
      told.set(unescaped(line.trim()), exim(block))
    } else if (line.startsWith('<')) {
      while (lines[i + 1]?.startsWith('    ')) block.push((lines[++i] ?? '').trim())
      const entry = [line, ...block].join(' ')
      const recipient = angled(entry, 1)
      const colon = recipient === undefined ? -1 : entry.indexOf(': ', recipient.end)
      if (recipient === undefined || colon === -1) continue
      told.set(recipient.address, postfix(entry.slice(colon + 2)))
    }
  }
  return told
}
