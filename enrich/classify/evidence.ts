import type { Direction, Stage } from '../../schemas/event.ts'
import type { LiteralSet } from './literals.ts'
import { findPhrase, type Phrase, phraseOf } from './phrase.ts'
import type { Rule } from './rules.ts'
import { fold } from './text.ts'

/** What the conditions of a rule are held against. */
export interface Facts {
  /** The masked reply, or the part of it that quotes another. */
  text: string
  /** The reply with its names unmasked, for patterns. */
  words(): string
  code: string
  status: string
  stage: Stage
  direction: Direction
  provider: string
}

/** A phrase, and the number that its anchor has in the set of literals. */
export interface NumberedPhrase extends Phrase {
  literal: number
}

/** A rule with its phrases split and its pattern compiled. */
export interface CompiledRule {
  rule: Rule
  words: NumberedPhrase[]
  all: NumberedPhrase[]
  none: NumberedPhrase[]
  pattern: RegExp | undefined
}

/** Prepares one rule; `numberOf` numbers the literals of all rules. */
export function compileRule(rule: Rule, numberOf: (literal: string) => number): CompiledRule {
  const phrases = (notations: string[] | undefined) =>
    (notations ?? []).map((notation) => {
      const phrase = phraseOf(fold(notation))
      return { ...phrase, literal: numberOf(phrase.anchor) }
    })
  const pattern = rule.pattern === undefined ? undefined : new RegExp(rule.pattern)
  return { rule, words: phrases(rule.words), all: phrases(rule.all), none: phrases(rule.none), pattern }
}

/** Whether a rule's conditions hold that are not about words. */
export function allows({ provider, direction, stage, code, enhanced }: Rule, facts: Facts): boolean {
  if (provider && !provider.includes(facts.provider)) return false
  if (direction && direction !== facts.direction) return false
  if (stage && !stage.includes(facts.stage)) return false
  if (code && !code.some((c) => c === facts.code || (c[1] === 'x' && c[0] === facts.code[0]))) return false
  const detail = facts.status.slice(1)
  return !enhanced || enhanced.some((e) => e === facts.status || (e[0] === 'X' && e.slice(1) === detail))
}

/** The words or the code by which a rule holds that is allowed; undefined where it does not. `found` has scanned the text. */
export function evidenceOf(
  { rule, words, all, none, pattern }: CompiledRule,
  facts: Facts,
  found: LiteralSet,
): string | undefined {
  const { text } = facts
  const placeOf = (phrase: NumberedPhrase): [number, number] | undefined => {
    const place = found.placeOf(phrase.literal)
    if (place < 0) return undefined
    return phrase.pieces.length === 1 ? [place, place + phrase.anchor.length] : findPhrase(phrase, text)
  }
  if (none.some(placeOf)) return undefined
  let at: [number, number] | undefined
  if (words.length > 0) {
    for (let i = 0; i < words.length && !at; i++) at = placeOf(words[i] as NumberedPhrase)
    if (!at) return undefined
  }
  for (const phrase of all) {
    const place = placeOf(phrase)
    if (!place) return undefined
    at ??= place
  }
  if (pattern) {
    const match = pattern.exec(facts.words())
    if (!match) return undefined
    if (!at) return match[0].trim()
  }
  if (at) return text.slice(...at).trim()
  return rule.enhanced ? facts.status : facts.code
}
