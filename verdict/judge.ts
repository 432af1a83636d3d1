import { DIRECTIONS, type Direction } from '../schemas/event.ts'
import type { Completeness, VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { decide, isUnclear } from './evidence/decide.ts'
import { readDnsChanges } from './evidence/dns-changes.ts'
import { factsOf, othersThere, refusedRecipients, type Some } from './evidence/facts.ts'
import { readMistyped } from './evidence/mistyped.ts'
import { topReplies } from './evidence/replies.ts'
import { wilson } from './intervals.ts'
import { nameOf, type Selection, type Subject, type Wave } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { readHistory, withPairs } from './usual/history.ts'
import { readLastAccepted } from './usual/last-accepted.ts'
import { type TroubledNames, troubledNames } from './usual/troubled-names.ts'
import { fleetShare, type Usual } from './usual/usual.ts'
import { withWeek } from './usual/week.ts'
import { areMostRefused } from './waves/breadth.ts'
import { subjectKey } from './waves/rank.ts'
import { type Material, nextSubjects } from './waves/waves.ts'
import { type Attempts, readAttempts } from './window/attempts.ts'
import { cellsOf } from './window/cells.ts'
import { messagesOf } from './window/messages.ts'
import {
  type KnownRecipients,
  knownRecipients,
  readCompleteness,
  type Span,
  spansOf,
  type Window,
} from './window/read.ts'
import { type SenderRow, sendersOf } from './window/senders.ts'

/** What is asked: the window that ends at `at` (milliseconds since 1970), all senders or one. */
export interface Question {
  at: number
  window_ms: number
  sender?: string
  /** Subjects with nothing to say as well. */
  all?: boolean
}

/** What is left of a window. */
interface Left extends Some {
  /** Places of the attempts that were not accepted. */
  refusals: readonly number[]
}

/** What a direction of a window holds, and what was usual before. */
interface View {
  window: Window
  completeness: Completeness
  attempts: Attempts
  /** What the attempts since a moment that these waves leave come to: the messages that were last tried since then. */
  left(from: number, told: readonly Wave[]): Left
}

function viewOf(window: Window, completeness: Completeness, attempts: Attempts): View {
  const untold = messagesOf(attempts, window.to, [])
  let of: readonly Wave[] | undefined
  let all = untold
  const known = new Map<number, Left>()
  return {
    window,
    completeness,
    attempts,
    left(from, told) {
      // Asked for one subject after the other with the same waves told.
      if (of !== told) {
        all = told.length === 0 ? untold : messagesOf(attempts, window.to, told)
        known.clear()
      }
      of = told
      let left = known.get(from)
      if (left === undefined) {
        // By all its tries in the window, as cells.ts counts it: what was put off again is no first try in a shorter span.
        const { messages, refusals } = all
        const places: number[] = []
        for (let i = 0; i < messages.count; i++) if ((messages.time[i] ?? 0) >= from) places.push(i)
        left = { messages, places, refusals: refusals.filter((i) => (attempts.time[i] ?? 0) >= from) }
        known.set(from, left)
      }
      return left
    },
  }
}

/** A subject that is judged; what its item still lacks is read for all of them at once. */
interface Judged {
  item: VerdictItem
  selection: Selection
  /** Start of its span. */
  from: number
  recipients: string[]
}

const isSender = ({ kind }: Subject) => kind === 'sender_domain' || kind === 'source_ip'

function judgeSubject(view: View, subject: Subject, told: readonly Wave[], has_shape: boolean): Judged {
  const { direction, from, to } = view.window
  const start = Math.max(from, to - subject.span_s * 1000)
  const left = view.left(start, told)
  const facts = factsOf(left, subject)
  const recipients = refusedRecipients(left, subject, has_shape)
  // What is no wave is told by all that it was refused.
  const wave: Wave =
    has_shape && facts.refused > 0 ? subject : { ...subject, held: [...subject.held, 'mailbox'] }
  const { verdict, confidence, sub_cause, evidence, next_step } = decide({
    direction,
    subject_kind: subject.kind,
    window_ms: to - from,
    fleet_senders: subject.fleet_senders,
    others_refused: has_shape && isSender(subject) && areMostRefused(othersThere(left, subject)),
    has_shape,
    gain: subject.gain,
    evidence: {
      ...facts,
      span_s: subject.span_s,
      usual_share: subject.usual_share,
      usual_messages: subject.usual_messages,
      accepted_before: subject.accepted_before,
      last_accepted_before: subject.last_accepted_before,
      top_replies: topReplies(view.attempts, left.refusals, wave),
      known_recipients: [recipients.length, 0],
      completeness: view.completeness,
    },
  })
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
  return { item, selection: subject.selection, from: start, recipients }
}

/** The items with what is read for all of them at once: whom they knew before, what changed in DNS, who is mistyped. */
async function complete(
  store: Store,
  { window, attempts }: View,
  judged: readonly Judged[],
  known: KnownRecipients,
): Promise<VerdictItem[]> {
  const items = judged.map(({ item }) => item)
  const waves = items.filter(({ verdict }) => verdict !== 'mailbox_noise')
  const recipients = judged.flatMap(({ recipients }) => recipients)
  const lastAccepted = judged.map(({ item, selection }) =>
    readLastAccepted(store, window, selection, item.evidence.last_accepted_before),
  )
  const [accepted, firstAccepted, changes, tellMistyped] = await Promise.all([
    Promise.all(lastAccepted),
    known.firstAccepted(recipients),
    readDnsChanges(store, window.to, waves),
    readMistyped(store, window, attempts, items),
  ])
  return judged.map(({ item, from, recipients }, place) => {
    const before = recipients.filter((name) => (firstAccepted(name) ?? window.to) < from)
    const dns_changes = changes[waves.indexOf(item)] ?? []
    return tellMistyped({
      ...item,
      evidence: {
        ...item.evidence,
        last_accepted_before: accepted[place] ?? '',
        known_recipients: [recipients.length, before.length],
        ...(dns_changes.length === 0 ? {} : { dns_changes }),
      },
    })
  })
}

/** What the waves of a direction follow from, and the names whose history is known. */
async function readMaterial(
  store: Store,
  { window, left }: View,
): Promise<{ material: Material; names: TroubledNames }> {
  const { direction, from, to } = window
  const cells = cellsOf(left(from, []).messages, spansOf(window), to)
  const names = troubledNames(cells, direction)
  const day = await readHistory(store, window, names)
  const usual = direction === 'outbound' ? await withWeek(store, window, day, names) : day
  return { material: { direction, cells, usual }, names }
}

/**
 * Takes out of the window what explains most of its refusals, again and again until nothing is above the usual:
 * so two troubles at once are told apart, and the large one does not colour the small one.
 */
async function findWaves(
  view: View,
  read: Material,
  readPairs: (usual: Usual) => Promise<Usual>,
): Promise<{ found: Judged[]; told: Wave[] }> {
  let material = read
  const found: Judged[] = []
  const told: Wave[] = []
  const passed = new Set<string>()
  while (told.length < T.max_waves && passed.size < T.max_waves) {
    let subjects = nextSubjects(material, told, passed)
    if (subjects === undefined) {
      material = { ...material, usual: await readPairs(material.usual) }
      subjects = nextSubjects(material, told, passed) ?? []
    }
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

// A sender is spoken of where its list is stale or its few messages were mostly refused. Among others, one message is none.
function hasSomethingToSay({ messages, refused, mailbox, domains }: SenderRow, isAlone: boolean): boolean {
  const isStale = messages >= T.stale_list_messages && wilson(mailbox, messages)[0] > T.stale_list_share
  return isStale || ((isAlone || refused >= T.few_refused) && isUnclear({ messages, refused, domains }))
}

// Told with `all`; nobody reads on.
const MAX_SENDERS = 1000

/** The senders that are spoken of though they are no wave: of what these waves leave, and beside those already found. */
function otherSenders(
  { window, left }: View,
  { usual }: Material,
  { sender = '', all = false }: Question,
  told: readonly Wave[],
  found: readonly Judged[],
): Subject[] {
  // Who knocks at our gateway is no subject of ours.
  if (window.direction === 'inbound') return []
  const named = new Set(
    found.filter(({ item }) => item.subject_kind === 'sender_domain').map(({ item }) => item.subject),
  )
  const isAsked = sender !== '' && !found.some((judged) => isAbout(judged, sender))
  const senders = sendersOf(left(window.from, told).messages).slice(0, MAX_SENDERS)
  return senders
    .filter(
      (row) =>
        !named.has(row.sender_domain) &&
        (sender === '' || row.sender_domain === sender) &&
        (all || isAsked || hasSomethingToSay(row, senders.length === 1)),
    )
    .map(({ sender_domain }) => ({
      kind: 'sender_domain',
      fleet_senders: senders.length,
      selection: { sender: sender_domain, ip: '', provider: '', domain: '' },
      span_s: (window.to - window.from) / 1000,
      held: ['refused'],
      sides: [],
      usual_share: fleetShare(usual.fleet, window.direction),
      usual_messages: 0,
      accepted_before: 0,
      last_accepted_before: '',
      gain: 0,
      rank: 0,
    }))
}

const isAbout = ({ item }: Judged, sender: string): boolean =>
  item.subject === sender || item.evidence.top_senders.some(({ name }) => name === sender)

/** Judges one direction of a window; the other is read and judged meanwhile. */
async function judgeDirection(store: Store, view: View, question: Question): Promise<VerdictItem[]> {
  const { window } = view
  const known = knownRecipients(store, window)
  const { material, names } = await readMaterial(store, view)
  // Mostly there are no waves: the recipients of these senders are read while waves are looked for.
  const all = view.left(window.from, [])
  known.ask(
    otherSenders(view, material, question, [], []).flatMap((subject) =>
      refusedRecipients(all, subject, false),
    ),
  )
  const { found, told } = await findWaves(view, material, (usual) => withPairs(store, window, usual, names))
  const others = otherSenders(view, material, question, told, found)
  const { sender = '' } = question
  return complete(
    store,
    view,
    [
      ...(sender === '' ? found : found.filter((judged) => isAbout(judged, sender))),
      ...others.map((subject) => judgeSubject(view, subject, told, false)),
    ],
    known,
  )
}

/** Whether a verdict is somebody's problem. */
export const isWave = ({ verdict }: Pick<VerdictItem, 'verdict'>): boolean =>
  verdict !== 'mailbox_noise' && verdict !== 'insufficient_data'

/** Judges one window: an item a wave, the surest and largest first. */
export async function judgeWindow(
  store: Store,
  question: Question,
  directions: readonly Direction[] = DIRECTIONS,
): Promise<VerdictItem[]> {
  const span: Span = { from: question.at - question.window_ms, to: question.at }
  const [completeness, attempts] = await Promise.all([
    readCompleteness(store, span),
    readAttempts(store, span, directions),
  ])
  const views = directions
    .filter((direction) => attempts[direction].count > 0)
    .map((direction) => viewOf({ direction, ...span }, completeness, attempts[direction]))
  const items = await Promise.all(views.map((view) => judgeDirection(store, view, question)))
  return items
    .flat()
    .sort(
      (a, b) =>
        Number(isWave(b)) - Number(isWave(a)) ||
        b.evidence.refused - a.evidence.refused ||
        b.evidence.mailbox - a.evidence.mailbox,
    )
}
