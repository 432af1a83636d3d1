import { type Fields, fieldsOf, type Layout, openLayouts } from './layout.ts'

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
  if (!text.includes('\\')) return text
  return text.replace(
    /\\\\?(=)|\\([\\|nr])/g,
    (_all, equals?: string, c?: string) => equals ?? (c === 'n' ? '\n' : c === 'r' ? '\r' : (c ?? '')),
  )
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

const layouts = openLayouts()

/** `a=1 b=two words c=3`: a value goes on up to the next name with an equals sign that is not escaped. */
function readExtension(text: string, from: number, header: Layout, values: string[]): Layout {
  let layout = header
  let valueStart = -1
  for (let equals = text.indexOf('=', from); equals !== -1; equals = text.indexOf('=', equals + 1)) {
    if (text.charCodeAt(equals - 1) === 0x5c) continue
    const start = keyStart(text, equals, valueStart === -1 ? from : valueStart)
    if (start === -1) continue
    if (valueStart !== -1) values.push(unescaped(text.slice(valueStart, start).trimEnd()))
    layout = layouts.after(layout, text, start, equals)
    valueStart = equals + 1
  }
  if (valueStart !== -1) values.push(unescaped(text.slice(valueStart).trimEnd()))
  return layout
}

/**
 * The fields of a line in the Common Event Format (ArcSight, "Implementing ArcSight CEF", revision 25): its header under
 * cefVersion, deviceVendor, deviceProduct, deviceVersion, deviceEventClassId, name and severity, and its extension.
 * Undefined where it is none. Linear time.
 */
export function cefFields(text: string): Fields | undefined {
  const start = text.indexOf('CEF:')
  // Behind `<PRI>`, a time and a host at the most.
  if (start === -1 || start > 300) return undefined
  const values: string[] = []
  let layout = layouts.begin()
  let at = start + 4
  for (const name of HEADER) {
    let end = at
    while (end < text.length && text.charCodeAt(end) !== 0x7c) end += text.charCodeAt(end) === 0x5c ? 2 : 1
    // Some leave out the last bar.
    if (end >= text.length && name !== 'severity') return undefined
    layout = layouts.after(layout, name, 0, name.length)
    values.push(unescaped(text.slice(at, end).trim()))
    at = end + 1
  }
  return fieldsOf(readExtension(text, Math.min(at, text.length), layout, values), values)
}
