import type { Conditions } from '../../../schemas/mapping.ts'
import { textOf } from './values.ts'

/**
 * A record holds where every condition of a set does: the field is there, and has one of the values if there are any.
 * `lookupOf` makes pointers ready; what it gives may know its record already.
 */
export function compileConditions(
  set: Conditions,
  lookupOf: (pointer: string) => (record: unknown) => unknown,
): (record?: unknown) => boolean {
  const conditions = Object.entries(set).map(([pointer, values]) => ({
    lookup: lookupOf(pointer),
    // A list, for most have one value, and a set would hash the text of every record.
    values: values === true ? undefined : values,
  }))
  return (record) => {
    for (const { lookup, values } of conditions) {
      const value = lookup(record)
      if (value === undefined || (values !== undefined && !values.includes(textOf(value)))) return false
    }
    return true
  }
}
