import type { Column } from '../../dashboards/boards/board.ts'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import type { Breadth, LineAccount, PageApi, Row } from '../../dashboards/web/api.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import type { IncidentView } from '../../verdict/incidents/incident-view.ts'
import { item } from '../verdict/items.ts'

/** What a hostile server may write into a reply: markup, a terminal's escapes, letters that run backwards. */
export const HOSTILE =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> \u001b[31mred \u202eevil\u2066'

const WINDOW = { window_start: '2026-11-24T08:10:00.000Z', window_end: '2026-11-24T08:25:00.000Z' }

const { evidence: EVIDENCE } = item('recipient_domain', HOSTILE, Date.UTC(2026, 10, 24, 8, 25), {
  messages: 214,
  accepted: 2,
  refused: 212,
  refused_share: 0.9907,
  refused_share_low: 0.9666,
  refused_share_high: 0.9974,
  usual_share: 0.012,
  usual_messages: 4100,
  same_senders_elsewhere: [1240, 3],
  same_provider_other_domains: [304, 0],
  all_others: [1240, 3],
  sub_cause_share: 0.97,
  reasons: [{ name: 'recipient_edge_denied', messages: 212 }],
  top_providers: [{ name: 'microsoft365', messages: 212 }],
  top_senders: [{ name: '', messages: 1 }],
  top_replies: [
    {
      reply_fingerprint: '18446744073709551615',
      messages: 212,
      reason: 'recipient_edge_denied',
      rule: 'microsoft.edge',
      sample: HOSTILE,
      remote_host: HOSTILE,
    },
  ],
  first_refused: '2026-11-24T08:11:00.000Z',
  last_refused: HOSTILE,
  completeness: { records: 3000, dead: 1, ignored: 900, lag_s: 4 },
  dns_changes: [
    {
      domain: HOSTILE,
      type: 'mx',
      changed_at: '2026-11-24T08:09:00Z',
      last_seen_before: '2026-11-24T08:04:00Z',
      state_before: 'valid',
      state: 'missing',
      answer_before: HOSTILE,
      answer: '',
      previous_mx: 212,
    },
  ],
  notes: ['The usual share is known for one day only.', HOSTILE],
})

/** One domain refuses, 38 accept. */
export const ONE_DOMAIN: VerdictItem = {
  direction: 'outbound',
  subject_kind: 'recipient_domain',
  subject: 'contoso.example',
  verdict: 'recipient_domain',
  confidence: 92,
  sub_cause: 'routing',
  ...WINDOW,
  evidence: EVIDENCE,
  next_step: 'Send the packet to postmaster@contoso.example: faultline packet --domain contoso.example',
}

const NOISE: VerdictItem = {
  direction: 'inbound',
  subject_kind: 'sender_domain',
  subject: HOSTILE,
  verdict: 'mailbox_noise',
  confidence: 70,
  sub_cause: '',
  ...WINDOW,
  evidence: { ...EVIDENCE, refused: 3, messages: 900, notes: [] },
  next_step: '',
}

const BREADTH: Breadth = {
  domains: [
    { name: 'contoso.example', accepted: 2, deferred: 0, refused: 212 },
    { name: HOSTILE, accepted: 40, deferred: 9, refused: 3 },
    {
      name: 'a-very-long-name-of-a-domain.with-many-labels.and-more-labels.litware.example',
      accepted: 120431,
      deferred: 812,
      refused: 0,
    },
    { name: '', accepted: 0, deferred: 0, refused: 1 },
  ],
  domains_total: 40,
  domains_refusing: 3,
  domains_accepting: 40,
  recipients_accepting: 39,
}

/** No mail. */
export const NO_BREADTH: Breadth = {
  domains: [],
  domains_total: 0,
  domains_refusing: 0,
  domains_accepting: 0,
  recipients_accepting: 0,
}

const ACCOUNT: LineAccount = {
  read: 120000,
  with_events: 40000,
  events: 42010,
  correlated: 60000,
  ignored: 19990,
  dead: 10,
  ignored_rules: [
    { rule: 'postfix.connect', count: 19000 },
    { rule: HOSTILE, count: 990 },
  ],
  oldest_event_ms: Date.UTC(2026, 10, 20),
  newest_event_ms: Date.UTC(2026, 10, 24, 8, 24, 59),
}

/** An open incident, about a domain with a hostile name. */
export const INCIDENT: IncidentView = {
  id: '00112233aa',
  state: 'open',
  direction: 'outbound',
  subject_kind: 'recipient_domain',
  subject: HOSTILE,
  verdict: 'recipient_domain',
  sub_cause: 'routing',
  confidence: 92,
  refused: 212,
  messages: 214,
  opened_at: '2026-11-24T08:11:00.000Z',
  reopened_at: '',
  last_seen: '2026-11-24T08:24:00.000Z',
  closed_at: '',
  merged_into: '',
  notice: 'opened',
  notified_at: '2026-11-24T08:12:00.000Z',
  acknowledged_at: '',
  acknowledged_by: '',
  muted_until: '',
  muted_by: '',
  comments: [{ at: '2026-11-24T08:13:00.000Z', author: HOSTILE, action: 'commented', text: HOSTILE }],
  next_step: HOSTILE,
  height: ONE_DOMAIN,
}

/** A store that holds nothing. */
export const EMPTY_ACCOUNT: LineAccount = {
  read: 0,
  with_events: 0,
  events: 0,
  correlated: 0,
  ignored: 0,
  dead: 0,
  ignored_rules: [],
  oldest_event_ms: 0,
  newest_event_ms: 0,
}

const PANELS = BOARDS.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))

/** Three rows of what a board asks, with hostile words in every text. */
function boardRows(query: string, from: string, to: string): Row[] {
  const mark = { time: from, time_end: to, title: HOSTILE, text: HOSTILE }
  const panel = PANELS.find((one) => one.query === query)
  if (panel === undefined)
    return [
      { ...mark, value: 'contoso.example' },
      { ...mark, time_end: from, value: HOSTILE },
    ]
  const value = ({ unit }: Column, i: number) =>
    ({
      count: 7 * i,
      share: 0.3 * i,
      seconds: 500 * i,
      bytes: 5e6 * i,
      time: i === 2 ? to : from,
      text: i === 0 ? HOSTILE : `x${i}`,
    })[unit]
  return [0, 1, 2].map((i) =>
    Object.fromEntries(panel.columns.map((column) => [column.name, value(column, i)])),
  )
}

/** A page's data that never changes, with hostile words wherever a log could put them; parts can be replaced. */
export function fixedApi(parts: Partial<PageApi> = {}): PageApi {
  return {
    judgement: async () => [NOISE, ONE_DOMAIN],
    breadth: async () => BREADTH,
    account: async () => ACCOUNT,
    incidents: async () => [INCIDENT],
    channels: async () => [{ channel: 'ops', error: HOSTILE, since: '2026-11-24T08:12:00Z' }],
    act: async () => true,
    boards: BOARDS,
    rows: async (query, { from, to }) => boardRows(query, String(from), String(to)),
    ...parts,
  }
}
