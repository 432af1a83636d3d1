import type { Direction, Stage } from '../../schemas/event.ts'
import { REASON_OF_STATUS, reasonOf } from '../../schemas/reasons.ts'
import { providerOf } from '../provider/provider.ts'
import { type CompiledRule, compileRule, evidenceOf, type Facts } from './evidence.ts'
import { LiteralSet, type Phrase } from './matcher.ts'
import { loadRules, type Rule, TIERS } from './rules.ts'
import { codeOf, statusOf, wordsOf } from './text.ts'

/** What is known of a reply; only its text is needed. */
export interface Reply {
  reply_text: string
  stage?: Stage | undefined
  remote_host?: string | undefined
  direction?: Direction | undefined
  reply_code?: number | undefined
  enhanced_code?: string | undefined
}

/** The judgement of one reply; `reason` is '' where nothing of it is known. */
export interface Classification {
  reason: string
  side: string
  fault: string
  rule: string
  /** The words or the code that decided. */
  evidence: string
  provider: string
  /** Per cent. */
  confidence: number
  /** Other reasons that the words also spoke for, best first. */
  alternatives: string[]
}

const CONFIDENCE = { provider: 95, words: 85, stage: 60, enhanced: 55, weak: 45, code: 30 } as const
const MAX_ALTERNATIVES = 3
// A status that names only its class, or 5.7.1, which is written for anything: any word says more.
const VAGUE = /^\d\.(?:\d\.0|7\.1)$/

function factsOf(reply: Reply): Facts {
  const raw = reply.reply_text
  return {
    text: wordsOf(raw),
    code: String(reply.reply_code || codeOf(raw)),
    status: statusOf(raw) || (reply.enhanced_code ?? ''),
    stage: reply.stage ?? 'unknown',
    direction: reply.direction ?? 'outbound',
    provider: providerOf(reply.remote_host ?? '', raw),
  }
}

/** Makes a classifier of rules that are in the order in which they are to be asked. */
export function compile(rules: readonly Rule[]): (reply: Reply) => Classification {
  const compiled = rules.map(compileRule)
  const byAnchor = new Map<string, [number, Phrase | undefined][]>()
  const always: number[] = []
  compiled.forEach(({ words, all }, index) => {
    // Every phrase of `all` is needed, so one of them tells enough; of `words` any may be the one.
    const needed = words.length > 0 ? words : all.slice(0, 1)
    if (needed.length === 0) always.push(index)
    for (const phrase of needed) {
      const entry: [number, Phrase | undefined] = [index, words.length > 0 ? phrase : undefined]
      byAnchor.set(phrase.anchor, [...(byAnchor.get(phrase.anchor) ?? []), entry])
    }
  })
  const literals = new LiteralSet([...byAnchor.keys()])
  const candidates = [...byAnchor.values()]
  const placeAfter = (tier: Rule['tier']) => {
    const place = rules.findIndex((rule) => TIERS.indexOf(rule.tier) > TIERS.indexOf(tier))
    return place < 0 ? rules.length : place
  }
  const afterEnhanced = placeAfter('enhanced')
  const afterWeak = placeAfter('weak')

  // Rules whose words may be in the text, in order, with those of their words that may.
  const asked = (text: string): [number, Phrase[]][] => {
    const hits = new Set<number>()
    literals.scan(text, hits)
    const found = new Map<number, Phrase[]>(always.map((index) => [index, []]))
    for (const hit of hits)
      for (const [index, phrase] of candidates[hit] ?? []) {
        const likely = found.get(index)
        if (likely === undefined) found.set(index, phrase ? [phrase] : [])
        else if (phrase) likely.push(phrase)
      }
    return [...found].sort((a, b) => a[0] - b[0])
  }

  return (reply) => {
    const facts = factsOf(reply)
    const alternatives: string[] = []
    const judged = (reason: string, rule: string, evidence: string, confidence: number): Classification => ({
      reason,
      ...reasonOf(reason, facts.direction),
      rule,
      evidence,
      provider: facts.provider,
      confidence,
      alternatives,
    })
    const reasonOfStatus = REASON_OF_STATUS.get(`X${facts.status.slice(1)}`)
    const byStatus = () =>
      reasonOfStatus && judged(reasonOfStatus, 'enhanced-status', facts.status, CONFIDENCE.enhanced)
    const statusPlace = VAGUE.test(facts.status) ? afterWeak : afterEnhanced
    let best: Classification | undefined
    for (const [index, likely] of asked(facts.text)) {
      // Behind the status there are codes and weak words: they are no second opinion.
      if (index >= statusPlace) best ??= byStatus() || undefined
      if (best && (index >= afterEnhanced || alternatives.length >= MAX_ALTERNATIVES)) return best
      const entry = compiled[index] as CompiledRule
      const evidence = evidenceOf(entry, likely, facts)
      if (evidence === undefined) continue
      const { id, reason, tier, confidence = CONFIDENCE[tier] } = entry.rule
      if (!best) best = judged(reason, id, evidence, confidence)
      else if (reason !== best.reason && !alternatives.includes(reason)) alternatives.push(reason)
    }
    return best ?? (byStatus() || judged('', '', '', 0))
  }
}

let standard: ((reply: Reply) => Classification) | undefined

/** Judges a reply with the rules that come with Faultline. */
export function classify(reply: Reply): Classification {
  standard ??= compile(loadRules())
  return standard(reply)
}
