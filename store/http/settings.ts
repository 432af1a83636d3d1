import { Refusal } from './errors.ts'

/** What one reader's statement may cost. */
export interface ReaderLimits {
  /** Seconds. */
  max_execution_time: number
  /** Bytes. */
  max_memory_usage: number
  /** Bytes of the answer, which is held in memory. */
  max_result_bytes: number
}

// In a request's address, but about the transport or without meaning here; the answer is the same without them.
const TRANSPORT = new Set(
  (
    'query user password database default_format query_id compress decompress client_protocol_version ' +
    'enable_http_compression http_zlib_compression_level wait_end_of_query buffer_size quota_key stacktrace ' +
    'send_progress_in_http_headers http_headers_progress_interval_ms http_response_buffer_size ' +
    'http_write_exception_in_output_format cancel_http_readonly_queries_on_client_close ' +
    'add_http_cors_header log_queries log_comment log_query_settings network_compression_method ' +
    'network_zstd_compression_level http_make_head_request readonly use_client_time_zone'
  ).split(' '),
)

// A reader's own choice of how rows are written, or of less work; none of them reads or writes anything else.
const FREE = new Set(
  (
    'extremes totals_mode join_use_nulls group_by_use_nulls session_timezone date_time_input_format ' +
    'date_time_output_format cast_keep_nullable bool_true_representation bool_false_representation ' +
    'format_csv_delimiter format_csv_null_representation format_tsv_null_representation ' +
    'low_cardinality_allow_in_native_format prefer_column_name_to_alias final limit offset max_threads ' +
    'max_block_size max_rows_to_read max_bytes_to_read max_result_rows result_overflow_mode read_overflow_mode ' +
    'timeout_overflow_mode use_query_cache optimize_read_in_order max_rows_to_group_by group_by_overflow_mode ' +
    'union_default_mode any_join_distinct_right_table_keys enable_optimize_predicate_expression'
  ).split(' '),
)
// By family: `output_format_schema` and the templates name files, so that the families are named, not the prefix.
const FREE_FORMAT =
  /^output_format_(?:json|csv|tsv|pretty|arrow|parquet|orc|bson|msgpack|markdown|decimal|values|xml|sql_insert|native|binary|write_statistics)_?[a-z0-9_]*$/

// Not for the writer either: they read or write files of this machine, or reach other hosts.
const OUTWARD =
  /schema_source|^format_schema|^output_format_schema$|^format_template|^format_avro_schema_registry|errors_file_path|^url_base$|^dialect$|allow_introspection|^rename_files/

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/

const refused = (name: string) =>
  new Refusal(164, 'READONLY', `Setting '${name.slice(0, 128)}' may not be changed here by a reader`, 403)

/** A request's `param_x` and its settings, told apart; what is about the transport is left out. */
export function fromAddress(url: URLSearchParams): {
  params: Map<string, string>
  settings: Map<string, string>
} {
  const params = new Map<string, string>()
  const settings = new Map<string, string>()
  for (const [name, value] of url) {
    if (name.startsWith('session_') || name === 'close_session' || name === 'role')
      throw new Refusal(
        48,
        'NOT_IMPLEMENTED',
        `'${name}' is not known here: every statement has a session of its own`,
      )
    if (TRANSPORT.has(name)) continue
    if (!NAME.test(name)) throw new Refusal(115, 'UNKNOWN_SETTING', `Unknown setting '${name.slice(0, 128)}'`)
    if (value.includes('\0'))
      throw new Refusal(36, 'BAD_ARGUMENTS', `The value of '${name}' holds a zero byte`)
    if (name.startsWith('param_')) params.set(name, value)
    else settings.set(name, value)
  }
  return { params, settings }
}

/** The settings of a reader's session: the limits, lower where asked for, and those that do no harm. */
export function readerSettings(
  asked: ReadonlyMap<string, string>,
  limits: ReaderLimits,
): Map<string, string> {
  const settings = new Map(Object.entries(limits).map(([name, value]) => [name, String(value)]))
  for (const [name, value] of asked) {
    if (name in limits) {
      const wanted = Number(value)
      if (!(wanted >= 0)) throw new Refusal(72, 'CANNOT_PARSE_NUMBER', `Setting '${name}' is no number`)
      // Zero is ClickHouse's word for no limit.
      const most = limits[name as keyof ReaderLimits]
      settings.set(name, String(wanted === 0 ? most : Math.min(wanted, most)))
    } else if (FREE.has(name) || FREE_FORMAT.test(name)) settings.set(name, value)
    else throw refused(name)
  }
  return settings
}

/** The settings of a writer's session: the engine knows which there are. */
export function writerSettings(asked: ReadonlyMap<string, string>): Map<string, string> {
  for (const name of asked.keys()) if (OUTWARD.test(name)) throw refused(name)
  return new Map(asked)
}
