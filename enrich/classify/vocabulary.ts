import { addBit, type Bits, noBits, slotOf } from './bits.ts'
import { addToPart, type NameSet, type Vocabulary } from './names.ts'

// As the mask takes a text apart.
const SEPARATORS = /[\s<>()[\]"'`,;|\u0080-\uffff]+/
const VARIES = /[@\d]|:\/\/|[a-z]\.[a-z]|::|^\.|\.$/
const PARTS = /[a-z0-9_-]{1,64}/g
const LETTERS = /[a-z_-]{1,64}/g
const NAMES = /[@\d.:]/
const ONE_WORD = /^[a-z_/#=-]{3,64}$/

function noNames(): NameSet {
  return { pairs: new Uint32Array(1 << 11), names: new Map() }
}

/** A vocabulary that knows nothing: every name is masked. */
export const NO_NAMES: Vocabulary = {
  words: noBits(),
  hosts: noNames(),
  addresses: noNames(),
  parts: noBits(),
  codes: false,
}

/** How often each pair of bytes stands in literals: a name is looked for by the one that is rarest. */
function countPairs(literals: Iterable<string>): Uint16Array {
  const counts = new Uint16Array(1 << 16)
  for (const literal of literals)
    for (let i = 1; i < literal.length; i++) {
      const pair = ((literal.charCodeAt(i - 1) & 0xff) << 8) | (literal.charCodeAt(i) & 0xff)
      counts[pair] = (counts[pair] ?? 0) + 1
    }
  return counts
}

function nameSetOf(texts: Iterable<string>, counts: Uint16Array): NameSet {
  const set = noNames()
  for (const text of new Set(texts)) {
    const name = Buffer.from(text)
    const pairAt = (at: number): number => ((name[at] as number) << 8) | (name[at + 1] as number)
    let at = 0
    for (let i = 1; i + 1 < name.length; i++)
      if ((counts[pairAt(i)] as number) < (counts[pairAt(at)] as number)) at = i
    const pair = pairAt(at)
    addBit(set.pairs, pair)
    const there = set.names.get(pair)
    if (there === undefined) set.names.set(pair, [{ name, at }])
    else there.push({ name, at })
  }
  return set
}

const hashOf = (text: string): number => [...Buffer.from(text)].reduce(addToPart, 0)

/** Adds the run of letters that tells a word or a name best. */
function addWord(words: Bits, text: string): void {
  const run = (text.match(LETTERS) ?? []).reduce((a, b) => (b.length > a.length ? b : a), '')
  if (run.length > 2) addBit(words, slotOf(hashOf(run)))
}

interface Known {
  words: Bits
  hosts: string[]
  parts: Bits
}

function addNames(literal: string, { words, hosts, parts }: Known, named: boolean): void {
  // Most phrases hold plain words alone.
  if (!NAMES.test(literal)) {
    if (!ONE_WORD.test(literal)) return
    addWord(words, literal)
    if (named || literal.includes('/')) hosts.push(literal)
    return
  }
  const tokens = literal.split(SEPARATORS).filter((token) => token !== '')
  for (const token of tokens) {
    if (tokens.length > 1 && !VARIES.test(token)) continue
    if (token.length > 2) {
      addWord(words, token)
      if (VARIES.test(token) && !token.endsWith('://')) hosts.push(token)
    }
    // A part like the 7 of `7.7` would keep numbers that differ in each reply.
    for (const part of [token, ...(token.match(PARTS) ?? []).filter(({ length }) => length > 2)])
      if (/\d/.test(part)) addBit(parts, slotOf(hashOf(part)))
  }
}

/**
 * The names that the literals of rules (folded) and the block lists hold, with and without those of providers: what
 * would be masked of them, and what may stand within a name because nothing parts it.
 */
export function vocabulariesOf(
  literals: ReadonlySet<string>,
  blockLists: readonly string[],
  providers: readonly string[],
): { ofRules: Vocabulary; withProviders: Vocabulary } {
  const counts = countPairs(literals)
  const known: Known = { words: noBits(), hosts: [], parts: noBits() }
  for (const literal of literals) addNames(literal, known, false)
  for (const name of blockLists) addNames(name, known, true)
  const vocabulary = (addresses: NameSet): Vocabulary => ({
    words: known.words.slice(),
    hosts: nameSetOf(known.hosts, counts),
    parts: known.parts.slice(),
    codes: true,
    addresses,
  })
  const ofRules = vocabulary(noNames())
  for (const name of providers) addNames(name, known, true)
  const domains = providers.filter(({ length }) => length > 2)
  return { ofRules, withProviders: vocabulary(nameSetOf(domains, counts)) }
}
