import { Fields } from './layout.ts'

/** What a pointer gives: the value in a record, or in the recipient at hand. */
export type Lookup = (record: unknown, element: unknown) => unknown

function within(value: unknown, keys: readonly string[]): unknown {
  let at = value
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (at instanceof Fields) {
      at = at.get(key)
      continue
    }
    // Own properties only: a log chooses the names, and __proto__ is none of its fields.
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

/** A JSON Pointer (RFC 6901) made ready; `.` and `./name` are looked up in the element instead of the record. */
export function compilePointer(pointer: string): Lookup {
  const inElement = pointer.startsWith('.')
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
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
