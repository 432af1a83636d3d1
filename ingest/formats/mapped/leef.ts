import { Fields, openLayouts, placesOf } from './layout.ts'
import { remembered } from './remembered.ts'

const HEADER = ['leefVersion', 'deviceVendor', 'deviceProduct', 'deviceVersion', 'eventId'] as const

const layouts = openLayouts(HEADER)

/** The delimiter that LEEF 2.0 names: a character, or its code as `x09` or `0x09`; a tab where it names none. */
function delimiterOf(text: string): string {
  const code = /^0?x([0-9a-fA-F]{1,4})$/.exec(text)?.[1]
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
  return text.length === 1 ? text : '\t'
}

/**
 * The fields of a line in the Log Event Extended Format (IBM QRadar LEEF 1.0 and 2.0): its header under leefVersion,
 * deviceVendor, deviceProduct, deviceVersion and eventId, and its attributes. Undefined where it is none.
 */
export const leefFields = remembered((text): Fields | undefined => {
  const start = text.indexOf('LEEF:')
  if (start === -1 || start > 300) return undefined
  const values: string[] = []
  let layout = layouts.begin()
  let at = start + 5
  while (values.length < HEADER.length) {
    const end = text.indexOf('|', at)
    if (end === -1) return undefined
    values.push(text.slice(at, end).trim())
    at = end + 1
  }
  let delimiter = '\t'
  if (values[0]?.startsWith('2')) {
    // A sixth field, but many writers leave it out.
    const end = text.indexOf('|', at)
    if (end !== -1 && end - at <= 6) {
      delimiter = delimiterOf(text.slice(at, end))
      at = end + 1
    }
  }
  for (const attribute of text.slice(at).split(delimiter)) {
    const equals = attribute.indexOf('=')
    if (equals < 1) continue
    const name = attribute.slice(0, equals).trim()
    layout = layouts.after(layout, name, 0, name.length)
    values.push(attribute.slice(equals + 1).trim())
  }
  return new Fields(placesOf(layout), (place) => values[place])
})
