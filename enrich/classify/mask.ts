import { codesAt, read, statusIn } from './codes.ts'
import {
  APOSTROPHE,
  AT,
  BLANK,
  COLON,
  DIGIT,
  DOT,
  EQUALS,
  ESCAPE,
  HASH,
  JOINER,
  KIND,
  LOWER,
  NEWLINE,
  NO_HEX,
  ODD,
  QUESTION,
  QUOTE,
  SEMICOLON,
  SEPARATOR,
  SLASH,
  SPACE,
  UPPER,
} from './kinds.ts'
import { holdsName, isKnown, maskParts, type Vocabulary } from './names.ts'
import { plainText } from './text.ts'

/** So much of a reply is read: longer ones are hostile, or carry a whole message. Bytes of UTF-8. */
export const MAX_TEXT = 4096

/**
 * A reply as rules see it: lower case, single spaces, the codes of its lines taken out, and what differs from message
 * to message (hosts, IPs, ids, numbers, times) as `#`, addresses as `@`.
 */
export interface Masked {
  /** Its bytes, four in one number, the last one filled with 0; only so many are of this reply as `length` takes. */
  words: Uint32Array
  /** Bytes of the text. */
  length: number
  /** Reply code, 0 for none; and packed status (see codes.ts). Those of the quoted reply, where there is one. */
  code: number
  status: number
  /** Where the text of a reply begins that this one quotes (`host x said: 550 ...`); 0 for none. */
  quoted: number
  /** Hash of where its names stand: with the text it tells what any vocabulary makes of the reply. */
  names: number
}

// One buffer, and one answer: a reply is masked in place, and is done with before the next one comes.
const bytes = Buffer.alloc(MAX_TEXT + 8)
const writable = bytes.subarray(0, MAX_TEXT)
const encoder = new TextEncoder()
const masked: Masked = {
  words: new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2),
  length: 0,
  code: 0,
  status: 0,
  quoted: 0,
  names: 0,
}

/** The text of the reply that was masked last, from a byte on. */
export const maskedText = (from = 0): string => bytes.toString('utf8', from, masked.length)

/**
 * Masks a reply, in one pass; names that the vocabulary knows are kept. The answer is the same object at each call.
 */
export function mask(reply: string, vocabulary: Vocabulary): Masked {
  const end = encoder.encodeInto(reply, writable).written
  // As many bytes as characters: it is ASCII.
  if (end === Math.min(reply.length, MAX_TEXT) && pass(end, vocabulary, false)) return masked
  pass(encoder.encodeInto(plainText(reply), writable).written, vocabulary, true)
  return masked
}

/** Reads the codes that a line begins with, if any. Gives where its words begin. */
function lineAt(from: number, first: boolean): number {
  let i = from
  while ((bytes[i] as number) <= BLANK && i < from + 8) i++
  // A quote before the code is the log's.
  if (bytes[i] === QUOTE || bytes[i] === APOSTROPHE) i++
  if (!codesAt(bytes, i)) return from
  if (first) masked.code = read.code
  masked.status ||= read.status
  return read.to
}

// What stands before a reply that is quoted: `host x[1.2.3.4] said: 550`, `smtp; 550`, `<<< 550`, `(reason: 550`.
const QUOTING =
  /(?:said|says|replied|responded|response|returned|answered|error|reply|reason|code|[\])>]) ?: ?["']?$|; ?$|<<< ?$/
const QUOTING_STATUS = /[:("'] ?$/
// The last sign of all that these find.
const OPENING = new Set(Buffer.from(':;("\'<'))

/** Whether the code that was just read begins a reply that is quoted, by the masked words before it. */
function isQuoted(n: number): boolean {
  const before = bytes[n - 1] as number
  if (![BLANK, COLON, SEMICOLON, QUOTE, APOSTROPHE].includes(before)) return false
  if (!OPENING.has(before === BLANK && n > 1 ? (bytes[n - 2] as number) : before)) return false
  const words = bytes.toString('latin1', Math.max(0, n - 16), n)
  return QUOTING.test(words) || (read.status !== 0 && QUOTING_STATUS.test(words))
}

/** Where the quote opens that closes at a place, the longest local part before it; behind it where none does. */
function quoteBefore(closing: number): number {
  for (let i = closing - 1; i >= 0 && i >= closing - 65; i--) if (bytes[i] === QUOTE) return i
  return closing + 1
}

/** Masks a name that stands at [start, end). Gives where it ends then. */
function maskName(
  start: number,
  at: number,
  end: number,
  host: boolean,
  kinds: number,
  vocabulary: Vocabulary,
): number {
  if (at < 0) {
    if (isKnown(bytes, start, end, host, kinds, vocabulary))
      return maskParts(bytes, start, start, end, vocabulary.parts)
    bytes[start] = HASH
    return start + 1
  }
  // A local part in quotes (RFC 5321, 4.1.2) stands before the name.
  const from = at === start && bytes[start - 1] === QUOTE ? quoteBefore(start - 1) : start
  // Of an address only the domain is looked at, and only for who answered: its words are other people's.
  if (holdsName(bytes, at, end, vocabulary.addresses))
    return maskParts(bytes, from, at, end, vocabulary.parts)
  bytes[from] = AT
  return from + 1
}

// Written out for speed: this loop is most of what a reply costs that was seen before. What is written never passes
// what is read. False where the text must be made plain first.
function pass(end: number, vocabulary: Vocabulary, plain: boolean): boolean {
  masked.code = masked.status = masked.quoted = masked.names = 0
  // At hand, for each is looked at for every byte.
  const kindTable = KIND
  const text = bytes
  // Codes and numbers end here.
  text[end] = text[end + 1] = 0
  let i = lineAt(0, true)
  let n = 0
  // Where the last name ended: the next begins behind it.
  let wordStart = 0
  let previous = SPACE
  while (i < end) {
    let byte = text[i] as number
    let kind = kindTable[byte] as number
    // A run of plain words, its spaces made one. The 0 at the end is odd.
    for (; !(kind & (DIGIT | JOINER | ODD)); kind = kindTable[byte] as number) {
      text[n] = kind
      n += 1 - ((kind & previous & SPACE) >> 8)
      previous = kind
      byte = text[++i] as number
    }
    if (i >= end) break
    if (kind & ODD) {
      if (!plain && (byte === ESCAPE || !(kind & SPACE))) return false
      if (kind & SPACE) {
        if (!(previous & SPACE)) text[n++] = BLANK
        previous = SPACE
        i = byte === NEWLINE ? lineAt(i + 1, false) : i + 1
        continue
      }
      if (kind & SEPARATOR) {
        previous = kind
        text[n++] = byte
        wordStart = n
        i++
        continue
      }
    }
    if (kind & JOINER && (kindTable[text[i + 1] as number] as number) & SPACE) {
      // The sign after a word.
      text[n++] = byte
      previous = kind
      i++
      continue
    }
    // The name begins where the word did in which its first digit or joiner stands.
    const kind0 = kind
    let start = n
    let kinds = 0
    for (; start > wordStart; start--) {
      kind = kindTable[text[start - 1] as number] as number
      if (kind & (SPACE | SEPARATOR)) break
      kinds |= kind
    }
    if (
      start === n &&
      masked.quoted === 0 &&
      (kindTable[text[i + 1] as number] as number) &
        (kindTable[text[i + 2] as number] as number) &
        kind0 &
        DIGIT &&
      codesAt(bytes, i) &&
      isQuoted(n)
    ) {
      masked.quoted = n
      masked.code = read.code
      masked.status = read.status
      i = read.to
      continue
    }
    let name = false
    let at = -1
    // Two words that only a sign parts.
    let joined = false
    // A dot that has a digit on both sides.
    let point = 0
    for (; ; i++) {
      byte = text[i] as number
      kind = kindTable[byte] as number
      // A run of letters and digits. The 0 at the end is space.
      for (; !(kind & (SPACE | SEPARATOR | JOINER | ODD)); kind = kindTable[byte] as number) {
        kinds |= kind
        text[n++] = kind
        byte = text[++i] as number
      }
      if (kind & (SPACE | SEPARATOR)) break
      if (kind & (JOINER | ODD)) {
        if (kind & ODD && !plain) return false
        const next = text[i + 1] as number
        if (byte === AT) {
          name = true
          at = n
        } else if (byte === EQUALS) {
          if (next === QUESTION && !plain) return false
        } else if (byte === DOT) {
          if (n > start)
            point |= (kindTable[text[n - 1] as number] as number) & (kindTable[next] as number) & DIGIT
          if (
            n > start &&
            (kindTable[text[n - 1] as number] as number) & LOWER &&
            (kindTable[next] as number) & (LOWER | UPPER)
          ) {
            // `unknown.Please` is the end of a sentence, `mail.example.org` a name.
            joined = ((kindTable[next] as number) & UPPER) !== 0 && !name && !(kinds & DIGIT)
            if (joined) break
            name = true
          }
        } else if (byte === COLON) {
          if (next === COLON || next === SLASH) name = true
          else {
            joined = at >= 0 || (!name && (kinds & NO_HEX) !== 0 && !(kinds & DIGIT))
            if (joined) break
          }
        }
      }
      kinds |= kind
      text[n++] = kind
    }
    previous = LOWER
    if (name || kinds & DIGIT) {
      if (point !== 0 && masked.status === 0) masked.status = statusIn(bytes, start, n)
      masked.names = (Math.imul(masked.names, 31) + start + 1) | 0
      n = maskName(start, at, n, name, kinds, vocabulary)
    }
    if (joined) {
      text[n++] = byte
      i++
    }
    wordStart = n
  }
  if (n > 0 && text[n - 1] === BLANK) n--
  masked.length = n
  text[n] = text[n + 1] = text[n + 2] = 0
  return true
}
