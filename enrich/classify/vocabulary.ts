import { addBit, noBits, slotOf } from '../literals/bits.ts'
import { addToGram, addToPart, type NameSet, type PartSet, type Vocabulary } from './names.ts'

// As the mask takes a text apart.
const SEPARATORS = /[\s<>()[\]"'`,;|\u0080-\uffff]+/
const VARIES = /[@\d]|:\/\/|[a-z]\.[a-z]|::|^\.|\.$/
const PARTS = /[a-z0-9_-]{1,64}/g
const PLAIN_WORD = /^[a-z_-]{3,64}$/
const LETTERS = /[a-z_-]{1,64}/g
const NAMES = /[@\d.:]/
const ONE_WORD = /^[a-z_/#=-]{3,64}$/

function noNames(): NameSet {
  return { grams: noBits(), names: new Map() }
}

const noParts = (): PartSet => ({ slots: noBits(), hashes: new Set() })

/** A vocabulary that knows nothing: every name is masked. */
export const NO_NAMES: Vocabulary = {
  parts: noParts(),
  hosts: noNames(),
  addresses: noNames(),
  codes: false,
}

// What names hold, from the commonest on: signs and digits, then letters as in English. What is not among them is rarer.
const COMMON = '.0123456789/-etaoinsrhldcumfpgwybvkxjqz'
const RARITY = new Uint8Array(256).fill(COMMON.length)
for (let rank = 0; rank < COMMON.length; rank++) RARITY[COMMON.charCodeAt(rank)] = rank

/** Names to be found in others, each by those three of its bytes that are rarest in names. */
function nameSetOf(texts: Iterable<string>): NameSet {
  const set = noNames()
  for (const text of new Set(texts)) {
    const name = Buffer.from(text)
    const rarityAt = (i: number) => RARITY[name[i] as number] as number
    let at = 0
    let rarest = -1
    for (let i = 0; i + 2 < name.length; i++) {
      const rarity = rarityAt(i) + rarityAt(i + 1) + rarityAt(i + 2)
      if (rarity <= rarest) continue
      rarest = rarity
      at = i
    }
    let gram = 0
    for (let i = at; i < at + 3; i++) gram = addToGram(gram, name[i] as number)
    addBit(set.grams, gram)
    const there = set.names.get(gram)
    if (there === undefined) set.names.set(gram, [{ name, at }])
    else there.push({ name, at })
  }
  return set
}

function addPart({ slots, hashes }: PartSet, text: string): void {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = addToPart(hash, text.charCodeAt(i))
  addBit(slots, slotOf(hash))
  hashes.add(hash)
}

/** Adds the run of letters that tells a word or a name best. */
function addWord(parts: PartSet, text: string): void {
  const runs = PLAIN_WORD.test(text) ? [text] : (text.match(LETTERS) ?? [])
  const run = runs.reduce((a, b) => (b.length > a.length ? b : a), '')
  if (run.length > 2) addPart(parts, run)
}

interface Known {
  hosts: string[]
  parts: PartSet
}

function addNames(literal: string, { hosts, parts }: Known, named: boolean): void {
  // Most phrases hold plain words alone.
  if (!NAMES.test(literal)) {
    if (!ONE_WORD.test(literal)) return
    addWord(parts, literal)
    if (named || literal.includes('/')) hosts.push(literal)
    return
  }
  const tokens = literal.split(SEPARATORS).filter((token) => token !== '')
  for (const token of tokens) {
    if (tokens.length > 1 && !VARIES.test(token)) continue
    if (token.length > 2) {
      addWord(parts, token)
      if (VARIES.test(token) && !token.endsWith('://')) hosts.push(token)
    }
    // A part like the 7 of `7.7` would keep numbers that differ in each reply.
    for (const part of [token, ...(token.match(PARTS) ?? []).filter(({ length }) => length > 2)])
      if (/\d/.test(part)) addPart(parts, part)
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
  const known: Known = { hosts: [], parts: noParts() }
  for (const literal of literals) addNames(literal, known, false)
  for (const name of blockLists) addNames(name, known, true)
  const vocabulary = (addresses: NameSet): Vocabulary => ({
    parts: { slots: known.parts.slots.slice(), hashes: new Set(known.parts.hashes) },
    hosts: nameSetOf(known.hosts),
    codes: true,
    addresses,
  })
  const ofRules = vocabulary(noNames())
  for (const name of providers) addNames(name, known, true)
  const domains = providers.filter(({ length }) => length > 2)
  return { ofRules, withProviders: vocabulary(nameSetOf(domains)) }
}
