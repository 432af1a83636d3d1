/**
 * What a board is: data that the generator turns into a Grafana dashboard and that the built-in page draws, so that both
 * tell the same story from the same SQL.
 */
export interface Board {
  /** Grafana's uid and the page's path: `home`, `recipient-domain` ... */
  id: string
  title: string
  /** The question that it answers, as its reader would ask it. */
  question: string
  variables: Variable[]
  rows: Row[]
  /** Incidents and DNS changes over the panels of kind `series`. */
  annotations: Annotation[]
}

/** Marks over time: a query of `queries/` that gives time, time_end, title, text, the last two with the words of others. */
export interface Annotation {
  query: string
  title: string
  colour: Colour
}

/** Panels side by side; a title folds them together. */
export interface Row {
  title?: string
  /** In Grafana's grid units of 30 px and 8 px between. */
  height: number
  panels: Panel[]
}

/**
 * A value that the reader picks; every query of the board may use it as a parameter of this name. The queries are shared
 * between boards: a parameter that is no variable of the board, nor fixed by its panel, is `''` (`values.ts`).
 */
export interface Variable {
  /** The event's field, so that links between boards carry it. */
  name: string
  title: string
  /** `''` stands for all of them. */
  initial: string
  /** `query` gives one column `value`, most frequent first; `choices` is fixed; neither: any text. */
  query?: string
  choices?: { value: string; title: string }[]
  /** Asks of a board without a subject: which one? Panels stay empty until it is picked. */
  required?: boolean
}

/** One answer on a board. */
export interface Panel {
  /** Unique on its board. */
  id: string
  title: string
  /** How to read it, for someone who sees it for the first time. */
  description: string
  kind: PanelKind
  /** `queries/<query>.sql`. */
  query: string
  /** Parameters of the query that are the same whatever the reader picks. */
  fixed?: Record<string, string | number>
  /** Those of the query, in its order. */
  columns: Column[]
  /** Of 24. */
  width: number
  /** Why there may be nothing to see, and what to do about it. */
  empty: string
  /** Series and bars on top of each other. */
  stacked?: boolean
}

/**
 * `number`: the last row's columns, large. `words`: a sentence from the first row. `series`: column `time`, then one line a
 * column, or `time, name, value` where a column is named `name`. `bars`: first column names, the others are lengths.
 */
export type PanelKind = 'number' | 'words' | 'series' | 'bars' | 'table'

/** A column of a panel's query. */
export interface Column {
  /** As in the query, which names it as the tables do. */
  name: string
  title: string
  unit: Unit
  /** What its values mean, from the lowest up. */
  thresholds?: Threshold[]
  /** A click on a value opens that board with these variables, each set from a column of the row. */
  link?: { board: string; set: Record<string, string> }
  colour?: Colour
}

/** `share` is 0 to 1; `time` is DateTime64; `text` may be hostile. */
export type Unit = 'count' | 'share' | 'seconds' | 'bytes' | 'time' | 'text'

/** Told apart by colour-blind eyes (Okabe and Ito), each theme has its shades. */
export type Colour = 'accepted' | 'deferred' | 'refused' | 'calm' | 'watch' | 'alarm' | 'plain'

/** From this value on. */
export interface Threshold {
  from: number
  colour: Colour
  /** In words, for those who don't see the colour. */
  means: string
}

/**
 * The parameters that every query may use beside its board's variables, and what Grafana's ClickHouse data source has for
 * them (macros of its backend, so that alert rules can use them too). The stretch is [from, to).
 */
export const TIME_PARAMETERS: Record<string, { type: string; macro: string }> = {
  from: { type: "DateTime64(3, 'UTC')", macro: "toTimeZone($__fromTime_ms, 'UTC')" },
  to: { type: "DateTime64(3, 'UTC')", macro: "toTimeZone($__toTime_ms, 'UTC')" },
  step_s: { type: 'UInt32', macro: '$__interval_s' },
}
