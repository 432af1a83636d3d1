import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const texts = new Map<string, string>()

/** The text of a query of this folder, the files that it includes put in. The SQL is the one definition of the facts. */
export function sql(name: string): string {
  let text = texts.get(name)
  if (text === undefined) {
    text = readFileSync(join(import.meta.dirname, `${name}.sql`), 'utf8').replace(
      /-- include ([a-z]+)\.sql/g,
      (_line, included: string) => `\n${sql(included)}`,
    )
    texts.set(name, text)
  }
  return text
}
