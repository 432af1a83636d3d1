/** Exim's own line without what an envelope may leave before it. */
export interface Line {
  /** The message id, '' where the line belongs to no message. */
  id: string
  rest: string
  /** A later part of an entry that syslog could not take in one piece. */
  isContinued: boolean
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isAlphanumeric(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

/** How long the message id at `at` is: 16 (before 4.97: 6-6-2) or 23 (6-11-4); 0 where a blank does not end one. */
export function idLength(text: string, at: number): number {
  if (text.charCodeAt(at + 6) !== 0x2d) return 0
  const length = text.charCodeAt(at + 13) === 0x2d ? 16 : text.charCodeAt(at + 18) === 0x2d ? 23 : 0
  const end = at + length
  if (length === 0 || (text.charCodeAt(end) !== 0x20 && end !== text.length)) return 0
  const second = length === 16 ? 13 : 18
  for (let i = 0; i < length; i++)
    if (i !== 6 && i !== second && !isAlphanumeric(text.charCodeAt(at + i))) return 0
  return length
}

// Exim repeats its time stamp in what it gives to syslog unless `syslog_timestamp` is off.
const STAMP = /^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?: [+-][0-9]{4})? /

/** Takes off the time stamp (syslog), the process id (`log_selector = +pid`), the part number and the message id. */
export function readLine(text: string): Line {
  let at = 0
  let isContinued = false
  if (isDigit(text.charCodeAt(0)) && text.charCodeAt(4) === 0x2d) at = STAMP.exec(text)?.[0].length ?? 0
  while (text.charCodeAt(at) === 0x5b && isDigit(text.charCodeAt(at + 1))) {
    const close = text.indexOf('] ', at)
    const mark =
      close === -1 || close - at > 12 ? null : /^\[([0-9]+)(?:[/\\][0-9]+)?$/.exec(text.slice(at, close))
    if (mark === null) break
    // `[2/3] ` goes on where `[1/3] ` broke off; a number alone is the process.
    if (mark[0].length > (mark[1]?.length ?? 0) + 1 && mark[1] !== '1') isContinued = true
    at = close + 2
    // Behind a process id the stamp is over; the stamp never follows the part number of a later part.
    if (isDigit(text.charCodeAt(at)) && text.charCodeAt(at + 4) === 0x2d)
      at += STAMP.exec(text.slice(at, at + 40))?.[0].length ?? 0
  }
  const length = idLength(text, at)
  const id = text.slice(at, at + length)
  return { id, rest: text.slice(length === 0 ? at : at + length + 1), isContinued }
}
