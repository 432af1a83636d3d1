import { Refusal } from './errors.ts'

/** A type of ClickHouse, by how its rows are laid out in Native. */
export interface TypeTree {
  kind: 'fixed' | 'text' | 'nullable' | 'array' | 'tuple' | 'dictionary'
  /** Bytes of one row, where that is fixed. */
  size: number
  parts: TypeTree[]
}

const SIZES: [size: number, types: string][] = [
  [1, 'UInt8 Int8 Bool Enum8 Nothing'],
  [2, 'UInt16 Int16 Date Enum16 BFloat16'],
  [4, 'UInt32 Int32 Float32 Date32 DateTime Time IPv4 Decimal32'],
  [8, 'UInt64 Int64 Float64 DateTime64 Time64 Decimal64'],
  [16, 'UInt128 Int128 UUID IPv6 Decimal128'],
  [32, 'UInt256 Int256 Decimal256'],
]
const SIZE_OF = new Map(SIZES.flatMap(([size, types]) => types.split(' ').map((type) => [type, size])))

const fixed = (size: number): TypeTree => ({ kind: 'fixed', size, parts: [] })
const of = (kind: TypeTree['kind'], ...parts: TypeTree[]): TypeTree => ({ kind, size: 0, parts })

const POINT = of('tuple', fixed(8), fixed(8))
const GEOMETRY = new Map([
  ['Point', POINT],
  ['Ring', of('array', POINT)],
  ['LineString', of('array', POINT)],
  ['Polygon', of('array', of('array', POINT))],
  ['MultiLineString', of('array', of('array', POINT))],
  ['MultiPolygon', of('array', of('array', of('array', POINT)))],
])

/** Reads a type as the engine writes it. Refuses one whose rows we can't tell the end of. */
export function parseType(text: string): TypeTree {
  const [, name = '', inner = ''] = /^(\w+)(?:\((.*)\))?$/s.exec(text) ?? []
  const size = SIZE_OF.get(name) ?? (name.startsWith('Interval') ? 8 : undefined)
  if (size !== undefined) return fixed(size)
  const shape = GEOMETRY.get(name)
  if (shape !== undefined) return shape
  const parts = () => split(inner).map((part) => parseType(withoutName(part)))
  switch (name) {
    case 'String':
      return of('text')
    case 'FixedString':
      return fixed(Number(inner))
    case 'Decimal':
      return fixed(decimalSize(Number.parseInt(inner, 10)))
    case 'Nullable':
      return of('nullable', ...parts())
    case 'Array':
      return of('array', ...parts())
    case 'Map':
    case 'Nested':
      return of('array', of('tuple', ...parts()))
    case 'Tuple':
      return inner === '' ? fixed(1) : of('tuple', ...parts())
    case 'SimpleAggregateFunction':
      return parseType(split(inner).slice(1).join(', '))
    case 'LowCardinality': {
      // A null is one of the keys, which are never nullable themselves.
      const [part] = parts()
      const keys = part?.kind === 'nullable' ? part.parts : part === undefined ? [] : [part]
      return of('dictionary', ...keys)
    }
    default:
      throw new Refusal(
        48,
        'NOT_IMPLEMENTED',
        `Native rows with the type ${text.slice(0, 100)} are not known here: cast it to another, or ask for another format`,
      )
  }
}

const decimalSize = (digits: number) => (digits <= 9 ? 4 : digits <= 18 ? 8 : digits <= 38 ? 16 : 32)

/** A named element of a tuple, without its name. */
function withoutName(part: string): string {
  return part.replace(/^(?:`(?:[^`\\]|\\.)*`|[A-Za-z_]\w*) (?=[A-Z])/s, '')
}

/** Arguments at commas, but not at those in brackets or in quotes. */
function split(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string
    if (quote !== '') {
      if (c === '\\') at++
      else if (c === quote) quote = ''
    } else if (c === "'" || c === '`') quote = c
    else if (c === '(') depth++
    else if (c === ')') depth--
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return [...parts, text.slice(start).trim()]
}
