import type { Columns } from '../schemas/delivery-events.ts'

type Transpose = (rows: readonly unknown[]) => (readonly never[])[]

const NAME = /^[a-z_][a-z0-9_]*$/
const known = new WeakMap<Columns<never>, Transpose>()

/** Code that names every column, made once for a table. */
function transposeOf<Row>(columns: Columns<Row>): Transpose {
  const names = columns.map(([name]) => name)
  for (const name of names) if (!NAME.test(name)) throw new RangeError(`no name of a column: ${name}`)
  return new Function(
    'rows',
    `const { length } = rows
    ${names.map((name) => `const ${name}_ = new Array(length)`).join('\n')}
    for (let at = 0; at < length; at++) {
      const row = rows[at]
      ${names.map((name) => `${name}_[at] = row.${name}`).join('\n')}
    }
    return [${names.map((name) => `${name}_`).join(', ')}]`,
  ) as Transpose
}

/**
 * The values of each column of some rows. Read by code that names every column, for V8 then knows where in a row each
 * stands: read by a name that varies, the values take several times as long. Throws a RangeError for a name that is none.
 */
export function transposed<Row>(columns: Columns<Row>, rows: readonly Row[]): (readonly never[])[] {
  let transpose = known.get(columns)
  if (transpose === undefined) {
    transpose = transposeOf(columns)
    known.set(columns, transpose)
  }
  return transpose(rows)
}
