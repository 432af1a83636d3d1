const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '0': '\0' }

const unescaped = (text: string) =>
  text.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character)

/** The items of `['a','b']` or `[1,2]`, as ClickHouse writes arrays in text. */
function items(text: string): unknown[] {
  return [...text.matchAll(/'((?:[^'\\]|\\.)*)'|([^[\],'\s]+)/gs)].map(([, quoted, plain]) =>
    plain === undefined ? unescaped(quoted ?? '') : bare(plain),
  )
}

const bare = (word: string) => {
  if (word === 'NULL') return null
  return /^-?[0-9]+$/.test(word) ? BigInt(word) : Number(word)
}

/** The `param_x` of a request. On the wire they are escaped as in TSV; the engine's binding escapes them itself. */
export function boundParameters(url: URLSearchParams, sql: string): Record<string, unknown> | undefined {
  const params: Record<string, unknown> = {}
  for (const [key, value] of url) {
    if (!key.startsWith('param_')) continue
    const name = key.slice('param_'.length)
    if (value === '\\N') params[name] = null
    else
      params[name] = new RegExp(`\\{${escaped(name)}\\s*:\\s*Array\\(`).test(sql)
        ? items(value)
        : unescaped(value)
  }
  return Object.keys(params).length === 0 ? undefined : params
}

const escaped = (name: string) => name.replace(/[^A-Za-z0-9_]/g, '\\$&')

// What clients send of themselves. The session's own values hold: a reader can change none.
const KNOWN_SETTINGS = new Set([
  'async_insert',
  'connect_timeout',
  'deduplicate_blocks_in_dependent_materialized_views',
  'enable_http_compression',
  'insert_deduplicate',
  'insert_deduplication_token',
  'max_block_size',
  'max_execution_time',
  'max_insert_block_size',
  'max_insert_threads',
  'max_threads',
  'min_insert_block_size_bytes',
  'min_insert_block_size_rows',
  'output_format_json_quote_64bit_integers',
  'readonly',
  'send_progress_in_http_headers',
  'wait_end_of_query',
])
const OF_THE_REQUEST = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'session_timeout',
])

/** The first setting of a request that this endpoint does not know; it is refused by name, never left out in silence. */
export function unknownSetting(url: URLSearchParams): string | undefined {
  for (const key of url.keys())
    if (!key.startsWith('param_') && !OF_THE_REQUEST.has(key) && !KNOWN_SETTINGS.has(key)) return key
  return undefined
}
