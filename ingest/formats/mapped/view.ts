import { Fields } from './layout.ts'
import { type Key, keysOf, member } from './pointer.ts'

/** What stands at a place of the record at hand; undefined where nothing does. */
export type Lookup = () => unknown

/** The places of one record after another, and of one recipient after another in it. */
export interface View {
  /** A JSON Pointer made ready; `.` and `./name` are looked up in the recipient instead of the record. */
  lookup(pointer: string): Lookup
  /** The same, saying only whether anything stands there: a field's value need not be cut out for that. */
  isThere(pointer: string): () => boolean
  take(record: unknown): void
  takeRecipient(recipient: unknown): void
}

/** A member of what stands at another place, or of the whole. Its value is of the turn in which it was looked up last. */
interface Place {
  from: Place | undefined
  key: Key
  turn: number
  value: unknown
}

function openPlaces() {
  const places: Place[] = []
  let whole: unknown
  let fields: Fields | undefined
  // Another one for each whole: no place has to be told that its value is an earlier whole's.
  let turn = 0

  function placeOf(keys: readonly Key[]): Place | undefined {
    let place: Place | undefined
    for (const key of keys) {
      const from: Place | undefined = place
      place = places.find((known) => known.from === from && known.key.name === key.name)
      if (place !== undefined) continue
      place = { from, key, turn: -1, value: undefined }
      places.push(place)
    }
    return place
  }

  function valueAt(place: Place): unknown {
    if (place.turn === turn) return place.value
    const { from, key } = place
    place.value = member(from === undefined ? whole : valueAt(from), key)
    place.turn = turn
    return place.value
  }

  function lookup(keys: readonly Key[]): Lookup {
    const place = placeOf(keys)
    if (place === undefined) return () => (fields === undefined ? whole : undefined)
    const field = keys.length === 1 ? place.key.field : undefined
    return () => (fields === undefined ? valueAt(place) : field === undefined ? undefined : fields.get(field))
  }

  return {
    lookup,
    isThere(keys: readonly Key[]): () => boolean {
      const value = lookup(keys)
      const field = keys.length === 1 ? keys[0]?.field : undefined
      return () => (fields === undefined || field === undefined ? value() !== undefined : fields.has(field))
    },
    take(next: unknown): void {
      // A record is taken to be recognised, and again to be read.
      if (next === whole) return
      whole = next
      fields = next instanceof Fields ? next : undefined
      turn++
    },
  }
}

/**
 * A view for one mapping. A place is looked up when it is first asked for, and once a record, however many columns and
 * conditions ask: look-ups are most of what a JSON record costs besides parsing it.
 */
export function openView(): View {
  const record = openPlaces()
  const recipient = openPlaces()
  return {
    lookup: (pointer) => (pointer.startsWith('.') ? recipient : record).lookup(keysOf(pointer)),
    isThere: (pointer) => (pointer.startsWith('.') ? recipient : record).isThere(keysOf(pointer)),
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
