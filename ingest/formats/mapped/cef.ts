import { trimmed, trimmedEnd } from '../values.ts'
import { codesOf } from './codes.ts'
import { Fields, openLayouts, placesOf } from './layout.ts'
import { unescapedAt } from './quotes.ts'
import { remembered } from './remembered.ts'

const HEADER = [
  'cefVersion',
  'deviceVendor',
  'deviceProduct',
  'deviceVersion',
  'deviceEventClassId',
  'name',
  'severity',
] as const

/** The longest name of a field that is looked for before its `=`. */
const MAX_KEY = 100

/** Undoes the escapes of a header field (`\|`, `\\`) or of a value (`\=`, `\\`, `\n`, `\r`); Cisco escapes `=` twice. */
function unescaped(text: string): string {
  let plain = ''
  let from = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', at)) {
    const isTwice = text.startsWith('\\=', at + 1)
    const c = isTwice ? '=' : text.charAt(at + 1)
    const meant = c === 'n' ? '\n' : c === 'r' ? '\r' : c
    if (c === '' || !'=\\|nr'.includes(c)) {
      at++
      continue
    }
    plain += text.slice(from, at) + meant
    from = at += isTwice ? 3 : 2
  }
  return plain + text.slice(from)
}

function isKeyCharacter(c: number): boolean {
  return (
    (c >= 0x30 && c <= 0x39) ||
    (c >= 0x41 && c <= 0x5a) ||
    (c >= 0x61 && c <= 0x7a) ||
    c === 0x5f ||
    c === 0x2e ||
    c === 0x2d
  )
}

/** Where the name before an equals sign starts; -1 where what stands there is no name behind a blank. */
function keyStart(text: string, equals: number, from: number): number {
  let at = equals
  while (at > from && equals - at < MAX_KEY && isKeyCharacter(text.charCodeAt(at - 1))) at--
  return at < equals && (at === from || text.charCodeAt(at - 1) === 0x20) ? at : -1
}

/** Where each value of the last text begins and ends. */
const bounds: number[] = []

const layouts = openLayouts(HEADER)

/**
 * The fields of a line in the Common Event Format (ArcSight, "Implementing ArcSight CEF", revision 25): its header under
 * cefVersion, deviceVendor, deviceProduct, deviceVersion, deviceEventClassId, name and severity, and its extension,
 * `a=1 b=two words c=3`, where a value goes on up to the next name with an equals sign that is not escaped. Undefined
 * where it is none. Linear time.
 */
export const cefFields = remembered((text): Fields | undefined => {
  const start = text.indexOf('CEF:')
  // Behind `<PRI>`, a time and a host at the most.
  if (start === -1 || start > 300) return undefined
  let count = 0
  const isEscaped = text.includes('\\')
  let at = start + 4
  for (let left = HEADER.length; left > 0; left--) {
    const bar = isEscaped ? unescapedAt(text, '|', at) : text.indexOf('|', at)
    // Some leave out the last bar.
    if (bar === -1 && left > 1) return undefined
    const end = bar === -1 ? text.length : bar
    bounds[count++] = at
    bounds[count++] = end
    at = end + 1
  }
  const codes = codesOf(text)
  let layout = layouts.begin()
  const extension = at
  for (let equals = text.indexOf('=', at); equals !== -1; equals = text.indexOf('=', equals + 1)) {
    if (isEscaped && text.charCodeAt(equals - 1) === 0x5c) continue
    let next = layouts.seenBefore(layout, codes, at, equals)
    if (next === undefined) {
      const from = keyStart(text, equals, at)
      if (from === -1) continue
      next = layouts.after(layout, text, from, equals)
    }
    // Without the blank before the name; where there is none, the value is empty.
    if (at > extension) {
      bounds[count++] = at
      bounds[count++] = equals - next.name.length - 1
    }
    layout = next
    at = equals + 1
  }
  if (at > extension) {
    bounds[count++] = at
    bounds[count++] = text.length
  }
  return new Fields(placesOf(layout), (place) => {
    const value = text.slice(bounds[2 * place], bounds[2 * place + 1])
    const bare = place < HEADER.length ? trimmed(value) : trimmedEnd(value)
    return isEscaped && bare.includes('\\') ? unescaped(bare) : bare
  })
})
