import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Variable } from '../boards/board.ts'
import { grafanaSql, PLUGIN } from './query.ts'

/** Which data source the board asks: with one of this plugin there is nothing to pick. */
export const DATASOURCE = '${datasource}'

export const datasourceVariable = () =>
  new DatasourceVariableBuilder('datasource').label('Data source').type(PLUGIN)

const quoted = (text: string) => `'${text.replace(/[\\']/g, (c) => `\\${c}`)}'`

/**
 * A query of two columns, which the plugin reads as value and label. Also where the choices are fixed: Grafana's custom
 * variable can't have an empty value, which stands for all.
 */
function variableSql({ query, choices, required }: Variable): string {
  if (choices !== undefined) {
    const rows = choices.map(({ value, title }) => `(${quoted(value)}, ${quoted(title)})`)
    return `SELECT value, title FROM VALUES('value String, title String', ${rows.join(', ')})`
  }
  const values = `SELECT value, value AS title, 1 AS place FROM\n(\n${grafanaSql(query ?? '', [])}\n)`
  return required
    ? `SELECT value, title FROM\n(\n${values}\n)`
    : `SELECT value, title FROM\n(\nSELECT '' AS value, 'all' AS title, 0 AS place\nUNION ALL\n${values}\n)\nORDER BY place`
}

/** A board's variable as Grafana's: a list out of a query, or free text. */
export function grafanaVariable(variable: Variable) {
  const { name, title, initial, query, choices, required } = variable
  if (query === undefined && choices === undefined)
    return new TextBoxVariableBuilder(name).label(title).defaultValue(initial)
  const rawSql = variableSql(variable)
  const built = new QueryVariableBuilder(name)
    .label(title)
    .datasource({ type: PLUGIN, uid: DATASOURCE })
    .query({ refId: name, queryType: 'sql', editorType: 'sql', rawSql })
    .definition(rawSql)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.Disabled)
    .multi(false)
    .includeAll(false)
    // A subject that is not among the most frequent can be typed, or come with a link.
    .allowCustomValue(true)
  const first = choices?.find(({ value }) => value === initial)?.title ?? 'all'
  return required ? built : built.current({ selected: true, text: first, value: initial })
}
