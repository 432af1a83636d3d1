import type { Direction, Stage } from '../../schemas/event.ts'
import { findPhrase, type Phrase, phraseOf } from './phrase.ts'
import type { Rule } from './rules.ts'
import { fold } from './text.ts'

/** What the conditions of a rule are held against. */
export interface Facts {
  /** The masked reply, or the part of it that quotes another. */
  text: string
  code: string
  status: string
  stage: Stage
  direction: Direction
  provider: string
}

/** A phrase, and the numbers that its pieces have in the set of literals; that of the anchor first. */
export interface NumberedPhrase extends Phrase {
  literals: number[]
}

/** A rule with its phrases split and its pattern compiled. All have the same fields, which is what makes them fast. */
export interface CompiledRule {
  id: string
  reason: string
  also: readonly string[]
  tier: Rule['tier']
  confidence: number | undefined
  provider: readonly string[] | undefined
  direction: Direction | undefined
  stage: readonly Stage[] | undefined
  code: readonly string[] | undefined
  enhanced: readonly string[] | undefined
  words: NumberedPhrase[]
  all: NumberedPhrase[]
  none: NumberedPhrase[]
  pattern: RegExp | undefined
}

/** Prepares one rule; `numberOf` numbers the literals of all rules. */
export function compileRule(rule: Rule, numberOf: (literal: string) => number): CompiledRule {
  const { id, reason, also = [], tier, confidence, provider, direction, stage, code, enhanced } = rule
  const phrases = (notations: readonly string[] = []) =>
    notations.map((notation): NumberedPhrase => {
      const { pieces, anchor } = phraseOf(fold(notation))
      const others = pieces.length === 1 ? [] : pieces.filter((piece) => piece !== anchor && piece.length > 2)
      return { pieces, anchor, literals: [anchor, ...others].map(numberOf) }
    })
  return {
    ...{ id, reason, also, tier, confidence, provider, direction, stage, code, enhanced },
    words: phrases(rule.words),
    all: phrases(rule.all),
    none: phrases(rule.none),
    pattern: rule.pattern === undefined ? undefined : new RegExp(rule.pattern),
  }
}

/** Whether a rule's conditions hold that are not about words. */
export function allows({ provider, direction, stage, code, enhanced }: CompiledRule, facts: Facts): boolean {
  if (provider !== undefined && !provider.includes(facts.provider)) return false
  if (direction !== undefined && direction !== facts.direction) return false
  if (stage !== undefined && !stage.includes(facts.stage)) return false
  if (code !== undefined && !code.some((c) => c === facts.code || (c[1] === 'x' && c[0] === facts.code[0])))
    return false
  if (enhanced === undefined) return true
  if (facts.status === '') return false
  const detail = facts.status.slice(1)
  return enhanced.some((e) => e === facts.status || (e[0] === 'X' && e.slice(1) === detail))
}

/**
 * The words or the code by which a rule holds that is allowed; undefined where it does not. `places` are
 * those of the literals in the text; `likely` those of the rule's words whose anchor is in it, the first `count`.
 */
export function evidenceOf(
  { words, all, none, pattern, enhanced }: CompiledRule,
  likely: readonly NumberedPhrase[],
  count: number,
  facts: Facts,
  places: Int32Array,
): string | undefined {
  const { text } = facts
  const placeOf = ({ pieces, anchor, literals }: NumberedPhrase): [number, number] | undefined => {
    for (let i = 0; i < literals.length; i++)
      if ((places[literals[i] as number] as number) < 0) return undefined
    const place = places[literals[0] as number] as number
    return pieces.length === 1 ? [place, place + anchor.length] : findPhrase(pieces, text)
  }
  for (let i = 0; i < none.length; i++) if (placeOf(none[i] as NumberedPhrase)) return undefined
  let at: [number, number] | undefined
  if (words.length > 0) {
    for (let i = 0; i < count && !at; i++) at = placeOf(likely[i] as NumberedPhrase)
    if (!at) return undefined
  }
  for (const phrase of all) {
    const place = placeOf(phrase)
    if (!place) return undefined
    at ??= place
  }
  if (pattern) {
    const match = pattern.exec(text)
    if (!match) return undefined
    at ??= [match.index, match.index + match[0].length]
  }
  if (at) return text.slice(...at).trim()
  return enhanced ? facts.status : facts.code
}
