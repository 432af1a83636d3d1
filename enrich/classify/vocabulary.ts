import { addBit, type Bits, noBits, roll, slotOf } from './bits.ts'
import { addToPart, type Vocabulary } from './names.ts'

// As the mask takes a text apart.
const SEPARATORS = /[\s<>()[\]"'`,;|\u0080-\uffff]+/
const VARIES = /[@\d]|:\/\/|[a-z]\.[a-z]|::|^\.|\.$/
const PARTS = /[a-z0-9_-]{1,64}/g
const NAMES = /[@\d.:]/
const ONE_WORD = /^[a-z_/#=-]{3,64}$/

/** A vocabulary that knows nothing: every name is masked. */
export const NO_NAMES: Vocabulary = { names: noBits(), addresses: noBits(), parts: noBits(), codes: false }

/** Where the four units of a name begin that tell it best: its longest label, for many end in `.com`. */
function tellingPlace(name: string): number {
  const longest = name.split(/[./]/).reduce((a, b) => (b.length > a.length ? b : a))
  return Math.max(0, Math.min(name.indexOf(longest), name.length - 4))
}

function addGram(names: Bits, name: string, from: number): void {
  let gram = 0
  for (let i = from; i < from + 4 && i < name.length; i++) gram = roll(gram, name.charCodeAt(i))
  addBit(names, slotOf(gram))
}

function addNames(literal: string, { names, parts }: Vocabulary): void {
  // Most phrases hold plain words alone.
  if (!NAMES.test(literal)) {
    if (ONE_WORD.test(literal)) addGram(names, literal, 0)
    return
  }
  const tokens = literal.split(SEPARATORS).filter((token) => token !== '')
  for (const token of tokens) {
    if (tokens.length > 1 && !VARIES.test(token)) continue
    if (token.length > 2) addGram(names, token, tellingPlace(token))
    // A part like the 7 of `7.7` would keep numbers that differ in each reply.
    for (const part of [token, ...(token.match(PARTS) ?? []).filter(({ length }) => length > 2)])
      if (/\d/.test(part)) addBit(parts, slotOf([...Buffer.from(part)].reduce(addToPart, 0)))
  }
}

/**
 * The names that literals (folded) hold: what would be masked of them, and those that may stand within a name because
 * nothing parts them.
 */
export function vocabularyOf(literals: Iterable<string>): Vocabulary {
  const vocabulary = { names: noBits(), addresses: noBits(), parts: noBits(), codes: true }
  for (const literal of literals) addNames(literal, vocabulary)
  return vocabulary
}

/** A vocabulary that knows these too, also as the domains of addresses. */
export function withDomains({ names, parts, codes }: Vocabulary, literals: readonly string[]): Vocabulary {
  const { names: addresses } = vocabularyOf(literals)
  const wider = { names: names.slice(), addresses, parts: parts.slice(), codes }
  for (const literal of literals) addNames(literal, wider)
  return wider
}
