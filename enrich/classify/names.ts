import { type Bits, hasBit, slotOf } from '../literals/bits.ts'
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
  /** Words and parts of names: of `size=#` the first part is known. */
  parts: PartSet
  /** What hosts and links are known by: a plain word of a rule that stands in one says nothing of the reply. */
  hosts: NameSet
  /** What the domains of addresses are known by. */
  addresses: NameSet
  /** Whether short codes of providers are names too. */
  codes: boolean
}

/** Parts by their hashes, and as bits, which tell at once of nearly all others that they are not there. */
export interface PartSet {
  slots: Bits
  hashes: Set<number>
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

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = addToPart(hash, bytes[i] as number)
  return hash
}

const hasPart = ({ slots, hashes }: PartSet, hash: number): boolean =>
  hasBit(slots, slotOf(hash)) && hashes.has(hash)

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

/** Adds a byte to a gram, of which the last three are kept: five bits of each tell most apart. */
export const addToGram = (gram: number, byte: number): number => ((gram << 5) | (byte & 31)) & 0x7fff

// The loops over bytes are short functions of their own, without calls: V8 moves out of them what does not change.

/** Where the next of these grams ends, at a place or behind it; `end` where none does. */
function nextGram(bytes: Uint8Array, from: number, end: number, grams: Bits): number {
  let gram = addToGram(bytes[from - 2] as number, bytes[from - 1] as number)
  for (let i = from; i < end; i++) {
    gram = addToGram(gram, bytes[i] as number)
    if (hasBit(grams, gram)) return i
  }
  return end
}

function standsAt(bytes: Uint8Array, from: number, end: number, name: Uint8Array): boolean {
  if (from + name.length > end) return false
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name[i]) return false
  return true
}

/** Whether a name holds one that is known. */
export function holdsName(bytes: Uint8Array, start: number, end: number, known: NameSet): boolean {
  const { grams, names } = known
  for (let i = nextGram(bytes, start + 2, end, grams); i < end; i = nextGram(bytes, i + 1, end, grams)) {
    const first = addToGram(bytes[i - 2] as number, bytes[i - 1] as number)
    const likely = names.get(addToGram(first, bytes[i] as number))
    if (likely === undefined) continue
    for (const { name, at } of likely)
      if (i - 2 - at >= start && standsAt(bytes, i - 2 - at, end, name)) return true
  }
  return false
}

// No number that a rule names is longer.
const LONGEST_NUMBER = 8

/** Whether a number, a time, an IP or a hexadecimal id is known: as a whole or not at all. */
const isKnownNumber = (bytes: Uint8Array, start: number, end: number, parts: PartSet): boolean =>
  end - start <= LONGEST_NUMBER && hasPart(parts, hashOf(bytes, start, end))

/** Whether a name that is not a host is known by one of its parts. */
function holdsPart(bytes: Uint8Array, start: number, end: number, parts: PartSet): boolean {
  const kindTable = KIND
  for (let i = start; i < end; i++) {
    let hash = 0
    for (; i < end && (kindTable[bytes[i] as number] as number) & PART; i++)
      hash = addToPart(hash, bytes[i] as number)
    if (hasPart(parts, hash)) return true
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
  { hosts, parts, codes }: Vocabulary,
): boolean {
  if (host) return holdsName(bytes, start, end, hosts)
  const words = kinds & NO_HEX && kinds & (LOWER | UPPER)
  if (words ? holdsPart(bytes, start, end, parts) : isKnownNumber(bytes, start, end, parts)) return true
  return codes && isCode(bytes, start, end)
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
export function maskParts(bytes: Uint8Array, to: number, start: number, end: number, parts: PartSet): number {
  if (to === start && hasPart(parts, hashOf(bytes, start, end))) return end
  for (let i = start; i < end; ) {
    const from = i
    let kinds = DIGIT
    i = addressEnd(bytes, from, end)
    if (i === from)
      for (kinds = 0; i < end && isPart(bytes[i] as number); i++) kinds |= kindOf(bytes[i] as number)
    if (kinds & DIGIT && !hasPart(parts, hashOf(bytes, from, i)) && !isCode(bytes, from, i))
      bytes[to++] = HASH
    else if (to === from) to = i
    else for (let j = from; j < i; j++) bytes[to++] = bytes[j] as number
    if (i < end) bytes[to++] = bytes[i++] as number
  }
  return to
}
