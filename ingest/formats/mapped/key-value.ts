import { codesOf } from './codes.ts'
import { Fields, openLayouts, placesOf } from './layout.ts'
import { unescapedAt } from './quotes.ts'
import { remembered } from './remembered.ts'

/** As many fields as a line is read for. */
const MAX_FIELDS = 500

const isSeparator = (c: number) => c <= 0x3b && (c === 0x20 || c === 0x09 || c === 0x2c || c === 0x3b)

const isNameCharacter = (c: number) =>
  (c >= 0x61 && c <= 0x7a) ||
  (c >= 0x30 && c <= 0x39) ||
  (c >= 0x41 && c <= 0x5a) ||
  c === 0x5f ||
  c === 0x2d ||
  c === 0x2e

/** Where the quoted value ends that goes on at `from`: at the next quote that no backslash escapes; the text's end where it is cut. */
function quoteEnd(text: string, quote: string, from: number, isEscaped: boolean): number {
  const end = isEscaped ? unescapedAt(text, quote, from) : text.indexOf(quote, from)
  return end === -1 ? text.length : end
}

/** Where a value without quotes ends that goes on at `from`. */
function wordEnd(codes: DataView, from: number, length: number): number {
  let end = from
  while (end < length && !isSeparator(codes.getUint8(end))) end++
  return end
}

/** Where each value of the last text begins and ends. A list for each text would be a quarter of what a line leaves to clear away. */
const keyValueBounds: number[] = []

const keyValueLayouts = openLayouts()

/**
 * `name=value name="two words",name='a "b"'`, with blanks, commas or semicolons between. What is no such pair is passed
 * over. Undefined where there are fewer than two pairs. Linear time.
 */
export const keyValueFields = remembered((text): Fields | undefined => {
  if (!text.includes('=')) return undefined
  let count = 0
  const bounds = keyValueBounds
  const isEscaped = text.includes('\\')
  const codes = codesOf(text)
  const { length } = text
  let layout = keyValueLayouts.begin()
  for (let at = 0; at < length && count < 2 * MAX_FIELDS; ) {
    // Most lines are laid out as one before: then the next equals sign need not be looked for.
    while (isSeparator(codes.getUint8(at))) at++
    let next = keyValueLayouts.seenAt(layout, codes, at)
    const equals = next === undefined ? text.indexOf('=', at) : at + next.name.length
    if (equals === -1) break
    if (next === undefined) {
      let from = equals
      while (from > at && isNameCharacter(codes.getUint8(from - 1))) from--
      at = equals + 1
      if (from === equals) continue
      next = keyValueLayouts.after(layout, text, from, equals)
    }
    layout = next
    const first = codes.getUint8(equals + 1)
    const isQuoted = first === 0x22 || first === 0x27
    const start = isQuoted ? equals + 2 : equals + 1
    const end = isQuoted
      ? quoteEnd(text, first === 0x22 ? '"' : "'", start, isEscaped)
      : wordEnd(codes, start, length)
    bounds[count++] = start
    bounds[count++] = end
    at = isQuoted ? end + 1 : end
  }
  if (count < 4) return undefined
  return new Fields(placesOf(layout), (place) => {
    const start = bounds[2 * place] as number
    const value = text.slice(start, bounds[2 * place + 1])
    if (!isEscaped || text.charCodeAt(start - 1) === 0x3d) return value
    return value.includes('\\') ? value.replace(/\\(["'\\])/g, '$1') : value
  })
})

const pipeBounds: number[] = []
const pipeLayouts = openLayouts()

/** `name=value|name=two words|name=`, as Mimecast writes it. Undefined where there are fewer than two pairs. */
export const pipeFields = remembered((text): Fields | undefined => {
  if (!text.includes('|')) return undefined
  let count = 0
  const bounds = pipeBounds
  let layout = pipeLayouts.begin()
  let equals = text.indexOf('=')
  for (let from = 0; equals !== -1 && from < text.length && count < 2 * MAX_FIELDS; ) {
    const bar = text.indexOf('|', from)
    const end = bar === -1 ? text.length : bar
    if (equals < from) equals = text.indexOf('=', from)
    if (equals > from && equals < end) {
      layout = pipeLayouts.after(layout, text, from, equals)
      bounds[count++] = equals + 1
      bounds[count++] = end
    }
    from = end + 1
  }
  if (count < 4) return undefined
  return new Fields(placesOf(layout), (place) => text.slice(bounds[2 * place], bounds[2 * place + 1]))
})
