import { trimmed } from '../values.ts'
import { compilePointer } from './pointer.ts'
import { textOf } from './values.ts'
import type { Lookup } from './view.ts'

/** As deep as one envelope stands in another: SQS around SNS around an SES event is three. */
const MAX_DEPTH = 5
/** As many recipients as one record may tell of, as with DSNs. */
const MAX_RECIPIENTS = 10_000

function parsed(text: string): unknown {
  const first = text.charCodeAt(0)
  if (first !== 0x7b && first !== 0x5b) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Gives a function that finds the records in what was taken apart: the value itself, the members of a list, and what
 * stands at one of the pointers, which may be an object, a list, or JSON in a string.
 */
export function recordsWithin(inside: readonly string[]): (value: unknown) => unknown[] {
  const lookups = inside.map(compilePointer)

  function collected(value: unknown, depth: number): unknown[] {
    const isDeep = depth >= MAX_DEPTH
    if (Array.isArray(value)) return isDeep ? [] : value.flatMap((member) => collected(member, depth + 1))
    if (typeof value !== 'object' || value === null) return []
    if (isDeep) return [value]
    for (const lookup of lookups) {
      const within = lookup(value)
      const inner = typeof within === 'string' ? parsed(within) : within
      if (typeof inner === 'object' && inner !== null) return collected(inner, depth + 1)
    }
    return [value]
  }

  return (value) => collected(value, 0)
}

/**
 * Gives a function that lists the recipients of the record at hand: the members of a list, or addresses with commas or
 * semicolons between; one that is undefined where the mapping names no such field or it is not there.
 */
export function recipientsOf(each: Lookup | undefined): () => readonly unknown[] {
  if (each === undefined) return () => [undefined]
  return () => {
    const value = each()
    if (Array.isArray(value)) return value.length === 0 ? [undefined] : value.slice(0, MAX_RECIPIENTS)
    if (value !== null && typeof value === 'object') return [value]
    const told = textOf(value)
    // As Java prints a list: `[a@b, c@d]`.
    const text = told.charCodeAt(0) === 0x5b && told.endsWith(']') ? told.slice(1, -1) : told
    const list = text.includes(';') ? text.replaceAll(';', ',') : text
    if (!list.includes(',')) return [list === '' ? undefined : trimmed(list)]
    return list
      .split(',', MAX_RECIPIENTS)
      .map(trimmed)
      .filter((one) => one !== '')
  }
}
