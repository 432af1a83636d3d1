import type { Direction } from '../schemas/event.ts'
import type { Completeness, Counted, CountedReply, Evidence } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { OPERATED } from './operators.ts'
import { historyKey } from './rank.ts'
import { sql } from './sql.ts'
import type { Counts, History, Selection, Subject } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

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

function parameters({ direction, from, to }: Window, told: readonly Selection[]) {
  return {
    direction,
    ...span(from, to),
    ...OPERATED,
    told_senders: told.map(({ sender }) => sender),
    told_ips: told.map(({ ip }) => ip),
    told_providers: told.map(({ provider }) => provider),
    told_domains: told.map(({ domain }) => domain),
  }
}

// The day before the window; its last hours are told apart.
const before = ({ direction, from }: Window) => ({
  direction,
  ...span(from - T.history_ms, from),
  recent: new Date(from - T.recent_ms).toISOString(),
})
const NONE: History = {
  messages: 0,
  accepted: 0,
  refused: 0,
  mailbox: 0,
  recent_messages: 0,
  recent_accepted: 0,
  recent_refused: 0,
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

/** The subjects that could carry a wave, over each span, without the messages of the waves that are told. */
export function readCandidates(store: Store, window: Window, told: readonly Selection[]): Promise<Counts[]> {
  const length = Math.round((window.to - window.from) / 1000)
  return store.query<Counts>(sql('candidates'), {
    ...parameters(window, told),
    spans: [...T.spans_s.filter((span_s) => span_s < length), length],
    min_refused: Math.min(...Object.values(T.min_refused)),
  })
}

type HistoryRow = History & Parameters<typeof historyKey>[0]

/** The day before of each of these subjects, put into what is known of others. */
export async function readHistory(
  store: Store,
  window: Window,
  subjects: readonly Counts[],
  own: Map<string, History>,
): Promise<void> {
  const candidates = subjects.filter((subject) => subject.kind !== 'all' && !own.has(historyKey(subject)))
  if (candidates.length === 0) return
  const names = (pick: (candidate: Counts) => string) => [
    ...new Set(candidates.map(pick).filter((name) => name !== '')),
  ]
  const rows = await store.query<HistoryRow>(sql('history'), {
    ...before(window),
    senders: names((c) => c.sender_domain),
    ips: names((c) => c.source_ip),
    providers: names((c) => c.provider),
    operator_names: names((c) => c.operator),
    ...OPERATED,
    domains: names((c) => c.recipient_org_domain),
  })
  for (const row of rows) own.set(historyKey(row), row)
  // Not asked for again in the next round.
  for (const candidate of candidates)
    if (!own.has(historyKey(candidate))) own.set(historyKey(candidate), NONE)
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

/** The facts of a subject; of nothing else than the SQL says. */
export async function readFacts(
  store: Store,
  window: Window,
  subject: Subject,
  told: readonly Selection[],
  completeness: Completeness,
) {
  const asked = { ...parameters(window, told), ...subject.selection }
  const { held } = subject
  const [row] = await store.query<FactsRow>(sql('facts'), { ...asked, held })
  if (row === undefined) throw new Error('facts.sql gives one row')
  const attempts = row.refused === 0 ? [...held, 'mailbox'] : held
  const top_replies = await store.query<CountedReply>(sql('replies'), { ...asked, attempts })
  const reasons = Object.entries(row.reasons).map(([name, messages]) => ({ name, messages }))
  return {
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
  told: readonly Selection[],
  sender: string,
): Promise<SenderRow[]> {
  return store.query<SenderRow>(sql('senders'), { ...parameters(window, told), sender })
}

/** How much of a window is there. */
export async function readCompleteness(store: Store, { from, to }: Window): Promise<Completeness> {
  const [row] = await store.query<Completeness & { newest_minute: string }>(
    sql('completeness'),
    span(from, to),
  )
  const { records = 0, dead = 0, ignored = 0, newest_minute = '' } = row ?? {}
  const lag =
    newest_minute === '' ? -1 : Math.max(0, Math.round((to - Date.parse(newest_minute)) / 1000) - 60)
  return { records, dead, ignored, lag_s: lag }
}
