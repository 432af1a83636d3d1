import type { Direction, Stage } from '../../schemas/event.ts'
import { findPhrase, type Phrase, phraseOf } from './matcher.ts'
import type { Rule } from './rules.ts'
import { fold } from './text.ts'

/** What the conditions of a rule are held against. */
export interface Facts {
  text: string
  code: string
  status: string
  stage: Stage
  direction: Direction
  provider: string
}

/** A rule with its phrases split and its pattern compiled. */
export interface CompiledRule {
  rule: Rule
  words: Phrase[]
  all: Phrase[]
  none: Phrase[]
  pattern: RegExp | undefined
}

const phrases = (notations: string[] | undefined) =>
  (notations ?? []).map((notation) => phraseOf(fold(notation)))

/** Prepares one rule. */
export function compileRule(rule: Rule): CompiledRule {
  const pattern = rule.pattern === undefined ? undefined : new RegExp(rule.pattern)
  return { rule, words: phrases(rule.words), all: phrases(rule.all), none: phrases(rule.none), pattern }
}

function allows({ provider, direction, stage, code, enhanced }: Rule, facts: Facts): boolean {
  if (provider && !provider.includes(facts.provider)) return false
  if (direction && direction !== facts.direction) return false
  if (stage && !stage.includes(facts.stage)) return false
  if (code && !code.some((c) => c === facts.code || (c[1] === 'x' && c[0] === facts.code[0]))) return false
  const detail = facts.status.slice(1)
  return !enhanced || enhanced.some((e) => e === facts.status || (e[0] === 'X' && e.slice(1) === detail))
}

/**
 * The words or the code by which a rule holds; undefined where it does not.
 * `likely` are those of the rule's words whose anchor the text holds: no other can be in it.
 */
export function evidenceOf(entry: CompiledRule, likely: readonly Phrase[], facts: Facts): string | undefined {
  const { rule, words, all, none, pattern } = entry
  if (!allows(rule, facts)) return undefined
  const { text } = facts
  if (none.some((phrase) => findPhrase(phrase, text))) return undefined
  let at: [number, number] | undefined
  if (words.length > 0) {
    for (let i = 0; i < likely.length && !at; i++) at = findPhrase(likely[i] as Phrase, text)
    if (!at) return undefined
  }
  for (const phrase of all) {
    const found = findPhrase(phrase, text)
    if (!found) return undefined
    at ??= found
  }
  if (pattern) {
    const found = pattern.exec(text)
    if (!found) return undefined
    at ??= [found.index, found.index + found[0].length]
  }
  if (at) return text.slice(...at).trim()
  return rule.enhanced ? facts.status : facts.code
}
