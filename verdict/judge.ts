import { DIRECTIONS, type Direction } from '../schemas/event.ts'
import type { VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { isUnclear } from './evidence/decide.ts'
import { complete, type Judged, judgeSubject } from './evidence/items.ts'
import { wilson } from './intervals.ts'
import type { Subject, Wave } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { readHistory, withPairs } from './usual/history.ts'
import { readTroubledNames, type TroubledNames } from './usual/troubled-names.ts'
import { fleetShare, type Usual } from './usual/usual.ts'
import { withWeek } from './usual/week.ts'
import { subjectKey } from './waves/rank.ts'
import { type Material, restOf, restWithout, restWithPairs } from './waves/rest.ts'
import { nextSubjects } from './waves/waves.ts'
import { readAttempts } from './window/attempts.ts'
import { cellsOf } from './window/cells.ts'
import { lagOf, readAccount, type Span, spansOf, type Window } from './window/read.ts'
import { type SenderRow, sendersOf } from './window/senders.ts'
import { type View, viewOf } from './window/view.ts'

/** What is asked: the window that ends at `at` (milliseconds since 1970), all senders or one. */
export interface Question {
  at: number
  window_ms: number
  sender?: string
  /** Subjects with nothing to say as well. */
  all?: boolean
}

/** What was usual before a window, and the names whose history is known. */
interface Past {
  names: TroubledNames
  usual: Usual
}

async function readPast(store: Store, window: Window, names: TroubledNames): Promise<Past> {
  const day = await readHistory(store, window, names)
  return { names, usual: window.direction === 'outbound' ? await withWeek(store, window, day, names) : day }
}

/**
 * Takes out of the window what explains most of its refusals, again and again until nothing is above the usual:
 * so two troubles at once are told apart, and the large one does not colour the small one.
 */
async function findWaves(
  view: View,
  material: Material,
  readPairs: (usual: Usual) => Promise<Usual>,
): Promise<{ found: Judged[]; told: Wave[] }> {
  let rest = restOf(material)
  const found: Judged[] = []
  const told: Wave[] = []
  const passed = new Set<string>()
  while (told.length < T.max_waves && passed.size < T.max_waves) {
    let subjects = nextSubjects(rest, passed)
    if (subjects === undefined) {
      rest = restWithPairs(rest, await readPairs(rest.usual))
      subjects = nextSubjects(rest, passed) ?? []
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
    if (told.length > before.length) rest = restWithout(rest, told.slice(before.length))
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
  { sender = '', all = false }: Question,
  told: readonly Wave[],
  found: readonly Judged[],
): Omit<Subject, 'usual_share'>[] {
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
async function judgeDirection(
  store: Store,
  view: View,
  question: Question,
  past: Promise<Past>,
): Promise<VerdictItem[]> {
  const { window } = view
  const { direction, from, to } = window
  const all = view.left(from, [])
  const cells = cellsOf(all.messages, spansOf(window), to)
  const { names, usual } = await past
  const { found, told } = await findWaves(view, { direction, cells, usual }, (usual) =>
    withPairs(store, window, usual, names),
  )
  const usual_share = fleetShare(usual.fleet, direction)
  const others = otherSenders(view, question, told, found)
  const { sender = '' } = question
  return complete(store, view, [
    ...(sender === '' ? found : found.filter((judged) => isAbout(judged, sender))),
    ...others.map((subject) => judgeSubject(view, { ...subject, usual_share }, told, false)),
  ])
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
  // The past is read while the window is.
  const names = readTroubledNames(store, span, directions)
  const pasts = directions.map((direction) => ({
    direction,
    past: names.then((of) => readPast(store, { direction, ...span }, of[direction])),
  }))
  const judging = Promise.all([readAccount(store, span), readAttempts(store, span, directions)]).then(
    ([account, attempts]) => {
      const newest = Math.max(...directions.map((direction) => attempts[direction].time.at(-1) ?? 0))
      const completeness = { ...account, lag_s: lagOf(newest, span.to) }
      return Promise.all(
        pasts.map(({ direction, past }) => {
          if (attempts[direction].count === 0) return []
          const view = viewOf({ direction, ...span }, completeness, attempts[direction])
          return judgeDirection(store, view, question, past)
        }),
      )
    },
  )
  // Nothing is left half read, whatever fails.
  await Promise.allSettled([judging, ...pasts.map(({ past }) => past)])
  const items = await judging
  return items
    .flat()
    .sort(
      (a, b) =>
        Number(isWave(b)) - Number(isWave(a)) ||
        b.evidence.refused - a.evidence.refused ||
        b.evidence.mailbox - a.evidence.mailbox,
    )
}
