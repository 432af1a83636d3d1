/** Fields by name, without a prototype: the log chooses the names. */
export type Fields = Record<string, string>

/** As many fields as a line is read for. */
const MAX_FIELDS = 500

const isSeparator = (c: number) => c === 0x20 || c === 0x09 || c === 0x2c || c === 0x3b

const isNameCharacter = (c: number) =>
  (c >= 0x30 && c <= 0x39) ||
  (c >= 0x41 && c <= 0x5a) ||
  (c >= 0x61 && c <= 0x7a) ||
  c === 0x5f ||
  c === 0x2d ||
  c === 0x2e

/** Where a quoted value ends: at the quote that no backslash escapes; the text's end where it is cut. */
function quoteEnd(text: string, from: number, quote: number): number {
  for (let at = from; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === 0x5c) at++
    else if (c === quote) return at
  }
  return text.length
}

/**
 * `name=value name="two words",name='a "b"'`, with blanks, commas or semicolons between. What is no such pair is passed
 * over. Undefined where there are fewer than two pairs. Linear time.
 */
export function keyValueFields(text: string): Fields | undefined {
  const fields: Fields = Object.create(null)
  let count = 0
  let at = 0
  while (at < text.length && count < MAX_FIELDS) {
    const start = at
    while (at < text.length && isNameCharacter(text.charCodeAt(at))) at++
    if (at === start || text.charCodeAt(at) !== 0x3d) {
      at = Math.max(at, start + 1)
      continue
    }
    const name = text.slice(start, at++)
    const quote = text.charCodeAt(at)
    if (quote === 0x22 || quote === 0x27) {
      const end = quoteEnd(text, at + 1, quote)
      const value = text.slice(at + 1, end)
      fields[name] = value.includes('\\') ? value.replace(/\\(["'\\])/g, '$1') : value
      at = end + 1
    } else {
      const from = at
      while (at < text.length && !isSeparator(text.charCodeAt(at))) at++
      fields[name] = text.slice(from, at)
    }
    count++
  }
  return count < 2 ? undefined : fields
}

/** `name=value|name=two words|name=`, as Mimecast writes it. Undefined where there are fewer than two pairs. */
export function pipeFields(text: string): Fields | undefined {
  if (!text.includes('|')) return undefined
  const fields: Fields = Object.create(null)
  let count = 0
  for (const pair of text.split('|', MAX_FIELDS)) {
    const equals = pair.indexOf('=')
    if (equals < 1) continue
    fields[pair.slice(0, equals)] = pair.slice(equals + 1)
    count++
  }
  return count < 2 ? undefined : fields
}
