import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const texts = new Map<string, string>()

/** The text of `queries/<name>.sql`, with ClickHouse's bound parameters. */
export function sql(name: string): string {
  let text = texts.get(name)
  if (text === undefined) {
    text = readFileSync(join(import.meta.dirname, 'queries', `${name}.sql`), 'utf8')
    texts.set(name, text)
  }
  return text
}

/** The parameters of a query with their types, each once: {from:DateTime64(3, 'UTC')} is `from`. */
export function parametersOf(text: string): Map<string, string> {
  return new Map(
    Array.from(text.matchAll(/\{([a-z_]{1,64}):([A-Za-z0-9_(), ']{1,64})\}/g), ([, name = '', type = '']) => [
      name,
      type,
    ]),
  )
}
