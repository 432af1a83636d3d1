import type { Syntax } from '../../../schemas/mapping.ts'
import type { LogRecord, Row } from '../../log-record.ts'
import { cefFields } from './cef.ts'
import { keyValueFields, pipeFields } from './key-value.ts'
import { Fields, Places } from './layout.ts'
import { leefFields } from './leef.ts'
import { remembered } from './remembered.ts'

/** What a record holds: an object, or a list of them; undefined where it is not of this syntax. */
export type TakeApart<Value = unknown> = (log: LogRecord) => Value

function jsonOf(text: string): unknown {
  let start = 0
  while (text.charCodeAt(start) === 0x20) start++
  const first = text.charCodeAt(start)
  if (first !== 0x7b && first !== 0x5b) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const ofMessage =
  <Value>(read: (text: string) => Value): TakeApart<Value> =>
  ({ message }) =>
    read(message)

/** The places of each table's columns. */
const placesOfRows = new WeakMap<Row['columns'], Places>()

function placesOf(columns: Row['columns']): Places {
  const known = placesOfRows.get(columns)
  if (known !== undefined) return known
  const places = new Places(columns)
  placesOfRows.set(columns, places)
  return places
}

/** The cells of a row by the names of their columns. */
const rowFields: TakeApart = ({ row }) =>
  row === undefined ? undefined : new Fields(placesOf(row.columns), (place) => row.cells[place])

const json = remembered(jsonOf)

export const TAKE_APART: Record<Syntax, TakeApart> = {
  json: (log) => log.json ?? json(log.message),
  cef: ofMessage(cefFields),
  leef: ofMessage(leefFields),
  key_value: ofMessage(keyValueFields),
  pipes: ofMessage(pipeFields),
  csv: rowFields,
}
