import { DIRECTIONS, type Direction } from '../schemas/event.ts'
import type { Completeness, VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { type Attempt, readAttempts } from './attempts.ts'
import { cellsOf } from './cells.ts'
import { decide, isUnclear } from './decide.ts'
import { readDnsChanges } from './dns-changes.ts'
import { factsOf, refusedRecipients } from './facts.ts'
import { readHistory } from './history.ts'
import { wilson } from './intervals.ts'
import { attemptsLeft, type Message, messagesOf } from './messages.ts'
import { withMistyped } from './mistyped.ts'
import { subjectKey } from './rank.ts'
import { readCompleteness, readFirstAccepted, spansOf, type Window } from './read.ts'
import { type Reply, readReplies, topReplies } from './replies.ts'
import { type SenderRow, sendersOf } from './senders.ts'
import { nameOf, type Subject, type Wave } from './subject.ts'
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

/** What a direction of a window holds, and what was usual before. */
interface View {
  window: Window
  completeness: Completeness
  /** The attempts from a moment on that these waves leave, and the messages last tried since then. */
  left(from: number, told: readonly Wave[]): { attempts: Attempt[]; messages: Message[] }
}

function viewOf(window: Window, completeness: Completeness, attempts: readonly Attempt[]): View {
  let of: readonly Wave[] | undefined
  let all: { attempts: Attempt[]; messages: Message[] } = { attempts: [], messages: [] }
  return {
    window,
    completeness,
    left(from, told) {
      // Asked for one subject after the other with the same waves told.
      if (of !== told) {
        const left = attemptsLeft(attempts, told)
        all = { attempts: left, messages: messagesOf(left, window.to) }
      }
      of = told
      if (from <= window.from) return all
      // By all its tries in the window, as cells.ts counts it: what was put off again is no first try in a shorter span.
      return {
        attempts: all.attempts.filter(({ time }) => time >= from),
        messages: all.messages.filter(({ last_time }) => last_time >= from),
      }
    },
  }
}

/** A subject that is judged; what its item still lacks is read for all of them at once. */
interface Judged {
  item: VerdictItem
  /** Start of its span. */
  from: number
  replies: Reply[]
  recipients: string[]
}

function judgeSubject(view: View, subject: Subject, told: readonly Wave[], has_shape: boolean): Judged {
  const { direction, from, to } = view.window
  const start = Math.max(from, to - subject.span_s * 1000)
  const { attempts, messages } = view.left(start, told)
  const facts = factsOf(messages, subject)
  const recipients = refusedRecipients(messages, subject)
  const { verdict, confidence, sub_cause, evidence, next_step } = decide({
    direction,
    subject_kind: subject.kind,
    window_ms: to - from,
    fleet_senders: subject.fleet_senders,
    has_shape,
    gain: subject.gain,
    evidence: {
      ...facts,
      span_s: subject.span_s,
      usual_share: subject.usual_share,
      usual_messages: subject.usual_messages,
      accepted_before: subject.accepted_before,
      last_accepted_before: subject.last_accepted_before,
      top_replies: [],
      known_recipients: [recipients.length, 0],
      completeness: view.completeness,
    },
  })
  const held = facts.refused === 0 ? [...subject.held, 'mailbox'] : subject.held
  const item = {
    direction,
    subject_kind: subject.kind,
    subject: nameOf(subject, facts.top_providers[0]?.name),
    verdict,
    confidence,
    sub_cause,
    window_start: new Date(from).toISOString(),
    window_end: new Date(to).toISOString(),
    evidence,
    next_step,
  }
  return { item, from: start, replies: topReplies(attempts, { ...subject, held }), recipients }
}

/** The items with the words of their replies, whom they knew before, and what changed in DNS. */
async function complete(store: Store, window: Window, judged: readonly Judged[]): Promise<VerdictItem[]> {
  const [replies, firstAccepted, dns] = await Promise.all([
    readReplies(
      store,
      window,
      judged.flatMap(({ replies }) => replies),
    ),
    readFirstAccepted(
      store,
      window,
      judged.flatMap(({ recipients }) => recipients),
    ),
    Promise.all(
      judged.map(({ item }) =>
        item.verdict === 'mailbox_noise' ? [] : readDnsChanges(store, window, item.evidence),
      ),
    ),
  ])
  return judged.map(({ item, ...of }, i) => {
    const known = of.recipients.filter((name) => (firstAccepted.get(name) ?? window.to) < of.from)
    const dns_changes = dns[i] ?? []
    return {
      ...item,
      evidence: {
        ...item.evidence,
        top_replies: of.replies.map(replies),
        known_recipients: [of.recipients.length, known.length],
        ...(dns_changes.length === 0 ? {} : { dns_changes }),
      },
    }
  })
}

async function readMaterial(store: Store, { window, left }: View): Promise<Material> {
  const { direction, from, to } = window
  const spans = spansOf(window)
  const cells = cellsOf(left(from, []).messages, spans, to)
  const usual = await readHistory(store, window, troubledNames(cells, direction))
  return { direction, cells, spans, usual }
}

/**
 * Takes out of the window what explains most of its refusals, again and again until nothing is above the usual:
 * so two troubles at once are told apart, and the large one does not colour the small one.
 */
function findWaves(view: View, material: Material): { found: Judged[]; told: Wave[] } {
  const found: Judged[] = []
  const told: Wave[] = []
  const passed = new Set<string>()
  while (told.length < T.max_waves && passed.size < T.max_waves) {
    const subjects = nextSubjects(material, told, passed)
    if (subjects.length === 0) break
    const before = [...told]
    for (const subject of subjects) {
      const judged = judgeSubject(view, subject, before, true)
      const { subject_kind, subject: name, verdict } = judged.item
      if (verdict === 'mailbox_noise') passed.add(subjectKey(subject))
      else {
        told.push(subject)
        // A provider that refuses two of our senders is one wave, told by the larger.
        if (!found.some(({ item }) => item.subject_kind === subject_kind && item.subject === name))
          found.push(judged)
      }
    }
  }
  return { found, told }
}

// A sender is spoken of where its list is stale or its few messages were mostly refused.
function hasSomethingToSay({ messages, refused, mailbox, domains }: SenderRow): boolean {
  const isStale = messages >= T.stale_list_messages && wilson(mailbox, messages)[0] > T.stale_list_share
  return isStale || isUnclear({ messages, refused, domains })
}

// Told with `all`; nobody reads on.
const MAX_SENDERS = 1000

async function judgeDirection(
  store: Store,
  window: Window,
  question: Question,
  completeness: Completeness,
): Promise<VerdictItem[]> {
  const { sender = '', all = false } = question
  const attempts = await readAttempts(store, window)
  if (attempts.length === 0) return []
  const view = viewOf(window, completeness, attempts)
  const material = await readMaterial(store, view)
  const { found: waves, told } = findWaves(view, material)
  const named = new Set(
    waves.filter(({ item }) => item.subject_kind === 'sender_domain').map(({ item }) => item.subject),
  )
  const isAbout = ({ item }: Judged) =>
    item.subject === sender || item.evidence.top_senders.some(({ name }) => name === sender)
  const found = sender === '' ? waves : waves.filter(isAbout)
  // Who knocks at our gateway is no subject of ours.
  const senders =
    window.direction === 'outbound'
      ? sendersOf(view.left(window.from, told).messages).slice(0, MAX_SENDERS)
      : []
  for (const row of senders) {
    if (named.has(row.sender_domain) || (sender !== '' && row.sender_domain !== sender)) continue
    if (!all && !(sender !== '' && found.length === 0) && !hasSomethingToSay(row)) continue
    const subject: Subject = {
      kind: 'sender_domain',
      fleet_senders: senders.length,
      selection: { sender: row.sender_domain, ip: '', provider: '', domain: '' },
      span_s: (window.to - window.from) / 1000,
      held: ['refused'],
      sides: [],
      usual_share: fleetShare(material.usual.fleet, window.direction) ?? 0,
      usual_messages: 0,
      accepted_before: 0,
      last_accepted_before: '',
      gain: 0,
      rank: 0,
    }
    found.push(judgeSubject(view, subject, told, false))
  }
  return complete(store, window, found)
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
  const completeness = await readCompleteness(store, { from, to: question.at })
  const judged = await Promise.all(
    directions.map((direction) =>
      judgeDirection(store, { direction, from, to: question.at }, question, completeness),
    ),
  )
  const items = await withMistyped(store, judged.flat())
  return items.sort(
    (a, b) =>
      Number(isWave(b)) - Number(isWave(a)) ||
      b.evidence.refused - a.evidence.refused ||
      b.evidence.mailbox - a.evidence.mailbox,
  )
}
