import { addBit, type Bits, noBits, roll, slotOf } from './bits.ts'
import { addToPart, type NameSet, type Vocabulary } from './names.ts'

// As the mask takes a text apart.
const SEPARATORS = /[\s<>()[\]"'`,;|\u0080-\uffff]+/
const VARIES = /[@\d]|:\/\/|[a-z]\.[a-z]|::|^\.|\.$/
const PARTS = /[a-z0-9_-]{1,64}/g
const NAMES = /[@\d.:]/
const ONE_WORD = /^[a-z_/#=-]{3,64}$/

function noNames(): NameSet {
  return { grams: noBits(), places: new Map() }
}

/** A vocabulary that knows nothing: every name is masked. */
export const NO_NAMES: Vocabulary = {
  names: noBits(),
  hosts: noNames(),
  addresses: noNames(),
  parts: noBits(),
  codes: false,
}

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

function addName({ grams, places }: NameSet, name: string): void {
  const from = tellingPlace(name)
  let gram = 0
  let end = from
  for (; end < from + 4 && end < name.length; end++) gram = roll(gram, name.charCodeAt(end))
  const slot = slotOf(gram)
  addBit(grams, slot)
  const there = places.get(slot)
  const entry = { name: Buffer.from(name), end: end - 1 }
  if (there === undefined) places.set(slot, [entry])
  else there.push(entry)
}

function addNames(literal: string, { names, hosts, parts }: Vocabulary, named: boolean): void {
  // Most phrases hold plain words alone.
  if (!NAMES.test(literal)) {
    if (!ONE_WORD.test(literal)) return
    addGram(names, literal, 0)
    if (named) addName(hosts, literal)
    return
  }
  const tokens = literal.split(SEPARATORS).filter((token) => token !== '')
  for (const token of tokens) {
    if (tokens.length > 1 && !VARIES.test(token)) continue
    if (token.length > 2) {
      addGram(names, token, tellingPlace(token))
      if (VARIES.test(token) && !token.endsWith('://')) addName(hosts, token)
    }
    // A part like the 7 of `7.7` would keep numbers that differ in each reply.
    for (const part of [token, ...(token.match(PARTS) ?? []).filter(({ length }) => length > 2)])
      if (/\d/.test(part)) addBit(parts, slotOf([...Buffer.from(part)].reduce(addToPart, 0)))
  }
}

/**
 * The names that literals (folded) hold: what would be masked of them, and those that may stand within a name because
 * nothing parts them.
 */
export function vocabularyOf(literals: Iterable<string>, names: Iterable<string> = []): Vocabulary {
  const vocabulary = {
    names: noBits(),
    hosts: noNames(),
    addresses: noNames(),
    parts: noBits(),
    codes: true,
  }
  for (const literal of literals) addNames(literal, vocabulary, false)
  for (const name of names) addNames(name, vocabulary, true)
  return vocabulary
}

/** A vocabulary that knows these too, also as the domains of addresses. */
export function withDomains(
  { names, hosts, parts, codes }: Vocabulary,
  literals: readonly string[],
): Vocabulary {
  const addresses = noNames()
  for (const literal of literals) if (literal.length > 2) addName(addresses, literal)
  const places = new Map(Array.from(hosts.places, ([slot, there]) => [slot, [...there]]))
  const wider: Vocabulary = {
    ...{ names: names.slice(), parts: parts.slice(), codes, addresses },
    hosts: { grams: hosts.grams.slice(), places },
  }
  for (const literal of literals) addNames(literal, wider, true)
  return wider
}
