import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableCellDisplayMode,
  TableCellHeight,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { Panel as GrafanaPanel, GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'
import type { Board, Panel, PanelKind } from '../boards/board.ts'
import { fieldProperties, meaningOf } from './field.ts'
import { asDataquery, clickHouseQuery, grafanaSql, PLUGIN } from './query.ts'
import { DATASOURCE } from './variable.ts'

/** Bars narrower than this can't be told apart; queries are by minute at the finest. */
const MOST_STEPS = 120
const LEAST_STEP = '1m'

const legend = () =>
  new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([])
const tooltip = () =>
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending).hideZeros(true)

function series({ columns, stacked = false }: Panel) {
  const built = new TimeSeries()
    .maxDataPoints(MOST_STEPS)
    .interval(LEAST_STEP)
    .legend(legend())
    .tooltip(tooltip())
    .min(0)
    .showPoints(VisibilityMode.Never)
    .drawStyle(stacked ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineWidth(stacked ? 0 : 2)
    .fillOpacity(stacked ? 90 : 0)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group('A'))
  // Rows of time, name, value become a line a name.
  return columns.some(({ name }) => name === 'name') ? built.displayName('${__field.labels.name}') : built
}

const bars = ({ columns, stacked = false }: Panel) =>
  new BarChart()
    .xField(columns[0]?.name ?? '')
    .orientation(VizOrientation.Horizontal)
    .stacking(stacked ? StackingMode.Normal : StackingMode.None)
    .showValue(VisibilityMode.Auto)
    .legend(legend().showLegend(columns.length > 2))
    .tooltip(tooltip())
    .xTickLabelMaxLength(60)
    .min(0)

const number = () =>
  new Stat()
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(BigValueTextMode.ValueAndName)
    .orientation(VizOrientation.Auto)
    .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(24))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('/.*/').values(false))

const table = () =>
  new Table()
    .showHeader(true)
    .cellHeight(TableCellHeight.Sm)
    .align('auto' as never)
// A sentence as a table of one row, for only a table's cells wrap.
const words = () =>
  new Table()
    .showHeader(false)
    .cellHeight(TableCellHeight.Lg)
    .cellOptions({ type: TableCellDisplayMode.Auto, wrapText: true })

const KINDS: Record<PanelKind, (panel: Panel) => Builder<GrafanaPanel> & Common> = {
  series,
  bars,
  number,
  table,
  words,
}

/** What the builders of all kinds have. */
interface Common {
  id(id: number): Common
  title(title: string): Common
  description(text: string): Common
  datasource(ref: { type: string; uid: string }): Common
  gridPos(place: GridPos): Common
  withTarget(target: ReturnType<typeof asDataquery>): Common
  noValue(text: string): Common
  overrideByName(name: string, properties: ReturnType<typeof fieldProperties>): Common
  build(): GrafanaPanel
}

/** One panel as Grafana draws it, at its place. */
export function grafanaPanel(board: Board, panel: Panel, id: number, place: GridPos): Builder<GrafanaPanel> {
  const { kind, columns } = panel
  const isTable = kind === 'table' || kind === 'words'
  const meanings = columns.map(meaningOf).filter((text) => text !== '')
  const rawSql = grafanaSql(panel.query, board.variables, panel.fixed)
  let built: Common = KINDS[kind](panel)
    .id(id)
    .title(panel.title)
    .description([panel.description, ...meanings].join('\n\n'))
    .datasource({ type: PLUGIN, uid: DATASOURCE })
    .gridPos(place)
    .withTarget(asDataquery(clickHouseQuery(rawSql, DATASOURCE, kind === 'series' ? 'timeseries' : 'table')))
    .noValue(panel.empty)
  for (const column of columns) {
    // Of rows of time, name, value only the lines are fields in the end.
    if (kind === 'series' && column.name === 'name') continue
    const properties = fieldProperties(column, isTable)
    const named = kind === 'series' && columns.some(({ name }) => name === 'name')
    built = built.overrideByName(
      column.name,
      named ? properties.filter((property) => property.id !== 'displayName') : properties,
    )
  }
  return built
}
