import { z } from 'zod'
import { SILENCE, THRESHOLDS } from './thresholds.ts'

type Numbers = { readonly [name: string]: number | readonly number[] | Numbers }
type Given = { [name: string]: number | number[] | Given | undefined }
type Schema = z.ZodType<unknown, unknown>

const isShare = (name: string) =>
  name === 'share' || name.endsWith('_share') || name.startsWith('prior_share')
const numberOf = (name: string, value: number) => {
  if (isShare(name)) return z.number().min(0).max(1)
  return Number.isInteger(value) && !name.endsWith('gain') ? z.int().min(0) : z.number().min(0)
}

// The defaults say what may stand in the configuration: the same names, shares from 0 to 1, whole numbers of messages.
function schemaOf(name: string, value: Numbers[string]): Schema {
  if (typeof value === 'number') return numberOf(name, value)
  if (Array.isArray(value)) return z.array(z.int().min(1)).min(1)
  const members = Object.entries(value as Numbers).map(([key, inner]) => [
    key,
    // Within a group the group's name says what its numbers are.
    schemaOf(isShare(name) ? name : key, inner).optional(),
  ])
  return z.strictObject(Object.fromEntries(members))
}

/** The section `verdict` of the configuration: each number of `thresholds.ts` that is to be another one. */
export const OwnThresholds = schemaOf('', { ...THRESHOLDS, silence: SILENCE }) as z.ZodType<
  Record<string, unknown>
>

function put(into: object, given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    const known = (into as Given)[name]
    if (value === undefined) continue
    if (typeof known === 'object' && !Array.isArray(known)) put(known, value as Given)
    else (into as Given)[name] = value
  }
}

/**
 * Judges by these numbers from now on; what `section` does not name stays. To be called before anything is judged. Throws
 * a ZodError where it is not as `OwnThresholds` says.
 */
export function useThresholds(section: Record<string, unknown>): void {
  const { silence = {}, ...given } = OwnThresholds.parse(section) as Given
  put(THRESHOLDS, given)
  put(SILENCE, silence as Given)
}
