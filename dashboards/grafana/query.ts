import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { type Board, TIME_PARAMETERS } from '../boards/board.ts'
import { parametersOf, sql } from '../sql.ts'

/** The plugin whose backend runs the queries, and the version that was read to know its fields and macros. */
export const PLUGIN = 'grafana-clickhouse-datasource'
const PLUGIN_VERSION = '4.20.0'

/** A query as the ClickHouse data source keeps it (its `CHSqlQuery`). */
export interface ClickHouseQuery {
  refId: string
  datasource: { type: string; uid: string }
  pluginVersion: string
  editorType: 'sql'
  queryType: 'table' | 'timeseries'
  /** As the plugin's backend (sqlds) knows it: 0 time series, 1 table. */
  format: 0 | 1
  rawSql: string
}

/** Makes the SDK take a query that it has no builder for. */
export const asDataquery = (query: object) => ({ build: () => query as Dataquery })

/** A query in the plugin's words. */
export function clickHouseQuery(
  rawSql: string,
  uid: string,
  queryType: ClickHouseQuery['queryType'],
): ClickHouseQuery {
  return {
    refId: 'A',
    datasource: { type: PLUGIN, uid },
    pluginVersion: PLUGIN_VERSION,
    editorType: 'sql',
    queryType,
    format: queryType === 'timeseries' ? 0 : 1,
    rawSql,
  }
}

// Ours, never a reader's: nothing that needs an escape.
function literal(value: string | number): string {
  if (typeof value === 'number') return String(value)
  if (!/^[A-Za-z0-9_,. -]*$/.test(value))
    throw new Error(`${value} can't stand in a generated query as it is`)
  return `'${value}'`
}

/**
 * What a reader picks, as a ClickHouse string. `sqlstring` and `singlequote` are not safe here: they double or escape
 * quotes but not backslashes, which ClickHouse reads as escapes, so that `\' OR 1 --` ends the string. Percent-encoded
 * (RFC 3986), whatever was picked is made of letters, digits and `%-._~`.
 */
const variable = (name: string) => `decodeURLComponent('\${${name}:percentencode}')`

const linesOf = (text: string, isKept: (line: string) => boolean) =>
  text
    .split('\n')
    .filter((line) => isKept(line.trim()))
    .join('\n')

/**
 * A query's text for Grafana: times as macros of the plugin's backend, the board's variables as Grafana's, what the panel
 * fixes as literals, and everything else empty. Filters that ask for nothing and comments are left out.
 */
export function grafanaSql(
  name: string,
  variables: Board['variables'],
  fixed: Readonly<Record<string, string | number>> = {},
): string {
  let text = linesOf(sql(name), (line) => !line.startsWith('--'))
  const picked = new Set(variables.map((one) => one.name))
  for (const [parameter, type] of parametersOf(text)) {
    const macro = TIME_PARAMETERS[parameter]?.macro
    const value =
      macro ??
      (fixed[parameter] !== undefined
        ? literal(fixed[parameter])
        : picked.has(parameter)
          ? variable(parameter)
          : "''")
    text = text.replaceAll(`{${parameter}:${type}}`, () => value)
  }
  return linesOf(text, (line) => !(line.startsWith("AND ('' = '' OR ") && line.endsWith(')'))).trim()
}
