import { isIP, isIPv6 } from 'node:net'
import { type ColumnType, DELIVERY_EVENTS } from '../schemas/delivery-events.ts'
import { instantOf } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'

/** A condition of SQL and the values that it is bound to. */
export interface Condition {
  sql: string
  params: Record<string, unknown>
}

const OPERATORS = ['!=', '>=', '<=', '=', '>', '<', '~'] as const
const FORM = /^([a-z_]{1,40})(!=|>=|<=|=|>|<|~)/
const COLUMNS = new Map<string, ColumnType>(DELIVERY_EVENTS)

const wrong = (text: string, why: string) => new UsageError(`--where ${JSON.stringify(text)}: ${why}`)

/** An address or a network (CIDR) in the store's form, where IPv4 is mapped into IPv6. */
function addressCondition(column: string, operator: string, value: string, name: string, text: string) {
  const [address = '', length] = value.split('/')
  if (isIP(address) === 0 || !['=', '!='].includes(operator))
    throw wrong(text, 'an address is like remote_ip=192.0.2.1 or source_ip!=2001:db8::/32')
  const mapped = isIPv6(address) ? address : `::ffff:${address}`
  const shift = isIPv6(address) ? 0 : 96
  const prefix = length === undefined ? 128 : /^[0-9]{1,3}$/.test(length) ? Number(length) + shift : 999
  if (prefix > 128) throw wrong(text, `/${length} is no length of a network`)
  const sql = `isIPAddressInRange(toString(${column}), {${name}:String})`
  return { sql: operator === '=' ? sql : `NOT ${sql}`, params: { [name]: `${mapped}/${prefix}` } }
}

function typedCondition(
  column: string,
  type: ColumnType,
  operator: string,
  value: string,
  name: string,
  text: string,
): Condition {
  if (typeof type === 'object') {
    if (!['=', '!='].includes(operator) || !type.enum8.includes(value))
      throw wrong(text, `this column is (or is not) one of ${type.enum8.join(', ')}`)
    return { sql: `${column} ${operator} {${name}:String}`, params: { [name]: value } }
  }
  if (type === 'IPv6') return addressCondition(column, operator, value, name, text)
  if (type.startsWith('DateTime64')) {
    const time = new Date(instantOf('--where', value)).toISOString()
    const moment = `parseDateTime64BestEffort({${name}:String}, 3, 'UTC')`
    return { sql: `${column} ${operator} ${moment}`, params: { [name]: time } }
  }
  if (!/^[0-9]{1,20}$/.test(value)) throw wrong(text, 'this column is a whole number')
  // As text: a hash does not fit a number of JavaScript.
  return { sql: `${column} ${operator} toUInt64({${name}:String})`, params: { [name]: value } }
}

/** Reads `COLUMN=VALUE` and its kin (`!=`, `~` contains, `<`, `>`, `<=`, `>=`). `name` names its parameter. */
export function whereCondition(text: string, name: string): Condition {
  const [form, bare = '', operator = ''] = FORM.exec(text) ?? []
  if (form === undefined)
    throw wrong(
      text,
      `is no condition; use COLUMN and one of ${OPERATORS.join(' ')} and a value, like reply_code=550`,
    )
  const type = COLUMNS.get(bare)
  if (type === undefined) throw wrong(text, `there is no column ${bare}; docs/events.md lists them`)
  // The table's own: in an answer for programs some columns are replaced by their text.
  const column = `delivery_events.${bare}`
  const value = text.slice(form.length)
  if (type === 'String' || type === 'LowCardinality(String)') {
    if (operator === '~')
      return {
        sql: `positionCaseInsensitiveUTF8(${column}, {${name}:String}) > 0`,
        params: { [name]: value },
      }
    return { sql: `${column} ${operator} {${name}:String}`, params: { [name]: value } }
  }
  if (operator === '~') throw wrong(text, `~ is for text, and ${bare} is none`)
  return typedCondition(column, type, operator, value, name, text)
}
