/**
 * What Grafana and the ClickHouse data source make of a query before it reaches the database: variables in the format
 * that they ask for, then the backend's macros. Nothing else with a `$` may be there; a test part, written after the
 * documentation of both, for neither can be had here.
 */
export interface Expansion {
  /** Milliseconds since 1970. */
  from: number
  to: number
  interval_s: number
  variables: Readonly<Record<string, string>>
}

// RFC 3986, as Grafana's format percentencode.
const percentEncoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** A query as the database gets it. Throws for a variable, format or macro that is not known. */
export function expand(rawSql: string, { from, to, interval_s, variables }: Expansion): string {
  const interpolated = rawSql.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    const [name = '', format] = inner.split(':')
    const value = variables[name]
    if (value === undefined || format !== 'percentencode') throw new Error(`what is ${whole}?`)
    return percentEncoded(value)
  })
  const macros: Record<string, string> = {
    $__fromTime_ms: `fromUnixTimestamp64Milli(${from})`,
    $__toTime_ms: `fromUnixTimestamp64Milli(${to})`,
    $__interval_s: String(interval_s),
  }
  return interpolated.replace(/\$[A-Za-z_0-9]*/g, (macro) => {
    const value = macros[macro]
    if (value === undefined) throw new Error(`what is ${macro}?`)
    return value
  })
}
