import { DIRECTIONS, type Direction } from '../schemas/event.ts'
import type { Completeness, VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { decide, isUnclear } from './decide.ts'
import { readDnsChanges } from './dns-changes.ts'
import { wilson } from './intervals.ts'
import { bestOf, fleetShare, isNamed, subjectKey } from './rank.ts'
import {
  readCandidates,
  readCompleteness,
  readFacts,
  readFleet,
  readHistory,
  readSenders,
  type SenderRow,
  type Window,
} from './read.ts'
import { type History, nameOf, type Selection, type Subject } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

/** What is asked: the window that ends at `at` (milliseconds since 1970), all senders or one. */
export interface Question {
  at: number
  window_ms: number
  sender?: string
  /** Subjects with nothing to say as well. */
  all?: boolean
}

async function itemOf(
  store: Store,
  window: Window,
  subject: Subject,
  told: readonly Selection[],
  completeness: Completeness,
  has_shape: boolean,
): Promise<VerdictItem> {
  const { direction, from, to } = window
  const span = { ...window, from: Math.max(from, to - subject.span_s * 1000) }
  const evidence = await readFacts(store, span, subject, told, completeness)
  const facts = { direction, subject_kind: subject.kind, window_ms: to - from, has_shape, evidence }
  const { verdict, confidence, sub_cause, evidence: weighed, next_step } = decide(facts)
  const dns_changes = verdict === 'mailbox_noise' ? [] : await readDnsChanges(store, window, evidence)
  return {
    direction,
    subject_kind: subject.kind,
    subject: nameOf(subject, evidence.top_providers[0]?.name),
    verdict,
    confidence,
    sub_cause,
    window_start: new Date(from).toISOString(),
    window_end: new Date(to).toISOString(),
    evidence: dns_changes.length === 0 ? weighed : { ...weighed, dns_changes },
    next_step,
  }
}

interface Waves {
  items: VerdictItem[]
  told: Selection[]
}

/**
 * Takes out of the window what explains most of its refusals, again and again until nothing is above the usual:
 * so two troubles at once are told apart, and the large one does not colour the small one.
 */
async function findWaves(
  store: Store,
  window: Window,
  fleet: History,
  completeness: Completeness,
): Promise<Waves> {
  const items: VerdictItem[] = []
  const told: Selection[] = []
  const passed = new Set<string>()
  const own = new Map<string, History>()
  while (told.length < T.max_waves && passed.size < T.max_waves) {
    const candidates = (await readCandidates(store, window, told)).filter(isNamed)
    await readHistory(store, window, candidates, own)
    const subjects = bestOf(candidates, { fleet, own }, window.direction, passed)
    if (subjects.length === 0) break
    const before = [...told]
    const judged = await Promise.all(
      subjects.map((subject) => itemOf(store, window, subject, before, completeness, true)),
    )
    for (const [i, subject] of subjects.entries()) {
      const item = judged[i]
      if (item === undefined || item.verdict === 'mailbox_noise') passed.add(subjectKey(subject))
      else {
        told.push(subject.selection)
        // A provider that refuses two of our senders is one wave, told by the larger.
        if (
          !items.some((known) => known.subject_kind === item.subject_kind && known.subject === item.subject)
        )
          items.push(item)
      }
    }
  }
  return { items, told }
}

// A sender is spoken of where its list is stale or its few messages were mostly refused.
function hasSomethingToSay({ messages, refused, mailbox, domains }: SenderRow): boolean {
  const isStale = messages >= T.stale_list_messages && wilson(mailbox, messages)[0] > T.stale_list_share
  return isStale || isUnclear({ messages, refused, domains })
}

async function judgeDirection(store: Store, window: Window, question: Question): Promise<VerdictItem[]> {
  const { sender = '', all = false } = question
  const fleet = await readFleet(store, window)
  if (fleet.window_messages === 0) return []
  const completeness = await readCompleteness(store, window)
  const { items, told } = await findWaves(store, window, fleet, completeness)
  const named = new Set(items.filter((i) => i.subject_kind === 'sender_domain').map((i) => i.subject))
  const isAbout = (item: VerdictItem) =>
    item.subject === sender || item.evidence.top_senders.some(({ name }) => name === sender)
  const found = sender === '' ? items : items.filter(isAbout)
  const senders = await readSenders(store, window, told, sender)
  // Who knocks at our gateway is no subject of ours.
  const ours = window.direction === 'outbound' ? senders : []
  for (const row of ours) {
    if (named.has(row.sender_domain)) continue
    if (!all && !(sender !== '' && found.length === 0) && !hasSomethingToSay(row)) continue
    const subject: Subject = {
      kind: 'sender_domain',
      selection: { sender: row.sender_domain, ip: '', provider: '', domain: '' },
      span_s: (window.to - window.from) / 1000,
      held: ['refused'],
      usual_share: fleetShare(fleet, window.direction),
      usual_messages: 0,
      gain: 0,
      rank: 0,
    }
    found.push(await itemOf(store, window, subject, told, completeness, false))
  }
  return found
}

const isWave = (item: VerdictItem) => item.verdict !== 'mailbox_noise' && item.verdict !== 'insufficient_data'

/** Judges one window: an item a wave, the surest and largest first. */
export async function judgeWindow(
  store: Store,
  question: Question,
  directions: readonly Direction[] = DIRECTIONS,
): Promise<VerdictItem[]> {
  const from = question.at - question.window_ms
  const items: VerdictItem[] = []
  for (const direction of directions)
    items.push(...(await judgeDirection(store, { direction, from, to: question.at }, question)))
  return items.sort(
    (a, b) =>
      Number(isWave(b)) - Number(isWave(a)) ||
      b.evidence.refused - a.evidence.refused ||
      b.evidence.mailbox - a.evidence.mailbox,
  )
}
