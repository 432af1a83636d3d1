import { type FieldName, Fields, fieldName } from './layout.ts'

/** A key of a pointer. */
export interface Key {
  name: string
  /** Whether objects or lists have a property of its name that no log wrote (`constructor`). */
  isInherited: boolean
  /** The name as that of a field, where the record is no JSON. */
  field: FieldName
}

/** The keys of a JSON Pointer (RFC 6901); those behind the `.` where it is one within a recipient. */
export const keysOf = (pointer: string): Key[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((name) => ({ name, isInherited: name in [], field: fieldName(name) }))

/**
 * A member of an object or list. Own properties only: a log chooses the names, and __proto__ is none of its fields. Asked
 * only where it can matter, for it costs as much as the look-up.
 */
export function member(value: unknown, { name, isInherited }: Key): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return isInherited && !Object.hasOwn(value, name) ? undefined : (value as Record<string, unknown>)[name]
}

/** A pointer made ready, for one record after another: gives what stands there. What many columns ask, `view.ts` gives. */
export function compilePointer(pointer: string): (record: unknown) => unknown {
  const keys = keysOf(pointer)
  return (record) => {
    if (record instanceof Fields) return keys.length === 1 ? record.get((keys[0] as Key).field) : undefined
    let at = record
    for (let i = 0; i < keys.length; i++) at = member(at, keys[i] as Key)
    return at
  }
}
