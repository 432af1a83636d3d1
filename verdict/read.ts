import type { Direction } from '../schemas/event.ts'
import type { Completeness, Counted, CountedReply, Evidence } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { BLAMING_SIDES } from './candidates.ts'
import { OPERATED } from './operators.ts'
import { sql } from './sql.ts'
import type { Cell, History, Named, Subject, Wave } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { historyKey } from './usual.ts'

/** One direction of one window; times in milliseconds since 1970. */
export interface Window {
  direction: Direction
  from: number
  to: number
}

// In text, so that one parameter serves the comparison with every time type.
const span = (from: number, to: number) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})

function parameters({ direction, from, to }: Window, told: readonly Wave[]) {
  return {
    direction,
    ...span(from, to),
    ...OPERATED,
    told_senders: told.map(({ selection }) => selection.sender),
    told_ips: told.map(({ selection }) => selection.ip),
    told_providers: told.map(({ selection }) => selection.provider),
    told_domains: told.map(({ selection }) => selection.domain),
    told_sides: told.map(({ sides }) => sides),
  }
}

// The day before the window; its last hours are told apart.
const before = ({ direction, from }: Window) => ({
  direction,
  ...span(from - T.history_ms, from),
  recent: new Date(from - T.recent_ms).toISOString(),
  sender_words: BLAMING_SIDES,
})
const NONE: History = {
  messages: 0,
  accepted: 0,
  refused: 0,
  blamed: 0,
  mailbox: 0,
  recent_messages: 0,
  recent_accepted: 0,
  recent_refused: 0,
  recent_blamed: 0,
  last_accepted: '',
}

/** The fleet's day before the window, and how many attempts the window itself holds (to the minute). */
export async function readFleet(
  store: Store,
  window: Window,
): Promise<History & { window_messages: number }> {
  const [fleet] = await store.query<History & { window_messages: number }>(sql('usual'), {
    ...before(window),
    end: new Date(window.to).toISOString(),
  })
  return fleet ?? { ...NONE, window_messages: 0 }
}

/** How many attempts there are in [from, to), to the minute: whether it is much to read. */
export async function attemptsIn(store: Store, from: number, to: number): Promise<number> {
  const [row] = await store.query<{ attempts: number }>(sql('attempts-in'), span(from, to))
  return row?.attempts ?? 0
}

/** The spans that a window is looked at in, in seconds; itself the last. */
export function spansOf({ from, to }: Window): number[] {
  const length = Math.round((to - from) / 1000)
  return [...T.spans_s.filter((span_s) => span_s < length), length]
}

/** What the window holds, over each of its spans. */
export function readCells(store: Store, window: Window): Promise<Cell[]> {
  return store.query<Cell>(sql('cells'), { ...parameters(window, []), spans: spansOf(window) })
}

/** The day before, of subjects that have these names and of pairs of them, by `historyKey`. */
export async function readHistory(
  store: Store,
  window: Window,
  names: Record<'senders' | 'ips' | 'providers' | 'operator_names' | 'domains', string[]>,
): Promise<Map<string, History>> {
  const rows = await store.query<History & Named>(sql('history'), {
    ...before(window),
    ...OPERATED,
    ...names,
  })
  return new Map(rows.map((row) => [historyKey(row), row]))
}

// As topK gives them, with its bound of error.
type Top = { item: string; count: number; error: number }[]

interface FactsRow {
  messages: number
  accepted: number
  refused: number
  mailbox: number
  delayed: number
  domains: number
  domains_refused: number
  providers: number
  providers_refused: number
  senders: number
  senders_refused: number
  effective_domains: number
  reasons: Record<string, number>
  top_domains: Top
  top_providers: Top
  top_senders: Top
  top_ips: Top
  refused_recipients: string[]
  first_refused: string
  last_refused: string
  last_accepted: string
  same_senders_messages: number
  same_senders_refused: number
  same_domains_messages: number
  same_domains_refused: number
  same_provider_messages: number
  same_provider_refused: number
  others_messages: number
  others_refused: number
}

const counted = (top: Top): Counted[] => top.map(({ item, count }) => ({ name: item, messages: count }))

// A week: who gets a monthly letter is not known by it, but it is quickly read.
const KNOWN_MS = 7 * 86_400_000

/** How many of these recipients took mail in the week before the window. */
async function readKnown(
  store: Store,
  { direction, from }: Window,
  recipients: readonly string[],
): Promise<number> {
  const asked = { direction, ...span(from - KNOWN_MS, from), recipients }
  const [row] = await store.query<{ known: number }>(sql('known-recipients'), asked)
  return row?.known ?? 0
}

/** The facts of a subject; of nothing else than the SQL says. */
export async function readFacts(
  store: Store,
  window: Window,
  subject: Subject,
  told: readonly Wave[],
  completeness: Completeness,
) {
  const asked = { ...parameters(window, told), ...subject.selection }
  const { held, sides } = subject
  const [row] = await store.query<FactsRow>(sql('facts'), { ...asked, held, sides })
  if (row === undefined) throw new Error('facts.sql gives one row')
  const attempts = row.refused === 0 ? [...held, 'mailbox'] : held
  const top_replies = await store.query<CountedReply>(sql('replies'), { ...asked, attempts, sides })
  const reasons = Object.entries(row.reasons).map(([name, messages]) => ({ name, messages }))
  const recipients = row.refused_recipients
  const known = recipients.length === 0 ? 0 : await readKnown(store, window, recipients)
  return {
    span_s: subject.span_s,
    messages: row.messages,
    accepted: row.accepted,
    refused: row.refused,
    mailbox: row.mailbox,
    delayed: row.delayed,
    usual_share: subject.usual_share,
    usual_messages: subject.usual_messages,
    domains: row.domains,
    domains_refused: row.domains_refused,
    providers: row.providers,
    providers_refused: row.providers_refused,
    senders: row.senders,
    senders_refused: row.senders_refused,
    effective_domains: row.refused === 0 ? 0 : row.effective_domains,
    top_domain_share: row.refused === 0 ? 0 : (row.top_domains[0]?.count ?? 0) / row.refused,
    same_senders_elsewhere: [row.same_senders_messages, row.same_senders_refused],
    same_domains_other_senders: [row.same_domains_messages, row.same_domains_refused],
    same_provider_other_domains: [row.same_provider_messages, row.same_provider_refused],
    all_others: [row.others_messages, row.others_refused],
    reasons: reasons.sort((a, b) => b.messages - a.messages),
    top_domains: counted(row.top_domains),
    top_providers: counted(row.top_providers),
    top_senders: counted(row.top_senders),
    top_ips: counted(row.top_ips),
    top_replies,
    first_refused: row.refused === 0 ? '' : row.first_refused,
    last_refused: row.refused === 0 ? '' : row.last_refused,
    last_accepted: row.last_accepted,
    accepted_before: subject.accepted_before,
    last_accepted_before: subject.last_accepted_before,
    known_recipients: [recipients.length, known],
    completeness,
  } satisfies Partial<Evidence>
}

/** One sender's counts. */
export interface SenderRow {
  sender_domain: string
  messages: number
  accepted: number
  refused: number
  mailbox: number
  domains: number
}

/** The senders of a window without the messages of its waves, all or one (`sender` not empty). */
export function readSenders(
  store: Store,
  window: Window,
  told: readonly Wave[],
  sender: string,
): Promise<SenderRow[]> {
  return store.query<SenderRow>(sql('senders'), { ...parameters(window, told), sender })
}

/** How much of a window is there. */
export async function readCompleteness(
  store: Store,
  { from, to }: Omit<Window, 'direction'>,
): Promise<Completeness> {
  const [row] = await store.query<Completeness & { newest_minute: string }>(
    sql('completeness'),
    span(from, to),
  )
  const { records = 0, dead = 0, ignored = 0, newest_minute = '' } = row ?? {}
  const lag =
    newest_minute === '' ? -1 : Math.max(0, Math.round((to - Date.parse(newest_minute)) / 1000) - 60)
  return { records, dead, ignored, lag_s: lag }
}
