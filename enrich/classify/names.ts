import { type Bits, hasBit, slotOf } from './bits.ts'
import {
  DASH,
  DIGIT,
  DOT,
  HASH,
  isDigit,
  KIND,
  kindOf,
  LOWER,
  NO_HEX,
  PART,
  UNDERSCORE,
  UPPER,
} from './kinds.ts'

/** Names that are not masked, for rules and providers know them (see vocabulary.ts). */
export interface Vocabulary {
  /** Words, by their slots: of `size=#` the first part is known. */
  words: Bits
  /** What hosts and links are known by: a plain word of a rule that stands in one says nothing of the reply. */
  hosts: NameSet
  /** What the domains of addresses are known by. */
  addresses: NameSet
  /** Parts of names that hold a digit, by their slots. */
  parts: Bits
  /** Whether short codes of providers are names too. */
  codes: boolean
}

/** Names of three bytes and more to be found in longer ones, each looked for only where its rarest three stand. */
export interface NameSet {
  /** These three bytes, by their slots. */
  grams: Bits
  /** By the three bytes: the bytes of the names, and where in each the three begin. */
  names: Map<number, { name: Uint8Array; at: number }[]>
}

/** Adds a byte to the hash of a part. */
export const addToPart = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x0100_0193)

function partSlot(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = addToPart(hash, bytes[i] as number)
  return slotOf(hash)
}

/** Whether a name is a short code of a provider like `s3150`, `tss04`, `ofr_506` or `7.7`, not an id or a number. */
function isCode(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start
  let kinds = 0
  for (; i < end && kindOf(bytes[i] as number) & LOWER; i++) kinds |= kindOf(bytes[i] as number)
  const letters = i - start
  if (letters === 0 || letters > 5) return false
  if (end - start <= 4) return true
  if (end - i > (letters === 1 ? 4 : 8) || !(kinds & NO_HEX)) return false
  for (; i < end; i++) if (!isDigit(bytes[i]) && bytes[i] !== UNDERSCORE && bytes[i] !== DASH) return false
  return true
}

function standsAt(
  bytes: Uint8Array,
  place: number,
  known: NameSet,
  gram: number,
  start: number,
  end: number,
) {
  const names = known.names.get(gram)
  if (names === undefined) return false
  for (const { name, at } of names) {
    const from = place - at
    if (from < start || from + name.length > end) continue
    let i = 0
    while (i < name.length && bytes[from + i] === name[i]) i++
    if (i === name.length) return true
  }
  return false
}

/** Whether a name holds one that is known. */
export function holdsName(bytes: Uint8Array, start: number, end: number, known: NameSet): boolean {
  const { grams } = known
  let gram = ((bytes[start] as number) << 8) | (bytes[start + 1] as number)
  for (let i = start + 2; i < end; i++) {
    gram = ((gram & 0xffff) << 8) | (bytes[i] as number)
    if (hasBit(grams, slotOf(gram)) && standsAt(bytes, i - 2, known, gram, start, end)) return true
  }
  return false
}

// No number that a rule names is longer.
const LONGEST_NUMBER = 8

/** Whether a number, a time or an IP is known: as a whole or not at all. */
const isKnownNumber = (bytes: Uint8Array, start: number, end: number, parts: Bits): boolean =>
  end - start <= LONGEST_NUMBER && hasBit(parts, partSlot(bytes, start, end))

/** Whether a name that is not a host is known by one of its parts. */
function holdsPart(bytes: Uint8Array, start: number, end: number, { words, parts }: Vocabulary): boolean {
  const kindTable = KIND
  let i = start
  while (i < end) {
    let hash = 0
    let kinds = 0
    for (; i < end; i++) {
      const byte = bytes[i] as number
      const kind = kindTable[byte] as number
      if (!(kind & PART)) break
      kinds |= kind
      hash = addToPart(hash, byte)
    }
    if (hash !== 0 && hasBit(kinds & DIGIT ? parts : words, slotOf(hash))) return true
    i++
  }
  return false
}

/** Whether a name is known, of these kinds of bytes; a host and a link are names that dots, or `::` and `:/`, tell. */
export function isKnown(
  bytes: Uint8Array,
  start: number,
  end: number,
  host: boolean,
  kinds: number,
  vocabulary: Vocabulary,
): boolean {
  if (host) return holdsName(bytes, start, end, vocabulary.hosts)
  if (!(kinds & (LOWER | UPPER))) return isKnownNumber(bytes, start, end, vocabulary.parts)
  return holdsPart(bytes, start, end, vocabulary) || (vocabulary.codes && isCode(bytes, start, end))
}

const isPart = (byte: number): boolean => (kindOf(byte) & PART) !== 0

/** Where an IPv4 address ends that begins at a place; that place where none does. */
function addressEnd(bytes: Uint8Array, start: number, end: number): number {
  let dots = 0
  let i = start
  for (; i < end && (isDigit(bytes[i]) || bytes[i] === DOT); i++) if (bytes[i] === DOT) dots++
  return dots >= 3 ? i : start
}

/** Puts a known name at `to`, its parts with digits masked that are not known. Gives where it ends. */
export function maskParts(bytes: Uint8Array, to: number, start: number, end: number, parts: Bits): number {
  if (to === start && hasBit(parts, partSlot(bytes, start, end))) return end
  for (let i = start; i < end; ) {
    const from = i
    let kinds = DIGIT
    i = addressEnd(bytes, from, end)
    if (i === from)
      for (kinds = 0; i < end && isPart(bytes[i] as number); i++) kinds |= kindOf(bytes[i] as number)
    if (kinds & DIGIT && !hasBit(parts, partSlot(bytes, from, i)) && !isCode(bytes, from, i))
      bytes[to++] = HASH
    else if (to === from) to = i
    else for (let j = from; j < i; j++) bytes[to++] = bytes[j] as number
    if (i < end) bytes[to++] = bytes[i++] as number
  }
  return to
}
