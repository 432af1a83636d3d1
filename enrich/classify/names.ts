import { type Bits, hasBit, roll, slotOf } from './bits.ts'
import { DASH, DIGIT, DOT, HASH, isDigit, kindOf, LOWER, NO_HEX, UNDERSCORE } from './kinds.ts'

/** Names that are not masked, for rules and providers know them, by the slots of what they hold (see vocabulary.ts). */
export interface Vocabulary {
  /** Grams of three or four bytes of known names. */
  names: Bits
  /** What hosts and links are known by: a plain word of a rule that stands in one says nothing of the reply. */
  hosts: NameSet
  /** What the domains of addresses are known by. */
  addresses: NameSet
  /** Parts of names that hold a digit. */
  parts: Bits
  /** Whether short codes of providers are names too. */
  codes: boolean
}

/** Names to be found in longer ones, each looked for only where one gram of it stands. */
export interface NameSet {
  grams: Bits
  /** By the slot of the gram: the bytes of the names, and where in each the gram ends. */
  places: Map<number, { name: Uint8Array; end: number }[]>
}

const LAST_THREE = 0xff_ffff

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

/** Whether a name holds a gram that is known. */
export function holdsKnown(bytes: Uint8Array, start: number, end: number, known: Bits): boolean {
  let gram = 0
  for (let i = start; i < end; i++) {
    gram = roll(gram, bytes[i] as number)
    if (hasBit(known, slotOf(gram)) || hasBit(known, slotOf(gram & LAST_THREE))) return true
  }
  return false
}

function standsIn(
  bytes: Uint8Array,
  at: number,
  { places }: NameSet,
  slot: number,
  start: number,
  end: number,
) {
  for (const { name, end: gramEnd } of places.get(slot) ?? []) {
    const from = at - gramEnd
    if (from < start || from + name.length > end) continue
    let i = 0
    while (i < name.length && bytes[from + i] === name[i]) i++
    if (i === name.length) return true
  }
  return false
}

/** Whether a name holds one that is known. */
export function holdsName(bytes: Uint8Array, start: number, end: number, known: NameSet): boolean {
  let gram = 0
  for (let i = start; i < end; i++) {
    gram = roll(gram, bytes[i] as number)
    const four = slotOf(gram)
    if (hasBit(known.grams, four) && standsIn(bytes, i, known, four, start, end)) return true
    const three = slotOf(gram & LAST_THREE)
    if (hasBit(known.grams, three) && standsIn(bytes, i, known, three, start, end)) return true
  }
  return false
}

/** Whether a name is known; a host and a link are names that dots, or `::` and `:/`, tell. */
export function isKnown(
  bytes: Uint8Array,
  start: number,
  end: number,
  host: boolean,
  { names, hosts, parts, codes }: Vocabulary,
): boolean {
  if (host) return holdsName(bytes, start, end, hosts)
  return (
    holdsKnown(bytes, start, end, names) ||
    hasBit(parts, partSlot(bytes, start, end)) ||
    (codes && isCode(bytes, start, end))
  )
}

const isPart = (byte: number): boolean =>
  (kindOf(byte) & (LOWER | DIGIT)) !== 0 || byte === DASH || byte === UNDERSCORE

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
