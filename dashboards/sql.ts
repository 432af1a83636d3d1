import { join } from 'node:path'
import { queriesOf } from '../store/query-files.ts'

/** The text of `queries/<name>.sql`, with ClickHouse's bound parameters. */
export const sql = queriesOf(join(import.meta.dirname, 'queries'))

/** The parameters of a query with their types, each once: {from:DateTime64(3, 'UTC')} is `from`. */
export function parametersOf(text: string): Map<string, string> {
  return new Map(
    Array.from(text.matchAll(/\{([a-z_]{1,64}):([A-Za-z0-9_(), ']{1,64})\}/g), ([, name = '', type = '']) => [
      name,
      type,
    ]),
  )
}
