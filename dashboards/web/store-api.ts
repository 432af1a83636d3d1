import type { VerdictItem } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { act } from '../../verdict/incidents/act.ts'
import { failingChannels, listIncidents } from '../../verdict/incidents/incident-list.ts'
import type { Board } from '../boards/board.ts'
import { sql } from '../sql.ts'
import type { BreadthRow, LineAccount, PageApi, PageQuery, Row } from './api.ts'

const MOST_INCIDENTS = 100

/** Judges the window of this length that ends at `at`: `judgeWindow` of verdict/judge.ts. */
export type Judge = (store: Store, window: { at: number; window_ms: number }) => Promise<VerdictItem[]>

/** What the page shows, out of the store. Throws where a query of a board is missing. */
export function storeApi(store: Store, judge: Judge, boards: readonly Board[] = []): PageApi {
  const queries = new Map(boards.flatMap(queriesOf).map((name) => [name, sql(name)]))
  const boardSql = (name: string): string => {
    const text = queries.get(name)
    if (text === undefined) throw new Error(`no board has a query ${name}`)
    return text
  }
  return {
    judgement: async ({ at = Date.now(), window_ms, direction }) => {
      const items = await judge(store, { at, window_ms })
      return items.filter((item) => direction === undefined || item.direction === direction)
    },
    breadth: async (query) => {
      const domains = await store.query<BreadthRow & DomainTotals>(SQL.breadth, windowParams(query))
      const totals = domains[0]
      return {
        domains: domains.map(breadthRow),
        domains_total: Number(totals?.domains_total ?? 0),
        domains_refusing: Number(totals?.domains_refusing ?? 0),
        domains_accepting: Number(totals?.domains_accepting ?? 0),
        recipients_accepting: Number(totals?.recipients_accepting ?? 0),
      }
    },
    account: () => readAccount(store),
    incidents: () => listIncidents(store, undefined, undefined, MOST_INCIDENTS),
    channels: () => failingChannels(store),
    act: async (id, request) => (await act(store, id, request)) !== undefined,
    boards,
    rows: (query, parameters, most) =>
      store.query<Row>(`SELECT * FROM (\n${boardSql(query)}\n) LIMIT {most_rows:UInt32}`, {
        ...parameters,
        most_rows: most,
      }),
  }
}

/** The names of all queries of a board. */
const queriesOf = ({ rows, variables, annotations }: Board): string[] => [
  ...rows.flatMap(({ panels }) => panels.map(({ query }) => query)),
  ...variables.flatMap(({ query }) => query ?? []),
  ...annotations.map(({ query }) => query),
]

const SQL = {
  breadth: sql('breadth-domains'),
  account: sql('account'),
  span: sql('span'),
}

interface DomainTotals {
  domains_total: number
  domains_refusing: number
  domains_accepting: number
  recipients_accepting: number
}

function windowParams({ at = Date.now(), window_ms, direction, limit }: PageQuery) {
  return { from_ms: at - window_ms, to_ms: at, direction: direction ?? '', limit }
}

function breadthRow({ name, accepted, deferred, refused }: BreadthRow): BreadthRow {
  return { name, accepted: Number(accepted), deferred: Number(deferred), refused: Number(refused) }
}

type Sums = Omit<LineAccount, 'ignored_rules' | 'oldest_event_ms' | 'newest_event_ms'>
type Span = Pick<LineAccount, 'oldest_event_ms' | 'newest_event_ms'>

async function readAccount(store: Store): Promise<LineAccount> {
  const [[sums], [span]] = await Promise.all([
    store.query<Sums & { rules: Record<string, number> }>(SQL.account),
    store.query<Span>(SQL.span, { now_ms: Date.now() }),
  ])
  const rules = Object.entries(sums?.rules ?? {}).map(([rule, count]) => ({ rule, count: Number(count) }))
  return {
    read: Number(sums?.read ?? 0),
    with_events: Number(sums?.with_events ?? 0),
    events: Number(sums?.events ?? 0),
    correlated: Number(sums?.correlated ?? 0),
    ignored: Number(sums?.ignored ?? 0),
    dead: Number(sums?.dead ?? 0),
    ignored_rules: rules.sort((a, b) => b.count - a.count),
    // An empty table's least and greatest time is 1970: 0.
    oldest_event_ms: Number(span?.oldest_event_ms ?? 0),
    newest_event_ms: Number(span?.newest_event_ms ?? 0),
  }
}
