import {
  AnnotationEventFieldMappingBuilder,
  AnnotationEventFieldSource,
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Annotation, Board } from '../boards/board.ts'
import { COLOURS } from './colours.ts'
import { grafanaPanel } from './panel.ts'
import { asDataquery, clickHouseQuery, grafanaSql, PLUGIN } from './query.ts'
import { DATASOURCE, datasourceVariable, grafanaVariable } from './variable.ts'

const TAG = 'faultline'

const field = (value: string) =>
  new AnnotationEventFieldMappingBuilder().source(AnnotationEventFieldSource.Field).value(value)

const annotation = (board: Board, { query, title, colour }: Annotation) =>
  new AnnotationQueryBuilder()
    .name(title)
    .enable(true)
    .iconColor(COLOURS[colour])
    .datasource({ type: PLUGIN, uid: DATASOURCE })
    .target(asDataquery(clickHouseQuery(grafanaSql(query, board.variables), DATASOURCE, 'table')))
    .mappings({ time: field('time'), timeEnd: field('time_end'), title: field('title'), text: field('text') })

// Keeps the time and the subject where the other board has the same variable.
const links = () =>
  new DashboardLinkBuilder('Boards')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .includeVars(true)
    .keepTime(true)
    .asDropdown(false)

/** A board as a Grafana dashboard (schema of Grafana 11 to 13). */
export function grafanaDashboard(board: Board): Dashboard {
  const dashboard = new DashboardBuilder(`Faultline: ${board.title}`)
    .uid(`faultline-${board.id}`)
    .description(board.question)
    .tags([TAG])
    .timezone('utc')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(links())
    .withVariable(datasourceVariable())
  for (const variable of board.variables) dashboard.withVariable(grafanaVariable(variable))
  for (const one of board.annotations) dashboard.annotation(annotation(board, one))
  let y = 0
  let id = 1
  for (const row of board.rows) {
    if (row.title !== undefined) {
      dashboard.withRow(new RowBuilder(row.title).id(id++).gridPos({ h: 1, w: 24, x: 0, y }))
      y += 1
    }
    let x = 0
    for (const panel of row.panels) {
      dashboard.withPanel(grafanaPanel(board, panel, id++, { h: row.height, w: panel.width, x, y }))
      x += panel.width
    }
    y += row.height
  }
  return dashboard.build()
}
