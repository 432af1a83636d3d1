import type { Conditions } from '../../../schemas/mapping.ts'
import type { Nearness } from '../format.ts'
import { compilePointer } from './pointer.ts'
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

/** As many of a field's values are named. */
const MAX_NAMED = 5

/**
 * How near a record comes to the nearest of some sets of conditions: the share that holds, a field with another value
 * counting half, and what is missing in words.
 */
export function compileNearness(sets: readonly Conditions[]): (record: unknown) => Nearness {
  const compiled = sets.map((set) =>
    Object.entries(set).map(([pointer, values]) => ({
      holds: compileConditions({ [pointer]: values }, compilePointer),
      isThere: compileConditions({ [pointer]: true }, compilePointer),
      needs:
        values === true
          ? pointer
          : `${pointer} ${values.slice(0, MAX_NAMED).join(' or ')}${values.length > MAX_NAMED ? ' ...' : ''}`,
    })),
  )
  return (record) => {
    let nearest: Nearness = { share: 0, needs: [] }
    for (const conditions of compiled) {
      let share = 0
      const needs: string[] = []
      for (const { holds, isThere, needs: need } of conditions) {
        if (holds(record)) share += 1 / conditions.length
        else {
          if (isThere(record)) share += 0.5 / conditions.length
          needs.push(need)
        }
      }
      if (share > nearest.share) nearest = { share, needs }
    }
    return nearest
  }
}
