/** A text as ClickHouse's string literal. */
export const quoted = (text: string) => `'${text.replace(/[\\']/g, (c) => `\\${c}`)}'`

// As ClickHouse's "Escaped" texts are, which values of parameters are read as.
const ESCAPES: Record<string, string> = {
  '\0': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  "'": "\\'",
  '\\': '\\\\',
}
const escaped = (text: string) => text.replace(/[\0\b\t\n\f\r'\\]/g, (c) => ESCAPES[c] ?? c)

type Value = string | number | bigint | readonly Value[]

const textOf = (value: Value): string =>
  Array.isArray(value)
    ? `[${value.map((one) => (typeof one === 'string' ? `'${escaped(one)}'` : textOf(one))).join(',')}]`
    : escaped(String(value))

const isValue = (value: unknown): value is Value =>
  Array.isArray(value) ? value.every(isValue) : ['string', 'number', 'bigint'].includes(typeof value)

/**
 * The statement that tells a session the values of `{name:Type}` in its next ones: texts, numbers and lists of them. They are never
 * part of a statement's text. Throws a TypeError for a value or a name that is none.
 */
export function parametersStatement(params: Readonly<Record<string, unknown>>): string {
  const assigned = Object.entries(params).map(([name, value]) => {
    if (!/^[a-z_]\w*$/i.test(name) || !isValue(value)) throw new TypeError(`no parameter of a query: ${name}`)
    return `param_${name} = ${quoted(textOf(value))}`
  })
  return `SET ${assigned.join(', ')}`
}
