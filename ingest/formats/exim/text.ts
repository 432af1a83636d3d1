/** Undoes the quoting of a value in double quotes, in which Exim puts a backslash before `"` and `\`. */
export function unquoted(text: string): string {
  return text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text
}

/**
 * Undoes the escapes with which Exim keeps what a server said on one line (string_printing): `\n`, `\r`, `\t` and
 * bytes as `\303\274`. Exim leaves a backslash that the server sent as it is, so any other one stands for itself.
 */
export function unescaped(text: string): string {
  let at = text.indexOf('\\')
  if (at === -1) return text
  let out = ''
  let from = 0
  while (at !== -1) {
    const next = text[at + 1]
    const plain = next === 'n' ? '\n' : next === 't' ? '\t' : next === 'r' ? '\r' : ''
    let end = at + 2
    if (plain !== '') out += text.slice(from, at) + plain
    else {
      // A character of UTF-8 is several bytes: they are decoded together.
      const bytes: number[] = []
      for (end = at; octalAt(text, end) !== -1; end += 4) bytes.push(octalAt(text, end))
      if (bytes.length > 0) out += text.slice(from, at) + Buffer.from(bytes).toString()
      else out += text.slice(from, ++end)
    }
    from = end
    at = text.indexOf('\\', from)
  }
  return out + text.slice(from)
}

/** The byte that `\ooo` at this place stands for, -1 where there is none. */
function octalAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x5c) return -1
  const high = text.charCodeAt(at + 1) - 0x30
  const middle = text.charCodeAt(at + 2) - 0x30
  const low = text.charCodeAt(at + 3) - 0x30
  const fits = high >= 0 && high <= 3 && middle >= 0 && middle <= 7 && low >= 0 && low <= 7
  return fits ? high * 64 + middle * 8 + low : -1
}

/** An address between angle brackets and the place behind them. */
export interface Angled {
  address: string
  end: number
}

/** The address in `<...>` whose bracket opens at `open`; undefined where none does. */
export function angledAt(text: string, open: number): Angled | undefined {
  return text.charCodeAt(open) === 0x3c ? angled(text, open + 1) : undefined
}

/** The address in `<...>` that starts at `from`, behind the bracket; a quoted local part may hold brackets of its own. */
export function angled(text: string, from: number): Angled | undefined {
  // Looked for first, so that many brackets that nobody closes cost little.
  if (text.indexOf('>', from) === -1) return undefined
  let isQuoted = false
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x5c) i++
    else if (c === 0x22) isQuoted = !isQuoted
    else if (c === 0x3e && !isQuoted) return { address: text.slice(from, i), end: i + 1 }
  }
  // A quote that nobody closes is no quote.
  const close = text.indexOf('>', from)
  return { address: text.slice(from, close), end: close + 1 }
}

/** An address as Exim folds it in its log: lower case, unquoted. */
export function folded(address: string): string {
  return (/["\\]/.test(address) ? address.replace(/["\\]/g, '') : address).toLowerCase()
}

/** An IP address as logged: without brackets, and without the port that old versions append after a dot. */
export function within(text: string, from: number, end: number): string {
  const open = text.indexOf('[', from)
  const close = open === -1 ? -1 : text.indexOf(']', open)
  return close === -1 || close > end ? '' : text.slice(open + 1, close)
}
