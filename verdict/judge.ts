import { DIRECTIONS, type Direction } from '../schemas/event.ts'
import type { Completeness, VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { without } from './candidates.ts'
import { decide, isUnclear } from './decide.ts'
import { readDnsChanges } from './dns-changes.ts'
import { wilson } from './intervals.ts'
import { withMistyped } from './mistyped.ts'
import { subjectKey } from './rank.ts'
import {
  readCells,
  readCompleteness,
  readFacts,
  readFleet,
  readHistory,
  readSenders,
  type SenderRow,
  spansOf,
  type Window,
} from './read.ts'
import { type Cell, type History, nameOf, type Subject, type Wave } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { fleetShare } from './usual.ts'
import { type Material, nextSubjects, troubledNames } from './waves.ts'

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
  told: readonly Wave[],
  completeness: Completeness,
  has_shape: boolean,
): Promise<VerdictItem> {
  const { direction, from, to } = window
  const span = { ...window, from: Math.max(from, to - subject.span_s * 1000) }
  const evidence = await readFacts(store, span, subject, told, completeness)
  const facts = {
    direction,
    subject_kind: subject.kind,
    window_ms: to - from,
    has_shape,
    gain: subject.gain,
    evidence,
  }
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

async function readMaterial(store: Store, window: Window, fleet: History): Promise<Material> {
  const { direction } = window
  const cells = await readCells(store, window)
  const names = troubledNames(cells, direction)
  const isQuiet = Object.values(names).every((list) => list.length === 0)
  const own = isQuiet ? new Map<string, History>() : await readHistory(store, window, names)
  return { direction, cells, spans: spansOf(window), usual: { fleet, own } }
}

interface Waves {
  items: VerdictItem[]
  told: Wave[]
  /** What no wave explains. */
  left: Cell[]
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
  const told: Wave[] = []
  const passed = new Set<string>()
  const material = await readMaterial(store, window, fleet)
  while (told.length < T.max_waves && passed.size < T.max_waves) {
    const subjects = nextSubjects(material, told, passed)
    if (subjects.length === 0) break
    const before = [...told]
    const judged = await Promise.all(
      subjects.map((subject) => itemOf(store, window, subject, before, completeness, true)),
    )
    for (const [i, subject] of subjects.entries()) {
      const item = judged[i]
      if (item === undefined || item.verdict === 'mailbox_noise') passed.add(subjectKey(subject))
      else {
        told.push(subject)
        // A provider that refuses two of our senders is one wave, told by the larger.
        if (
          !items.some((known) => known.subject_kind === item.subject_kind && known.subject === item.subject)
        )
          items.push(item)
      }
    }
  }
  return { items, told, left: without(material.cells, told) }
}

// A sender is spoken of where its list is stale or its few messages were mostly refused.
function hasSomethingToSay({
  messages,
  refused,
  mailbox,
  domains,
}: Omit<SenderRow, 'sender_domain' | 'accepted'>): boolean {
  const isStale = messages >= T.stale_list_messages && wilson(mailbox, messages)[0] > T.stale_list_share
  return isStale || isUnclear({ messages, refused, domains })
}

// Whether any sender could have something to say; on most days none has.
function isWorthReading(left: readonly Cell[]): boolean {
  const senders = new Map<string, Omit<SenderRow, 'sender_domain' | 'accepted' | 'domains'>>()
  for (const { sender_domain, state, messages } of left) {
    const row = senders.get(sender_domain) ?? { messages: 0, refused: 0, mailbox: 0 }
    const count = messages.at(-1) ?? 0
    row.messages += count
    if (state === 'refused' || state === 'mailbox') row[state] += count
    senders.set(sender_domain, row)
  }
  return [...senders.values()].some((row) => hasSomethingToSay({ ...row, domains: 0 }))
}

async function judgeDirection(
  store: Store,
  window: Window,
  question: Question,
  completeness: Completeness,
): Promise<VerdictItem[]> {
  const { sender = '', all = false } = question
  const fleet = await readFleet(store, window)
  if (fleet.window_messages === 0) return []
  const { items, told, left } = await findWaves(store, window, fleet, completeness)
  const named = new Set(items.filter((i) => i.subject_kind === 'sender_domain').map((i) => i.subject))
  const isAbout = (item: VerdictItem) =>
    item.subject === sender || item.evidence.top_senders.some(({ name }) => name === sender)
  const found = sender === '' ? items : items.filter(isAbout)
  // Who knocks at our gateway is no subject of ours.
  const isAsked = window.direction === 'outbound' && (all || sender !== '' || isWorthReading(left))
  const senders = isAsked ? await readSenders(store, window, told, sender) : []
  for (const row of senders) {
    if (named.has(row.sender_domain)) continue
    if (!all && !(sender !== '' && found.length === 0) && !hasSomethingToSay(row)) continue
    const subject: Subject = {
      kind: 'sender_domain',
      selection: { sender: row.sender_domain, ip: '', provider: '', domain: '' },
      span_s: (window.to - window.from) / 1000,
      held: ['refused'],
      sides: [],
      usual_share: fleetShare(fleet, window.direction) ?? 0,
      usual_messages: 0,
      accepted_before: 0,
      last_accepted_before: '',
      gain: 0,
      rank: 0,
    }
    found.push(await itemOf(store, window, subject, told, completeness, false))
  }
  return found
}

/** Whether a verdict is somebody's problem. */
export const isWave = (item: VerdictItem): boolean =>
  item.verdict !== 'mailbox_noise' && item.verdict !== 'insufficient_data'

/** Judges one window: an item a wave, the surest and largest first. */
export async function judgeWindow(
  store: Store,
  question: Question,
  directions: readonly Direction[] = DIRECTIONS,
): Promise<VerdictItem[]> {
  const from = question.at - question.window_ms
  const items: VerdictItem[] = []
  const completeness = await readCompleteness(store, { from, to: question.at })
  for (const direction of directions)
    items.push(...(await judgeDirection(store, { direction, from, to: question.at }, question, completeness)))
  return (await withMistyped(store, items)).sort(
    (a, b) =>
      Number(isWave(b)) - Number(isWave(a)) ||
      b.evidence.refused - a.evidence.refused ||
      b.evidence.mailbox - a.evidence.mailbox,
  )
}
