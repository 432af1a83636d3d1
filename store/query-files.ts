import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The queries of a folder by their names, each file read once. A line `-- include NAME.sql` stands for another of the
 * folder, so that what several ask of has one definition.
 */
export function queriesOf(folder: string): (name: string) => string {
  const texts = new Map<string, string>()
  return function sql(name: string): string {
    let text = texts.get(name)
    if (text === undefined) {
      text = readFileSync(join(folder, `${name}.sql`), 'utf8').replace(
        /-- include ([a-z/-]+)\.sql/g,
        (_line, included: string): string => `\n${sql(included)}`,
      )
      texts.set(name, text)
    }
    return text
  }
}
