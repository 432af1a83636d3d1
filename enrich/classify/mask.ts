import { roll, slotOf } from './literals.ts'
import { plainText } from './text.ts'

/** So much of a reply is read: longer ones are hostile, or carry a whole message. UTF-16 units. */
export const MAX_TEXT = 4096

/**
 * A reply as rules see it: lower case, single spaces, the codes of its lines taken out, and what differs from message
 * to message (hosts, IPs, ids, numbers, times) as `#`, addresses as `@`.
 */
export interface Masked {
  /** UTF-16 units of the text in pairs, the last one filled with 0; only so many are of this reply as `length` takes. */
  pairs: Uint32Array
  /** UTF-16 units of the text. */
  length: number
  /** Reply code, 0 for none; and RFC 3463 status as `packedStatus` gives it. Those of the quoted reply, where there is one. */
  code: number
  status: number
  /** Where the text of a reply begins that this one quotes (`host x said: 550 ...`); 0 for none. */
  quoted: number
}

/** Names that are not masked, for rules and providers know them: tables by slot, see vocabulary.ts. */
export interface Vocabulary {
  /** Bit set of who knows a name that holds this gram. */
  grams: Uint8Array
  /** 1 where a part of a name that holds a digit is known. */
  parts: Uint8Array
}

/** Whose names a vocabulary holds: bits of `Vocabulary.grams`. */
export const RULES = 1
export const PROVIDERS = 2

const HASH = 35
const AT = 64
const DOT = 46
const COLON = 58
const SLASH = 47
const EQUALS = 61
const QUESTION = 63
const DASH = 45
const COMMA = 44
const NEWLINE = 10
const BLANK = 32
const ESCAPE = 27

// Kinds of a UTF-16 unit, as bits.
const SPACE = 1
const SEPARATOR = 2
const DIGIT = 4
/** What may join parts to a name, or end a sentence. */
const JOINER = 8
const LOWER = 16
/** Also what a capital is less than its small letter. */
const UPPER = 32
const NO_HEX = 64
/** Other white space, and what only `plainText` can read: an escape, a backslash, anything that is not ASCII. */
const ODD = 128
/** At these a run of plain words is left. */
const LEAVE = DIGIT | JOINER | ODD
const KIND = new Uint8Array(1 << 16).fill(SEPARATOR | ODD)
for (let unit = 0; unit < 128; unit++) {
  const char = String.fromCharCode(unit)
  if (unit <= 32 || unit === 127) KIND[unit] = unit === BLANK ? SPACE : SPACE | ODD
  else if ('<>()[]"\'`,;|'.includes(char)) KIND[unit] = SEPARATOR
  else if (/[0-9]/.test(char)) KIND[unit] = DIGIT
  else if (/[A-Z]/.test(char)) KIND[unit] = /[A-F]/.test(char) ? UPPER : UPPER | NO_HEX
  else if (/[a-z]/.test(char)) KIND[unit] = /[a-f]/.test(char) ? LOWER : LOWER | NO_HEX
  else if ('.:@='.includes(char)) KIND[unit] = JOINER
  else KIND[unit] = char === '\\' ? NO_HEX | ODD : NO_HEX
}
const kindOf = (unit: number): number => KIND[unit] as number
const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57

const unitsOfText = new Uint16Array(MAX_TEXT + 2)
const masked: Masked = {
  pairs: new Uint32Array(unitsOfText.buffer),
  length: 0,
  code: 0,
  status: 0,
  quoted: 0,
}

/** RFC 3463 status as one number: class, subject and detail in three digits each. */
export const packedStatus = (type: number, subject: number, detail: number): number =>
  (type * 1000 + subject) * 1000 + detail

/** The status of a packed one as text; '' for 0. */
export const statusText = (packed: number): string =>
  packed === 0 ? '' : `${Math.floor(packed / 1e6)}.${Math.floor(packed / 1e3) % 1000}.${packed % 1000}`

// Where `codesAt` and `statusAt` stopped reading, and what they read.
let readTo = 0
let readCode = 0
let readStatus = 0

/** Reads up to three digits at a place, to `readTo`; -1 where there are none. */
function numberAt(text: string, from: number): number {
  let number = -1
  let i = from
  for (; i < from + 3; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) break
    number = Math.max(number, 0) * 10 + digit
  }
  readTo = i
  return number
}

/** Reads a status (RFC 3463, 2) of which the first digit stands at a place. Gives it packed, or 0. */
function statusAt(text: string, from: number): number {
  const type = text.charCodeAt(from) - 48
  if ((type !== 2 && type !== 4 && type !== 5) || text.charCodeAt(from + 1) !== DOT) return 0
  const subject = numberAt(text, from + 2)
  if (subject < 0 || text.charCodeAt(readTo) !== DOT) return 0
  const detail = numberAt(text, readTo + 1)
  const next = text.charCodeAt(readTo)
  // Not the start of an IPv4 address nor of a version.
  if (detail < 0 || isDigit(next) || (next === DOT && isDigit(text.charCodeAt(readTo + 1)))) return 0
  return packedStatus(type, subject, detail)
}

/** Reads `550 5.1.1 ` at a place, both as RFC 5321, 4.2.1 and RFC 2034 have it. False where there is no code. */
function codesAt(text: string, from: number): boolean {
  const type = text.charCodeAt(from) - 48
  if (type !== 2 && type !== 4 && type !== 5) return false
  readCode = numberAt(text, from)
  if (readCode < 200) return false
  let i = from + 3
  const after = text.charCodeAt(i)
  // NaN: the text ends here.
  if (after > BLANK && after !== DASH && after !== COLON && after !== HASH && after !== COMMA) return false
  if (after === BLANK || after === DASH || after === COLON) i++
  const codeEnd = i
  while (text.charCodeAt(i) === BLANK && i < codeEnd + 8) i++
  readStatus = statusAt(text, text.charCodeAt(i) === HASH ? i + 1 : i)
  if (readStatus !== 0) {
    const end = text.charCodeAt(readTo)
    if (!(end > BLANK) || end === COLON || end === DASH) return true
    readStatus = 0
  }
  readTo = codeEnd
  return true
}

// What stands before a reply that is quoted: `host x[1.2.3.4] said: 550`, `smtp; 550`, `<<< 550`, `(reason: 550`.
const QUOTING =
  /(?:said|says|replied|responded|response|returned|answered|error|reply|reason|code|[\])>]) ?: ?["']?$|; ?$|<<< ?$/

/** Whether a reply code at a place begins a reply that is quoted. */
function isQuoted(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  if (before !== BLANK && before !== COLON && before !== 59 && before !== 34 && before !== 39) return false
  const words = text.slice(Math.max(0, at - 16), at).toLowerCase()
  return QUOTING.test(words) || (readStatus !== 0 && /[:("'] ?$/.test(words))
}

/** Finds a status inside a name. */
function statusIn(text: string, start: number, end: number): number {
  for (let dot = start + 1; dot < end; dot++) {
    if (text.charCodeAt(dot) !== DOT) continue
    const before = text.charCodeAt(dot - 2)
    if (dot - 1 > start && (isDigit(before) || before === DOT)) continue
    const status = statusAt(text, dot - 1)
    if (status !== 0) return status
  }
  return 0
}

/** Whether a name is a short code of a provider like `s3150`, `tss04`, `ofr_506` or `7.7`, not an id or a number. */
function isCode(units: Uint16Array, start: number, end: number): boolean {
  let i = start
  let kinds = 0
  for (; i < end && kindOf(units[i] as number) & LOWER; i++) kinds |= kindOf(units[i] as number)
  const letters = i - start
  if (letters === 0 || letters > 5) return false
  if (end - start <= 4) return true
  if (end - i > (letters === 1 ? 4 : 8) || !(kinds & NO_HEX)) return false
  for (; i < end; i++) if (!isDigit(units[i] as number) && units[i] !== 95 && units[i] !== 45) return false
  return true
}

/** Of a gram, its last three units. */
export const LAST_THREE = 0xff_ffff

function isKnown(
  units: Uint16Array,
  start: number,
  end: number,
  { grams, parts }: Vocabulary,
  who: number,
): boolean {
  let gram = 0
  let hash = 0
  for (let i = start; i < end; i++) {
    const unit = units[i] as number
    gram = roll(gram, unit)
    hash = Math.imul(hash ^ unit, 0x0100_0193)
    if ((((grams[slotOf(gram)] as number) | (grams[slotOf(gram & LAST_THREE)] as number)) & who) !== 0)
      return true
  }
  return (who & RULES) !== 0 && (parts[slotOf(hash)] !== 0 || isCode(units, start, end))
}

/** Slot of a part of a name in `Vocabulary.parts`. */
export function partSlot(units: ArrayLike<number>, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (units[i] as number), 0x0100_0193)
  return slotOf(hash)
}

// Letters, digits, `-` and `_`.
const isPart = (unit: number): boolean => (kindOf(unit) & (LOWER | DIGIT)) !== 0 || unit === 45 || unit === 95

/** Where an IPv4 address ends that begins at a place; that place where none does. */
function addressEnd(units: Uint16Array, start: number, end: number): number {
  let dots = 0
  let i = start
  for (; i < end && (isDigit(units[i] as number) || units[i] === DOT); i++) if (units[i] === DOT) dots++
  return dots >= 3 ? i : start
}

/** Puts a known name at `to`, its parts with digits masked that are not known. Gives where it ends. */
function maskParts(units: Uint16Array, to: number, start: number, end: number, parts: Uint8Array): number {
  if (parts[partSlot(units, start, end)] !== 0 && to === start) return end
  for (let i = start; i < end; ) {
    const from = i
    let digits = false
    i = addressEnd(units, from, end)
    if (i > from) digits = true
    else for (; i < end && isPart(units[i] as number); i++) digits ||= isDigit(units[i] as number)
    if (digits && parts[partSlot(units, from, i)] === 0 && !isCode(units, from, i)) units[to++] = HASH
    else for (let j = from; j < i; j++) units[to++] = units[j] as number
    if (i < end) units[to++] = units[i++] as number
  }
  return to
}

/**
 * Masks a reply, in one pass. The answer is the same object at each call. `who` says whose names are kept: bits of
 * `Vocabulary.grams`.
 */
export function mask(reply: string, vocabulary: Vocabulary, who: number): Masked {
  return pass(reply, vocabulary, who) ?? (pass(plainText(reply), vocabulary, who, true) as Masked)
}

/** Reads the codes that a line begins with, if any. Gives where its words begin. */
function lineAt(text: string, from: number, first: boolean): number {
  let i = from
  while (text.charCodeAt(i) <= BLANK && i < from + 8) i++
  // A quote before the code is the log's.
  if (text.charCodeAt(i) === 34 || text.charCodeAt(i) === 39) i++
  if (!codesAt(text, i)) return from
  if (first) masked.code = readCode
  masked.status ||= readStatus
  return readTo
}

// Written out for speed: this loop is most of what a reply costs that was seen before. Undefined where the text must
// be made plain first.
function pass(text: string, vocabulary: Vocabulary, who: number, plain = false): Masked | undefined {
  const end = Math.min(text.length, MAX_TEXT)
  const units = unitsOfText
  masked.code = masked.status = masked.quoted = 0
  let i = lineAt(text, 0, true)
  let n = 0
  // Where the last name ended: the next begins behind it.
  let wordStart = 0
  let previous = SPACE
  while (i < end) {
    let unit = text.charCodeAt(i)
    let kind = KIND[unit] as number
    // A run of plain words, its spaces made one.
    for (; !(kind & LEAVE); kind = KIND[unit] as number) {
      units[n] = unit + (kind & UPPER)
      n += 1 - (kind & previous & SPACE)
      previous = kind
      if (++i >= end) break
      unit = text.charCodeAt(i)
    }
    if (i >= end) break
    if (kind & ODD) {
      if (!plain && (unit === ESCAPE || !(kind & SPACE))) return undefined
      if (kind & SPACE) {
        if (!(previous & SPACE)) units[n++] = BLANK
        previous = SPACE
        i = unit === NEWLINE ? lineAt(text, i + 1, false) : i + 1
        continue
      }
      if (kind & SEPARATOR) {
        previous = kind
        units[n++] = unit
        wordStart = n
        i++
        continue
      }
    }
    if (kind & JOINER && (i + 1 === end || kindOf(text.charCodeAt(i + 1)) & SPACE)) {
      // The sign after a word.
      units[n++] = unit
      previous = kind
      i++
      continue
    }
    // The name begins where the word did in which its first digit or joiner stands.
    let start = n
    let kinds = 0
    for (; start > wordStart; start--) {
      kind = kindOf(units[start - 1] as number)
      if (kind & (SPACE | SEPARATOR)) break
      kinds |= kind
    }
    if (masked.quoted === 0 && start === n && codesAt(text, i) && isQuoted(text, i)) {
      masked.quoted = n
      masked.code = readCode
      masked.status = readStatus
      i = readTo
      continue
    }
    let name = false
    let at = -1
    let joined = false
    for (; i < end; i++) {
      unit = text.charCodeAt(i)
      kind = KIND[unit] as number
      if (kind & (SPACE | SEPARATOR)) break
      if (kind & (JOINER | ODD)) {
        if (kind & ODD && !plain) return undefined
        const next = i + 1 < end ? text.charCodeAt(i + 1) : BLANK
        if (unit === AT) {
          name = true
          at = n
        } else if (unit === EQUALS) {
          if (next === QUESTION && !plain) return undefined
        } else if (unit === DOT) {
          const last = n > start ? (units[n - 1] as number) : BLANK
          if (kindOf(last) & LOWER && kindOf(next) & (LOWER | UPPER)) {
            // `unknown.Please` is the end of a sentence, `mail.example.org` a name.
            joined = (kindOf(next) & UPPER) !== 0 && !name && !(kinds & DIGIT)
            if (joined) break
            name = true
          }
        } else if (unit === COLON) {
          if (next === COLON || next === SLASH) name = true
          else if (at >= 0 || (!name && kinds & NO_HEX && !(kinds & DIGIT))) {
            joined = true
            break
          }
        }
      }
      kinds |= kind
      units[n++] = unit + (kind & UPPER)
    }
    previous = LOWER
    if (name || kinds & DIGIT) {
      if (masked.status === 0 && kinds & DIGIT && kinds & JOINER)
        masked.status = statusIn(text, i - (n - start), i)
      // Of an address only the domain is looked at, and only for who answered: its words are other people's.
      if (at >= 0) {
        if (who & PROVIDERS && isKnown(units, at, n, vocabulary, PROVIDERS))
          n = maskParts(units, start, at, n, vocabulary.parts)
        else {
          units[start] = AT
          n = start + 1
        }
      } else if (who !== 0 && isKnown(units, start, n, vocabulary, who))
        n = maskParts(units, start, start, n, vocabulary.parts)
      else {
        units[start] = HASH
        n = start + 1
      }
    }
    // The sign that parted two words is the text's.
    if (joined) {
      units[n++] = unit
      i++
    }
    wordStart = n
  }
  if (n > 0 && units[n - 1] === BLANK) n--
  units[n] = 0
  masked.length = n
  return masked
}

const bytes = Buffer.from(unitsOfText.buffer)

/** The text of the reply that was masked last. */
export const maskedText = (): string => bytes.toString('utf16le', 0, masked.length * 2)
