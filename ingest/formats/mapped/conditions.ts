import type { Conditions } from '../../../schemas/mapping.ts'
import type { Nearness } from '../format.ts'
import { compilePointer } from './pointer.ts'
import { textOf } from './values.ts'

/** Makes pointers ready: what it gives may know its record already. */
export interface Pointing {
  lookup(pointer: string): (record: unknown) => unknown
  isThere(pointer: string): (record: unknown) => boolean
}

/** The record that is given. */
const GIVEN: Pointing = {
  lookup: compilePointer,
  isThere(pointer) {
    const lookup = compilePointer(pointer)
    return (record) => lookup(record) !== undefined
  },
}

/** A record holds where every condition of a set does: the field is there, and has one of the values if there are any. */
export function compileConditions(set: Conditions, at: Pointing): (record?: unknown) => boolean {
  const conditions = Object.entries(set).map(([pointer, values]) => {
    if (values === true) return at.isThere(pointer)
    const lookup = at.lookup(pointer)
    return (record: unknown) => {
      const value = lookup(record)
      // In a list, for most have one value, and a set would hash the text of every record.
      return value !== undefined && values.includes(textOf(value))
    }
  })
  return (record) => {
    for (const holds of conditions) if (!holds(record)) return false
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
      holds: compileConditions({ [pointer]: values }, GIVEN),
      isThere: GIVEN.isThere(pointer),
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
