import type { Direction, Stage } from '../../schemas/event.ts'
import { REASON_OF_STATUS, reasonOf } from '../../schemas/reasons.ts'
import { LiteralSet } from '../literals/literals.ts'
import { cachedProviderOfHost, PROVIDER_LITERALS, providerOfWords } from '../provider/provider.ts'
import { BLOCK_LIST_LITERALS } from './block-list.ts'
import { statusText } from './codes.ts'
import { otherReadings } from './encoding.ts'
import {
  allows,
  type CompiledRule,
  compileRule,
  evidenceOf,
  type Facts,
  type NumberedPhrase,
} from './evidence.ts'
import { MAX_TEXT, type Masked, mask, maskedText } from './mask.ts'
import { loadRules, type Rule, TIERS } from './rules.ts'
import { vocabulariesOf } from './vocabulary.ts'

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
  /** The words or the code that decided; `#` stands for a name or a number, `@` for an address. */
  evidence: string
  provider: string
  /** Per cent. */
  confidence: number
  /** Other reasons that the words also spoke for, best first. */
  alternatives: string[]
}

/** A classification, and whether every reply has it that masks to the same, answered by the same provider. */
export interface Judged {
  classification: Classification
  general: boolean
}

/** Rules made ready to judge replies. */
export interface Classifier {
  classify(reply: Reply): Classification
  /** Masks a reply as these rules need it; `provider` is the host's, '' where it tells none. */
  mask(reply: Reply, provider: string): Masked
  /** Judges the reply that was just masked. */
  judge(reply: Reply, provider: string, masked: Masked): Judged
}

const CONFIDENCE = {
  operator: 95,
  provider: 95,
  words: 85,
  stage: 60,
  enhanced: 55,
  weak: 45,
  code: 30,
} as const
const MAX_ALTERNATIVES = 3
// A status that names only its class, or 5.7.1, which is written for anything: any word says more.
const VAGUE = /^\d\.(?:\d\.0|7\.1)$/
const reasonOfDetail = (status: string) => REASON_OF_STATUS.get(`X${status.slice(1)}`)
// A detail that stands for no reason says no more than its subject.
const isVague = (status: string) => VAGUE.test(status) || reasonOfDetail(status) === undefined

// The sender's own server was asked, and is quoted: what it says of a user is said of the sender.
const CALLOUT =
  /sender address rejected|sender verif|sender callout|verify sender|postmaster verification|callback setup/

// What Postfix adds to a reply: to which command it is.
const IN_REPLY_TO = / \(in reply to ([a-z]{4}|rcpt to|mail from|end of data) command\)[).,]{0,2}$/
const STAGE_OF_COMMAND: Readonly<Record<string, Stage>> = {
  helo: 'helo',
  ehlo: 'helo',
  'mail from': 'mail_from',
  'rcpt to': 'rcpt_to',
  data: 'data',
  'end of data': 'end_of_data',
}

/** Makes a classifier of rules that are in the order in which they are to be asked. */
export function compile(rules: readonly Rule[]): Classifier {
  const numbers = new Map<string, number>()
  const numberOf = (literal: string): number => {
    const known = numbers.get(literal)
    if (known !== undefined) return known
    numbers.set(literal, numbers.size)
    return numbers.size - 1
  }
  const compiled = rules.map((rule) => compileRule(rule, numberOf))
  const literals = new LiteralSet([...numbers.keys()])
  // Rules that need a literal. Every phrase of `all` is needed, so one of them tells enough; of `words` any may be the one.
  const asking: { index: number; phrase: NumberedPhrase }[][] = Array.from(numbers, () => [])
  // Rules as bits, so that those found are asked in order without sorting.
  const always = new Uint32Array(Math.ceil(rules.length / 32))
  compiled.forEach(({ words, all }, index) => {
    const needed = words.length > 0 ? words : all.slice(0, 1)
    for (const phrase of needed) asking[phrase.literals[0] as number]?.push({ index, phrase })
    if (needed.length === 0) always[index >>> 5] = (always[index >>> 5] ?? 0) | (1 << (index & 31))
  })
  const pieces = compiled.flatMap(({ words, all, none }) =>
    [...words, ...all, ...none].flatMap((phrase) => phrase.pieces),
  )
  // Who answered is asked of the words only where the host does not tell.
  const { ofRules, withProviders } = vocabulariesOf(new Set(pieces), BLOCK_LIST_LITERALS, PROVIDER_LITERALS)
  const placeAfter = (...tiers: Rule['tier'][]) => {
    const last = Math.max(...tiers.map((tier) => TIERS.indexOf(tier)))
    const place = rules.findIndex((rule) => TIERS.indexOf(rule.tier) > last)
    return place < 0 ? rules.length : place
  }
  const afterWords = placeAfter('words')
  const afterEnhanced = placeAfter('enhanced')
  const afterWeak = placeAfter('weak')

  const asked = new Uint32Array(always.length)
  // Of each rule that is asked, those of its words that the text may hold.
  const likely: NumberedPhrase[][] = rules.map(() => [])
  const counts = new Uint16Array(rules.length)
  /** Asks the rules before a place; `statusPlace` is where the status has its turn. */
  function decide(facts: Facts, before: number, statusPlace: number): Classification | undefined {
    asked.set(always)
    const found = literals.scan(facts.text)
    for (let i = 0; i < found; i++) {
      const askers = asking[literals.hits[i] as number] as (typeof asking)[number]
      for (let j = 0; j < askers.length; j++) {
        const { index, phrase } = askers[j] as (typeof askers)[number]
        const word = index >>> 5
        const bit = 1 << (index & 31)
        if (((asked[word] as number) & bit) === 0) counts[index] = 0
        asked[word] = (asked[word] as number) | bit
        ;(likely[index] as NumberedPhrase[])[counts[index] as number] = phrase
        counts[index] = (counts[index] as number) + 1
      }
    }
    const alternatives: string[] = []
    const judged = (reason: string, rule: string, evidence: string, confidence: number): Classification => {
      const { side, fault } = reasonOf(reason, facts.direction)
      return { reason, side, fault, rule, evidence, provider: facts.provider, confidence, alternatives }
    }
    const byStatus = () => {
      // A 4yz with a status that says as little only defers: the code tells that.
      if (facts.status[0] === '4' && isVague(facts.status)) return undefined
      const subject = facts.status.split('.')[1]
      const reason = reasonOfDetail(facts.status) ?? reasonOfDetail(`${facts.status[0]}.${subject}.0`)
      return reason && judged(reason, 'enhanced-status', facts.status, CONFIDENCE.enhanced)
    }
    let best: Classification | undefined
    for (let word = 0; word < asked.length; word++) {
      for (let bits = asked[word] as number; bits !== 0; bits &= bits - 1) {
        const index = (word << 5) + 31 - Math.clz32(bits & -bits)
        if (index >= before) return best
        // Behind the status there are codes and weak words: they are no second opinion.
        if (index >= statusPlace) best ??= byStatus() || undefined
        if (best && (index >= afterEnhanced || alternatives.length >= MAX_ALTERNATIVES)) return best
        const entry = compiled[index] as CompiledRule
        if (!allows(entry, facts)) continue
        const evidence = evidenceOf(
          entry,
          likely[index] as NumberedPhrase[],
          counts[index] as number,
          facts,
          literals.places,
        )
        if (evidence === undefined) continue
        const { id, reason, tier, also, confidence = CONFIDENCE[tier] } = entry
        if (!best) {
          best = judged(reason, id, evidence, confidence)
          alternatives.push(...also)
        } else if (reason !== best.reason && !alternatives.includes(reason)) alternatives.push(reason)
      }
    }
    return best ?? (before >= rules.length ? byStatus() || undefined : undefined)
  }

  const maskOf = ({ reply_text }: Reply, provider: string): Masked =>
    mask(reply_text, provider === '' ? withProviders : ofRules)

  function judge(reply: Reply, host: string, masked: Masked): Judged {
    const { code, status, quoted } = masked
    const whole = maskedText()
    const command = IN_REPLY_TO.exec(whole)
    const named = reply.stage ?? 'unknown'
    const text = command ? whole.slice(0, command.index) : whole
    const facts: Facts = {
      text,
      code: quoted > 0 ? String(code) : String(reply.reply_code || code),
      status: statusText(status) || (reply.enhanced_code ?? ''),
      stage: named !== 'unknown' ? named : (STAGE_OF_COMMAND[command?.[1] ?? ''] ?? named),
      direction: reply.direction ?? 'outbound',
      provider: host === '' ? providerOfWords(text) : host,
    }
    // Who quotes only passes on: what the first server said decides where it says anything, and says it of this mail.
    const before = quoted > 0 ? whole.length - maskedText(quoted).length : 0
    const inner =
      quoted > 0 && !CALLOUT.test(text.slice(0, before))
        ? decide({ ...facts, text: text.slice(before) }, afterWeak, rules.length)
        : undefined
    const found = inner ?? decide(facts, rules.length, isVague(facts.status) ? afterWeak : afterEnhanced)
    const classification = found ?? {
      reason: '',
      ...reasonOf(''),
      rule: '',
      evidence: '',
      provider: facts.provider,
      confidence: 0,
      alternatives: [],
    }
    const decided = classification.confidence > CONFIDENCE.stage
    if (decided) return { classification, general: true }
    // The words say nothing in this encoding; in another one they may.
    let general = true
    for (const reading of otherReadings(reply.reply_text.slice(0, MAX_TEXT / 8))) {
      general = false
      mask(reading, withProviders)
      const read = decide({ ...facts, text: maskedText() }, afterWords, rules.length)
      if (read) return { classification: read, general }
    }
    return { classification, general }
  }

  return {
    classify(reply) {
      const host = cachedProviderOfHost(reply.remote_host ?? '')
      return judge(reply, host, maskOf(reply, host)).classification
    },
    mask: maskOf,
    judge,
  }
}

let standard: Classifier | undefined

/** The classifier in use: of the rules that come with Faultline, unless `useRules` gave others. */
export function classifier(): Classifier {
  standard ??= compile(loadRules())
  return standard
}

/** Judges by these rules from now on. */
export function useRules(rules: readonly Rule[]): void {
  standard = compile(rules)
}

/** Judges a reply. */
export function classify(reply: Reply): Classification {
  return classifier().classify(reply)
}
