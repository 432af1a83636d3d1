import type { Direction } from '../../schemas/event.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import type { ActionRequest } from '../../verdict/incidents/act.ts'
import type { FailingChannel } from '../../verdict/incidents/incident-list.ts'
import type { IncidentView } from '../../verdict/incidents/incident-view.ts'
import type { Board } from '../boards/board.ts'

/** What the page may ask for: a window of time that ends at `at`. */
export interface PageQuery {
  /** End of the window in milliseconds since 1970; undefined is now. */
  at: number | undefined
  window_ms: number
  /** undefined is both. */
  direction: Direction | undefined
  /** Most rows of one list. */
  limit: number
}

/** How the mail to one party fared. A message counts once in each column, however often it was tried. */
export interface BreadthRow {
  name: string
  accepted: number
  deferred: number
  refused: number
}

/** Who refuses, and who accepts at the same time, worst first. */
export interface Breadth {
  /** Recipients' organisational domains of mail that we send, senders' domains of mail that we receive. */
  domains: BreadthRow[]
  /** Of all domains, also those beyond the limit. */
  domains_total: number
  domains_refusing: number
  domains_accepting: number
  /** Of these, the ones that accepted mail that we sent. */
  recipients_accepting: number
}

/** What became of every line read since the store began: with_events + correlated + ignored + dead = read. */
export interface LineAccount {
  read: number
  with_events: number
  events: number
  correlated: number
  ignored: number
  dead: number
  ignored_rules: { rule: string; count: number }[]
  /** Times of the first and last event in the store; 0 where it holds none. Those in the future don't count. */
  oldest_event_ms: number
  newest_event_ms: number
}

/** One row of a query of `dashboards/queries`. */
export type Row = Record<string, unknown>

/** What the page shows, from wherever it comes. */
export interface PageApi {
  judgement(query: PageQuery): Promise<VerdictItem[]>
  breadth(query: PageQuery): Promise<Breadth>
  account(): Promise<LineAccount>
  /** Those that are open or ended of late. */
  incidents(): Promise<IncidentView[]>
  /** Channels over which people could not be told of late, with what they said. */
  channels(): Promise<FailingChannel[]>
  /** Acknowledges, mutes or comments an incident; false where there is none with that id. */
  act(id: string, request: ActionRequest): Promise<boolean>
  /** What is drawn, in the order of the navigation. */
  boards: readonly Board[]
  /** The first `most` rows of `queries/<query>.sql`, its parameters bound. */
  rows(query: string, parameters: Record<string, unknown>, most: number): Promise<Row[]>
}
