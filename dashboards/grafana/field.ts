import {
  type DynamicConfigValue,
  type ThresholdsConfig,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Column, Unit } from '../boards/board.ts'
import { COLOURS } from './colours.ts'

/** Grafana's unit ids. */
const UNITS: Record<Unit, string> = {
  count: 'locale',
  share: 'percentunit',
  seconds: 's',
  bytes: 'bytes',
  time: 'dateTimeAsIso',
  text: 'string',
}

/** Opens another board with the row's subject and the same time. Values are percent-encoded by Grafana. */
function dataLink({ board, set }: NonNullable<Column['link']>) {
  const variables = Object.entries(set).map(
    ([variable, column]) => `var-${variable}=\${__data.fields.${column}:percentencode}`,
  )
  return {
    title: 'Look at it',
    url: `/d/faultline-${board}?${[...variables, '${__url_time_range}'].join('&')}`,
    targetBlank: false,
  }
}

/** Thresholds in Grafana's form: the first step has no lower end. */
export function thresholdsOf({ thresholds = [] }: Column): ThresholdsConfig {
  const steps = thresholds.map(({ from, colour }, i) => ({
    value: i === 0 ? null : from,
    color: COLOURS[colour],
  }))
  return {
    mode: ThresholdsMode.Absolute,
    steps: steps.length > 0 ? steps : [{ value: null, color: COLOURS.plain }],
  }
}

/** What a column's thresholds mean, in words, for those who don't see the colour. */
export function meaningOf({ title, unit, thresholds = [] }: Column): string {
  if (thresholds.length === 0) return ''
  const number = (from: number) =>
    unit === 'share' ? `${from < 0.0001 ? '0' : Number((from * 100).toFixed(2))}%` : `${from}`
  const steps = thresholds.map(({ from, means }, i) =>
    i === 0
      ? means
      : `${from < 0.0001 ? 'above' : 'from'} ${number(from)}${unit === 'seconds' ? ' s' : ''} ${means}`,
  )
  return `${title}: ${steps.join(', ')}.`
}

/** How one column looks: its title, unit, colour or thresholds, link, and in a table its cell. */
export function fieldProperties(column: Column, isTable: boolean): DynamicConfigValue[] {
  const { title, unit, thresholds, link, colour } = column
  const properties: DynamicConfigValue[] = [
    { id: 'displayName', value: title },
    { id: 'unit', value: UNITS[unit] },
  ]
  if (thresholds !== undefined)
    properties.push(
      { id: 'thresholds', value: thresholdsOf(column) },
      { id: 'color', value: { mode: 'thresholds' } },
    )
  else if (colour !== undefined)
    properties.push({ id: 'color', value: { mode: 'fixed', fixedColor: COLOURS[colour] } })
  if (isTable && thresholds !== undefined)
    properties.push({ id: 'custom.cellOptions', value: { type: 'color-text' } })
  // What others wrote may be long: the cell is cut, and looked at whole in a drawer.
  if (isTable && unit === 'text') properties.push({ id: 'custom.inspect', value: true })
  if (link !== undefined) properties.push({ id: 'links', value: [dataLink(link)] })
  return properties
}
