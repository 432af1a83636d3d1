import { quoted } from './parameters.ts'

/** A column of texts: each row's is `texts.at(places[row])`. A text may stand in it more than once; it is read when it is asked for. */
export interface Texts {
  readonly texts: Pick<readonly string[], 'at' | 'length'>
  readonly places: ArrayLike<number>
}

/** The text of a row; '' where there is no such row. */
export function textAt(column: Texts | undefined, row: number): string {
  const place = column?.places[row]
  return place === undefined ? '' : (column?.texts.at(place) ?? '')
}

/** The columns of an answer, by name: of each one value a row. Where there are no rows there may be no columns. */
export type ColumnsOf<Row> = {
  readonly [Name in keyof Row]?: Row[Name] extends string ? Texts : ArrayLike<Row[Name]>
}

/** Where rows are kept: the embedded engine or a ClickHouse server. Values in SQL are `{name:Type}` parameters. */
export interface Store {
  /** Rows of a query as objects; 64-bit integers come as numbers up to 2^53. Throws the engine's message in one line. */
  query<Row>(sql: string, params?: Record<string, unknown>): Promise<Row[]>
  /**
   * Columns of a query: of many rows these are read several times faster than objects. Of the types Float64, UInt8 to
   * UInt32, String and LowCardinality(String); others are a StoreError.
   */
  queryColumns<Row>(sql: string, params?: Record<string, unknown>): Promise<ColumnsOf<Row>>
  /** A statement without rows. */
  command(sql: string, params?: Record<string, unknown>): Promise<void>
  /** Whether the engine ends with this process: a crash of ours is then one of its own. */
  readonly embedded: boolean
  /** The cluster that its tables lie on; undefined where they lie on one server. */
  readonly cluster?: string
  /**
   * Inserts one block in Native format. A second time with the same token changes nothing, in roll-ups neither;
   * without a token (`''`) it is inserted whatever came before.
   */
  insertNative(table: string, columns: readonly string[], block: Buffer, token: string): Promise<void>
  close(): Promise<void>
}

/** Settings of every insert: one block, one part a partition, found again by its token. */
const INSERT_SETTINGS = {
  async_insert: 0,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  max_insert_threads: '1',
  max_threads: 1,
  // A block stays one block: cut in two, its token would name something else.
  max_insert_block_size: '10000000',
  min_insert_block_size_rows: '0',
  min_insert_block_size_bytes: '0',
} as const

/** The settings of an insert with a token, or of one that is not compared with others. */
export function insertSettings(token: string) {
  return token === ''
    ? { ...INSERT_SETTINGS, insert_deduplicate: 0 as const }
    : { ...INSERT_SETTINGS, insert_deduplicate: 1 as const, insert_deduplication_token: token }
}

/** These settings as they stand behind SETTINGS in a statement, which takes no parameters: a token may hold anything. */
export function insertSettingsText(token: string): string {
  return Object.entries(insertSettings(token))
    .map(([name, value]) => `${name} = ${quoted(String(value))}`)
    .join(', ')
}

/** The store cannot be opened or does not answer; the message says what is wrong and how to mend it. */
export class StoreError extends Error {}

/** The engine refused or failed a statement: what it said, in one line. */
export class StatementError extends StoreError {}

/** The first line of an engine's message, without its code and its stack. */
function engineMessage(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line
    .replace(/^Code: [0-9]+\. /, '')
    .replace(/^DB::Exception: /, '')
    .replace(/ \(version [^()]*(?:\([^()]*\))?\)$/, '')
    .slice(0, 500)
}

/** What the engine or its client threw, in one line behind the store's name: a folder, or an address without password. */
export function storeError(store: string, error: unknown): StoreError {
  const { code, clickhouseCode } = error as { code?: unknown; clickhouseCode?: unknown }
  const Kind = clickhouseCode !== undefined || /^[0-9]+$/.test(String(code)) ? StatementError : StoreError
  return new Kind(`${store}: ${engineMessage(error)}`, { cause: error })
}
