import { roll, SLOTS, slotOf } from './literals.ts'
import { partSlot, type Vocabulary } from './mask.ts'

// As the mask takes a text apart.
const SEPARATORS = /[\s<>()[\]"'`,;|\u0080-\uffff]+/
const VARIES = /[@\d]|:\/\/|[a-z]\.[a-z]|::|^\.|\.$/
const PARTS = /[a-z0-9_-]{1,64}/g
const NAMES = /[@\d.:]/
const ONE_WORD = /^[a-z_/#=-]{3,64}$/

const unitsOf = (text: string) => Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))

/** A vocabulary that knows nothing: every name is masked. */
export const NO_NAMES: Vocabulary = { grams: new Uint8Array(SLOTS), parts: new Uint8Array(SLOTS) }

/** Where the four units of a name begin that tell it best: its longest label, for many end in `.com`. */
function tellingPlace(name: string): number {
  const longest = name.split(/[./]/).reduce((a, b) => (b.length > a.length ? b : a))
  return Math.max(0, Math.min(name.indexOf(longest), name.length - 4))
}

/**
 * The names that literals (folded) hold: what would be masked of them, and those that may stand within a name because
 * nothing parts them.
 */
export function vocabularyOf(literals: Iterable<readonly [string, number]>): Vocabulary {
  const grams = new Uint8Array(SLOTS)
  const parts = new Uint8Array(SLOTS)
  const addGram = (name: string, from: number, who: number) => {
    let gram = 0
    for (let i = from; i < from + 4 && i < name.length; i++) gram = roll(gram, name.charCodeAt(i))
    grams[slotOf(gram)] = (grams[slotOf(gram)] ?? 0) | who
  }
  for (const [literal, who] of literals) {
    // Most phrases hold plain words alone.
    if (!NAMES.test(literal)) {
      if (ONE_WORD.test(literal)) addGram(literal, 0, who)
      continue
    }
    const tokens = literal.split(SEPARATORS).filter((token) => token !== '')
    for (const token of tokens) {
      if (tokens.length > 1 && !VARIES.test(token)) continue
      if (token.length > 2) addGram(token, tellingPlace(token), who)
      // A part like the 7 of `7.7` would keep numbers that differ in each reply.
      for (const part of [token, ...(token.match(PARTS) ?? []).filter(({ length }) => length > 2)])
        if (/\d/.test(part)) parts[partSlot(unitsOf(part), 0, part.length)] = 1
    }
  }
  return { grams, parts }
}
