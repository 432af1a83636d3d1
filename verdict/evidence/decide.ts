import type { Direction } from '../../schemas/event.ts'
import type { Evidence, SubCause, SubjectKind, Verdict } from '../../schemas/verdict.ts'
import { wilson } from '../intervals.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { nextStep } from './next-steps.ts'
import { subCause } from './sub-cause.ts'

/** What a decision is made of: a subject and its numbers, all but those that the decision adds. */
export interface Facts {
  direction: Direction
  subject_kind: SubjectKind
  window_ms: number
  /** How many senders there are in all: of two, both refused, nothing wider can be told. */
  fleet_senders: number
  /** Whether the domains that refuse a sender refuse most others that wrote to them: a large one is not most. */
  others_refused: boolean
  /** Whether the refusals are spread as a wave of this kind is (rank.ts). */
  has_shape: boolean
  /** Log-likelihood of its own rate over the usual one (rank.ts). */
  gain: number
  evidence: Omit<
    Evidence,
    'refused_share' | 'refused_share_low' | 'refused_share_high' | 'sub_cause_share' | 'notes'
  >
}

/** What is decided about a subject. */
export interface Decision {
  verdict: Verdict
  confidence: number
  sub_cause: SubCause
  evidence: Evidence
  next_step: string
}

const VERDICT_OF: Record<SubjectKind, Verdict> = {
  recipient_domain: 'recipient_domain',
  provider: 'provider_wide',
  sender_domain: 'sender_wide',
  source_ip: 'sender_wide',
  all: 'platform_wide',
}

const SENDER_WORDS: readonly SubCause[] = ['authentication', 'reputation', 'content']
const RECIPIENT_WORDS: readonly SubCause[] = ['directory', 'routing']
const isReceiving = (verdict: Verdict) => verdict === 'recipient_domain' || verdict === 'provider_wide'

type Counter = readonly [messages: number, refused: number]
const isTold = ([messages]: Counter) => messages >= T.min_counter
const mostlyRefused = ([messages, refused]: Counter) => refused * 2 > messages

// Most of what knocks at a gateway is refused: that says nothing of a sender who was welcome.
const isAmongStrangers = ({ direction }: Facts, verdict: Verdict) =>
  direction === 'inbound' && verdict === 'sender_wide'

interface Weighing {
  points: number
  note?: string
}

/** What speaks for and against a verdict, in per cent of confidence, each with its reason in words. */
function weigh(facts: Facts, verdict: Verdict, cause: SubCause): Weighing[] {
  const e = facts.evidence
  const found: Weighing[] = []
  const against = isReceiving(verdict) ? e.same_senders_elsewhere : e.same_domains_other_senders
  if (verdict === 'platform_wide') {
    if (e.accepted > 0 && e.senders - e.senders_refused > e.senders / 4)
      found.push({ points: -10, note: 'some senders are accepted' })
  } else if (!isTold(against))
    found.push({
      points: -12,
      note: isReceiving(verdict)
        ? 'these senders sent hardly anything elsewhere: nothing to compare with'
        : 'no other sender wrote to these domains: nothing to compare with',
    })
  else if (!mostlyRefused(against) || !(isReceiving(verdict) || facts.others_refused))
    found.push({ points: 5 })
  else if (!isAmongStrangers(facts, verdict))
    found.push({ points: -25, note: 'the comparison is refused as well' })
  const ours = SENDER_WORDS.includes(cause)
  const theirs = RECIPIENT_WORDS.includes(cause)
  if (isReceiving(verdict) ? theirs : ours) found.push({ points: 6 })
  // A provider that thinks little of our address is an ordinary case.
  const isOpinion = verdict === 'provider_wide' && cause !== 'authentication'
  if (isReceiving(verdict) ? ours && !isOpinion : theirs)
    found.push({ points: -15, note: `the breadth points one way, the words (${cause}) the other` })
  if (e.usual_messages < T.own_messages)
    found.push({
      points: -6,
      note: "hardly any history of this subject: the usual rate is the fleet's or assumed",
    })
  const { records, dead, lag_s } = e.completeness
  if (dead > T.max_dead_share * records)
    found.push({ points: -10, note: `${dead} of ${records} records could not be read` })
  if (lag_s * 1000 > facts.window_ms)
    found.push({ points: -20, note: `the newest event is ${lag_s} s older than the window's end` })
  return found
}

/** Whether most of a sender's mail is refused, but there is too little of it to say why. */
export function isUnclear({
  messages,
  refused,
  domains,
}: Pick<Evidence, 'messages' | 'refused' | 'domains'>): boolean {
  const isFew = messages < T.few_messages || domains < T.few_domains
  return isFew && refused > 0 && refused * 2 >= messages
}

function outcome(facts: Facts, cause: SubCause): { verdict: Verdict; note?: string } {
  const e = facts.evidence
  const kind = facts.subject_kind
  const isAbove = e.refused >= T.min_refused[kind] && facts.gain >= T.min_gain
  if (!facts.has_shape || !isAbove) {
    if (kind !== 'sender_domain' || !isUnclear(e)) return { verdict: 'mailbox_noise' }
    const missing = `${e.messages} messages to ${e.domains} domains`
    return {
      verdict: 'insufficient_data',
      note: `${missing}: ${T.few_messages} to ${T.few_domains} unrelated domains are needed to judge`,
    }
  }
  const isReceiver = isReceiving(VERDICT_OF[kind])
  const lone = (e.top_senders[0]?.messages ?? 0) >= T.lone_sender_share * e.refused
  if (
    kind === 'recipient_domain' &&
    lone &&
    facts.direction === 'outbound' &&
    SENDER_WORDS.includes(cause) &&
    e.same_senders_elsewhere[0] < T.few_domains - 1
  )
    return {
      verdict: 'insufficient_data',
      note: 'one sender at one domain, and the words blame the sender: its mail to other domains would decide',
    }
  // Not every log names recipients.
  const [recipients] = e.known_recipients
  const [fromOthers, refusedOthers] = e.same_domains_other_senders
  if (isReceiver && recipients === 1 && e.accepted + fromOthers > refusedOthers)
    return { verdict: 'mailbox_noise', note: 'one recipient only: others are accepted' }
  // A few dead addresses that many write to are no lost directory.
  const isDirectory = cause === 'mailbox' || cause === 'directory'
  if (isReceiver && isDirectory && recipients > 0 && recipients < T.min_lost_recipients)
    return { verdict: 'mailbox_noise', note: `unknown recipients: ${recipients} only` }
  if (
    isReceiver &&
    cause === 'authentication' &&
    isTold(e.same_senders_elsewhere) &&
    mostlyRefused(e.same_senders_elsewhere)
  )
    return { verdict: 'mailbox_noise', note: 'other receivers refuse these senders as well' }
  const others = e.same_domains_other_senders
  const canBeAll = facts.fleet_senders >= T.min_platform_senders
  if (
    VERDICT_OF[kind] === 'sender_wide' &&
    !isAmongStrangers(facts, 'sender_wide') &&
    canBeAll &&
    isTold(others) &&
    mostlyRefused(others) &&
    facts.others_refused
  )
    return { verdict: 'mailbox_noise', note: 'the same domains refuse other senders as well' }
  return { verdict: VERDICT_OF[kind] }
}

/** Judges one subject by its facts. Pure: the same facts give the same verdict. */
export function decide(facts: Facts): Decision {
  const e = facts.evidence
  const { sub_cause: words, share } = subCause(
    e.reasons,
    e.top_replies,
    isReceiving(VERDICT_OF[facts.subject_kind]),
  )
  const { verdict, note } = outcome(facts, words)
  // "User unknown" for everyone is no mailbox's fault.
  const isLost = isReceiving(verdict) && words === 'mailbox' && e.reasons[0]?.name !== 'mailbox_full'
  const sub_cause = isLost ? 'directory' : words
  const notes = note === undefined ? [] : [note]
  let confidence: number
  if (verdict === 'mailbox_noise' || verdict === 'insufficient_data') {
    // How sure it is that there is nothing: the more messages, the surer.
    confidence = Math.round(50 + (45 * e.messages) / (e.messages + 50))
    if (verdict === 'insufficient_data') confidence = 100 - confidence
  } else {
    const { gain } = facts
    const weights = weigh(facts, verdict, sub_cause)
    for (const { note } of weights) if (note !== undefined) notes.push(note)
    const points = weights.reduce((sum, { points }) => sum + points, 0)
    confidence = Math.round(Math.min(99, Math.max(5, 50 + (40 * gain) / (gain + 20) + points)))
  }
  const [low, high] = wilson(e.refused, e.messages)
  const isNoise = verdict === 'mailbox_noise'
  return {
    verdict,
    confidence,
    sub_cause: isNoise ? (e.mailbox > 0 ? 'mailbox' : '') : sub_cause,
    evidence: {
      ...e,
      refused_share: e.messages === 0 ? 0 : e.refused / e.messages,
      refused_share_low: low,
      refused_share_high: high,
      sub_cause_share: share,
      notes,
    },
    next_step: nextStep(verdict, sub_cause, facts.direction, e.reasons[0]?.name),
  }
}
