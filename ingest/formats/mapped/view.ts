import { Fields } from './layout.ts'
import { type Key, keysOf, member } from './pointer.ts'

/** What stands at a place of the record at hand; undefined where nothing does. */
export type Lookup = () => unknown

/** The places of one record after another, and of one recipient after another in it. */
export interface View {
  /** A JSON Pointer made ready; `.` and `./name` are looked up in the recipient instead of the record. */
  lookup(pointer: string): Lookup
  take(record: unknown): void
  takeRecipient(recipient: unknown): void
}

/** A step from a place to a member of what stands there. Places are numbered: 0 is the whole, then the ends of the steps. */
interface Step {
  from: number
  key: Key
}

function openPlaces() {
  const steps: Step[] = []
  const found: unknown[] = [undefined]
  let fields: Fields | undefined

  function placeOf(keys: readonly Key[]): number {
    let place = 0
    for (const key of keys) {
      const known = steps.findIndex(({ from, key: { name } }) => from === place && name === key.name)
      place = known === -1 ? steps.push({ from: place, key }) : known + 1
    }
    return place
  }

  return {
    lookup(keys: readonly Key[]): Lookup {
      const place = placeOf(keys)
      const field = keys.length === 1 ? keys[0]?.field : undefined
      return () => (fields === undefined ? found[place] : field === undefined ? undefined : fields.get(field))
    },
    take(whole: unknown): void {
      fields = whole instanceof Fields ? whole : undefined
      found[0] = whole
      if (fields !== undefined) return
      for (let i = 0; i < steps.length; i++) {
        const { from, key } = steps[i] as Step
        found[i + 1] = member(found[from], key)
      }
    },
  }
}

/**
 * A view for one mapping. Each step of its pointers is taken once a record, however many columns share it and however many
 * recipients there are: look-ups are most of what a JSON record costs besides parsing it.
 */
export function openView(): View {
  const record = openPlaces()
  const recipient = openPlaces()
  return {
    lookup: (pointer) => (pointer.startsWith('.') ? recipient : record).lookup(keysOf(pointer)),
    take: record.take,
    takeRecipient: recipient.take,
  }
}

/** What the first of several gives that gives anything: not null, not an empty text. */
export function firstFound(lookups: readonly Lookup[]): Lookup {
  const [only] = lookups
  if (lookups.length === 1 && only !== undefined) return only
  return () => {
    for (const lookup of lookups) {
      const value = lookup()
      if (value !== undefined && value !== null && value !== '') return value
    }
    return undefined
  }
}
