import { Fields, openLayouts, placesOf } from './layout.ts'
import { unescapedAt } from './quotes.ts'

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

const isQuote = (c: number) => c === 0x22 || c === 0x27

/** Where the quoted value ends whose quote stands at `from`: at the next that no backslash escapes; the text's end where it is cut. */
function quoteEnd(text: string, from: number): number {
  const end = unescapedAt(text, text.charAt(from), from + 1)
  return end === -1 ? text.length : end
}

/** Where a value without quotes ends that goes on at `from`. */
function wordEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && !isSeparator(text.charCodeAt(end))) end++
  return end
}

function valueFrom(text: string, from: number): string {
  if (!isQuote(text.charCodeAt(from))) return text.slice(from, wordEnd(text, from))
  const value = text.slice(from + 1, quoteEnd(text, from))
  return value.includes('\\') ? value.replace(/\\(["'\\])/g, '$1') : value
}

const keyValueLayouts = openLayouts()

/**
 * `name=value name="two words",name='a "b"'`, with blanks, commas or semicolons between. What is no such pair is passed
 * over. Undefined where there are fewer than two pairs. Linear time.
 */
export function keyValueFields(text: string): Fields | undefined {
  const starts: number[] = []
  let layout = keyValueLayouts.begin()
  let at = 0
  // Whether a value without quotes goes on at `at`: it ends when the next name is found.
  let isOpen = false
  for (let equals = text.indexOf('='); equals !== -1; equals = text.indexOf('=', at)) {
    let next = keyValueLayouts.expected(layout, text, at, equals, isSeparator)
    if (next === undefined) {
      if (isOpen) at = wordEnd(text, at)
      // An equals sign within a value.
      if (at > equals) continue
      let start = equals
      while (start > at && isNameCharacter(text.charCodeAt(start - 1))) start--
      isOpen = false
      at = equals + 1
      if (start === equals) continue
      next = keyValueLayouts.after(layout, text, start, equals)
    }
    layout = next
    at = equals + 1
    starts.push(at)
    if (starts.length === MAX_FIELDS) break
    isOpen = !isQuote(text.charCodeAt(at))
    if (!isOpen) at = quoteEnd(text, at) + 1
  }
  if (starts.length < 2) return undefined
  return new Fields(placesOf(layout), (place) => valueFrom(text, starts[place] ?? text.length))
}

const pipeLayouts = openLayouts()

/** `name=value|name=two words|name=`, as Mimecast writes it. Undefined where there are fewer than two pairs. */
export function pipeFields(text: string): Fields | undefined {
  if (!text.includes('|')) return undefined
  // Where each value begins and ends.
  const bounds: number[] = []
  let layout = pipeLayouts.begin()
  let equals = text.indexOf('=')
  for (let from = 0; equals !== -1 && from < text.length && bounds.length < 2 * MAX_FIELDS; ) {
    const bar = text.indexOf('|', from)
    const end = bar === -1 ? text.length : bar
    if (equals < from) equals = text.indexOf('=', from)
    if (equals > from && equals < end) {
      layout = pipeLayouts.after(layout, text, from, equals)
      bounds.push(equals + 1, end)
    }
    from = end + 1
  }
  if (bounds.length < 4) return undefined
  return new Fields(placesOf(layout), (place) => text.slice(bounds[2 * place], bounds[2 * place + 1]))
}
