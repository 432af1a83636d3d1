import { type Fields, fieldsOf, openLayouts } from './layout.ts'

/** As many fields as a line is read for. */
const MAX_FIELDS = 500

const isSeparator = (c: number) => c === 0x20 || c === 0x09 || c === 0x2c || c === 0x3b

const isNameCharacter = (c: number) =>
  (c >= 0x61 && c <= 0x7a) ||
  (c >= 0x30 && c <= 0x39) ||
  (c >= 0x41 && c <= 0x5a) ||
  c === 0x5f ||
  c === 0x2d ||
  c === 0x2e

/** Where a quoted value ends: at the quote that no backslash escapes; the text's end where it is cut. */
function quoteEnd(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    let escapes = at
    while (escapes > from && text.charCodeAt(escapes - 1) === 0x5c) escapes--
    if ((at - escapes) % 2 === 0) return at
  }
  return text.length
}

const keyValueLayouts = openLayouts()

/**
 * `name=value name="two words",name='a "b"'`, with blanks, commas or semicolons between. What is no such pair is passed
 * over. Undefined where there are fewer than two pairs. Linear time.
 */
export function keyValueFields(text: string): Fields | undefined {
  const values: string[] = []
  let layout = keyValueLayouts.begin()
  const isEscaped = text.includes('\\')
  let at = 0
  while (at < text.length && values.length < MAX_FIELDS) {
    const start = at
    while (at < text.length && isNameCharacter(text.charCodeAt(at))) at++
    if (at === start || text.charCodeAt(at) !== 0x3d) {
      at = Math.max(at, start + 1)
      continue
    }
    layout = keyValueLayouts.after(layout, text, start, at++)
    const quote = text.charCodeAt(at)
    if (quote === 0x22 || quote === 0x27) {
      const end = quoteEnd(text, at + 1, quote === 0x22 ? '"' : "'")
      const value = text.slice(at + 1, end)
      values.push(isEscaped && value.includes('\\') ? value.replace(/\\(["'\\])/g, '$1') : value)
      at = end + 1
    } else {
      const from = at
      while (at < text.length && !isSeparator(text.charCodeAt(at))) at++
      values.push(text.slice(from, at))
    }
  }
  return values.length < 2 ? undefined : fieldsOf(layout, values)
}

const pipeLayouts = openLayouts()

/** `name=value|name=two words|name=`, as Mimecast writes it. Undefined where there are fewer than two pairs. */
export function pipeFields(text: string): Fields | undefined {
  if (!text.includes('|')) return undefined
  const values: string[] = []
  let layout = pipeLayouts.begin()
  for (let from = 0; from < text.length && values.length < MAX_FIELDS; ) {
    const bar = text.indexOf('|', from)
    const end = bar === -1 ? text.length : bar
    const equals = text.indexOf('=', from)
    if (equals > from && equals < end) {
      layout = pipeLayouts.after(layout, text, from, equals)
      values.push(text.slice(equals + 1, end))
    } else if (equals === -1) break
    from = end + 1
  }
  return values.length < 2 ? undefined : fieldsOf(layout, values)
}
