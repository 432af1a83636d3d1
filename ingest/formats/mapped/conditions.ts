import type { Conditions } from '../../../schemas/mapping.ts'
import { compilePointer } from './pointer.ts'
import { textOf } from './values.ts'

/** A record holds where every condition of a set does: the field is there, and has one of the values if there are any. */
export function compileConditions(set: Conditions): (record: unknown) => boolean {
  const conditions = Object.entries(set).map(([pointer, values]) => ({
    lookup: compilePointer(pointer),
    values: values === true ? undefined : new Set(values),
  }))
  return (record) => {
    for (const { lookup, values } of conditions) {
      const value = lookup(record, undefined)
      if (value === undefined || (values !== undefined && !values.has(textOf(value)))) return false
    }
    return true
  }
}
