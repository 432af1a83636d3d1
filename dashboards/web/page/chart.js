// @ts-check
import { inert } from './inert.js'
import { colourOf, painted } from './palette.js'
import { meaningOf, written } from './units.js'
import { utc } from './words.js'

/** @typedef {import('../../boards/board.ts').Panel} Panel */
/** @typedef {import('./series.js').Series} Series */
/** @typedef {{ time: string, time_end: string | null, title: string, text: string, colour: string }} Annotation */

const GROUP = 'board'
const LINES = ['solid', 'dashed', 'dotted']

/** @type {Promise<any> | undefined} */
let loading
/** ECharts, once it is needed: the judgement does not wait for it. */
function echarts() {
  // @ts-expect-error the server gives it this name
  loading ??= import('./echarts.js').then(() => /** @type {any} */ (globalThis).echarts)
  return loading
}

/**
 * Draws lines into an element, over what was drawn there before.
 * @param {HTMLElement} holder
 * @param {Panel} panel
 * @param {{ times: number[], series: Series[] }} lines
 * @param {{ from: string, to: string }} stretch
 * @param {Annotation[]} annotations
 */
export async function draw(holder, panel, lines, stretch, annotations) {
  const { getInstanceByDom, init, connect } = await echarts()
  if (!holder.isConnected) return
  let chart = getInstanceByDom(holder)
  if (chart === undefined) {
    chart = init(holder, null, { renderer: 'canvas' })
    chart.group = GROUP
    connect(GROUP)
    new ResizeObserver(() => !chart.isDisposed() && chart.resize()).observe(holder)
  }
  chart.setOption(optionOf(holder, panel, lines, stretch, annotations), { notMerge: true })
}

/** Lets go of what was drawn in an element.
 * @param {HTMLElement} holder
 */
export async function erase(holder) {
  if (loading !== undefined) (await loading).getInstanceByDom(holder)?.dispose()
}

/**
 * @param {HTMLElement} holder
 * @param {Panel} panel
 * @param {{ times: number[], series: Series[] }} lines
 * @param {{ from: string, to: string }} stretch
 * @param {Annotation[]} annotations
 */
function optionOf(holder, { stacked = false }, { times, series }, stretch, annotations) {
  const [ink, faint, line, card] = painted(holder, ['ink', 'faint', 'line', 'card'])
  const colours = painted(
    holder,
    series.map(({ column }, i) => colourOf(series.length > 1 && sameColumn(series) ? {} : column, i)),
  )
  const unit = series[0]?.column.unit ?? 'count'
  const few = times.length <= 40
  return {
    useUTC: true,
    animation: false,
    textStyle: { color: ink, fontFamily: 'system-ui, sans-serif' },
    grid: { left: 8, right: 16, top: 24, bottom: 4, containLabel: true },
    xAxis: {
      type: 'time',
      min: Date.parse(stretch.from),
      max: Date.parse(stretch.to),
      axisLine: { lineStyle: { color: line } },
      axisLabel: { color: faint, hideOverlap: true },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      minInterval: unit === 'count' ? 1 : 0,
      axisLabel: { color: faint, formatter: (/** @type {number} */ value) => written(unit, value) },
      splitLine: { lineStyle: { color: line } },
    },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      confine: true,
      backgroundColor: card,
      borderColor: line,
      textStyle: { color: ink },
      formatter: (/** @type {any[]} */ points) => tip(points, series),
    },
    series: series.map(({ name, column, values }, i) => ({
      name,
      type: 'line',
      data: times.map((at, place) => [at, values[place]]),
      ...(stacked ? { stack: 'all', areaStyle: { opacity: 0.55 } } : {}),
      itemStyle: { color: colours[i] },
      lineStyle: {
        color: colours[i],
        width: 2,
        type: stacked ? 'solid' : LINES[Math.floor(i / 3) % LINES.length],
      },
      showSymbol: few && times.length * series.length <= 120,
      symbolSize: 5,
      ...(i === 0 ? marks(column, annotations, faint ?? '', holder) : {}),
    })),
  }
}

/** Lines of one column, told apart by name, share its unit but no colour.
 * @param {Series[]} series
 */
const sameColumn = (series) => series.every(({ column }) => column === series[0]?.column)

/**
 * What the pointer is at. The text of a tip has marks of its own in braces, which a name from a log must not write.
 * @param {any[]} points
 * @param {Series[]} series
 */
function tip(points, series) {
  const at = points[0]?.value?.[0]
  const lines = points.map(({ seriesIndex, value }) => {
    const { name = '', column } = series[seriesIndex] ?? {}
    const means = column && meaningOf(column, value[1])?.means
    return `${name.slice(0, 80)}: ${written(column?.unit ?? 'count', value[1])}${means === undefined ? '' : ` (${means})`}`
  })
  return [utc(at), ...lines].join('\n').replaceAll('{', '(').replaceAll('}', ')')
}

/**
 * Thresholds as lines with what they mean; incidents as stretches, changes as moments.
 * @param {Series['column']} column
 * @param {Annotation[]} annotations
 * @param {string} faint
 * @param {HTMLElement} holder
 */
function marks({ thresholds = [] }, annotations, faint, holder) {
  const levels = thresholds.filter(({ from }) => from > 0)
  const colours = painted(
    holder,
    levels.map(({ colour }) => colour),
  )
  const moments = annotations.filter((one) => !lasts(one))
  const painter = (/** @type {Annotation} */ { colour }) => painted(holder, [colour])[0]
  const label = { color: faint, fontSize: 11 }
  return {
    markLine: {
      symbol: 'none',
      silent: true,
      data: [
        ...levels.map(({ from, means }, i) => ({
          yAxis: from,
          lineStyle: { color: colours[i], type: 'dashed' },
          label: { ...label, position: 'insideEndTop', formatter: means },
        })),
        ...moments.map((one) => ({
          xAxis: Date.parse(one.time),
          lineStyle: { color: painter(one), type: 'dotted' },
          label: { ...label, position: 'insideEndTop', formatter: short(one.title) },
        })),
      ],
    },
    markArea: {
      silent: true,
      label: { ...label, position: 'insideTopLeft' },
      data: annotations.filter(lasts).map((one, i) => [
        {
          name: short(one.title),
          xAxis: Date.parse(one.time),
          // Below each other, for they may begin together.
          label: { offset: [0, 14 * (i % 5)] },
          itemStyle: { color: painter(one), opacity: 0.1 },
        },
        { xAxis: Date.parse(String(one.time_end)) },
      ]),
    },
  }
}

/** @param {Annotation} annotation */
const lasts = ({ time, time_end }) => time_end !== null && time_end !== time

/** @param {string} text */
const short = (text) => inert(text).slice(0, 40).replaceAll(/[{}]/g, '')
