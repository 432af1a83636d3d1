import { Fields } from './layout.ts'

/** What a pointer gives: the value in a record, or in the recipient at hand. */
export type Lookup = (record: unknown, element: unknown) => unknown

/** A key of a pointer, and whether objects or lists have a property of its name that no log wrote (`constructor`). */
interface Key {
  name: string
  isInherited: boolean
}

const keyOf = (name: string): Key => ({ name, isInherited: name in [] })

// Own properties only: a log chooses the names, and __proto__ is none of its fields. Asked only where it can matter, for it
// costs as much as the look-up.
function member(value: unknown, { name, isInherited }: Key): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return isInherited && !Object.hasOwn(value, name) ? undefined : (value as Record<string, unknown>)[name]
}

function within(value: unknown, keys: readonly Key[]): unknown {
  if (value instanceof Fields) return keys.length === 1 ? value.get((keys[0] as Key).name) : undefined
  let at = value
  for (let i = 0; i < keys.length; i++) at = member(at, keys[i] as Key)
  return at
}

/** A JSON Pointer (RFC 6901) made ready; `.` and `./name` are looked up in the element instead of the record. */
export function compilePointer(pointer: string): Lookup {
  const inElement = pointer.startsWith('.')
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => keyOf(key.replaceAll('~1', '/').replaceAll('~0', '~')))
  return inElement ? (_record, element) => within(element, keys) : (record) => within(record, keys)
}

/** What the first of several gives that gives anything: not null, not an empty text. */
export function firstFound(lookups: readonly Lookup[]): Lookup {
  return (record, element) => {
    for (const lookup of lookups) {
      const value = lookup(record, element)
      if (value !== undefined && value !== null && value !== '') return value
    }
    return undefined
  }
}

/** The first of several places that holds anything. */
export function firstOf(pointers: readonly string[]): Lookup {
  const lookups = pointers.map(compilePointer)
  const [only] = lookups
  return lookups.length === 1 && only !== undefined ? only : firstFound(lookups)
}
