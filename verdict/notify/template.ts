import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'templates')
const PLACE = /\{\{([a-z_]{1,30})\}\}/g

/** Names of the templates. */
export const TEMPLATES = ['title', 'text', 'slack'] as const
export type Templates = Readonly<Record<(typeof TEMPLATES)[number], string>>

/** Reads the templates: those of a folder of one's own where it has them, else ours. Throws what reading throws. */
export function readTemplates(own?: string): Templates {
  const read = (name: string): string => {
    if (own !== undefined)
      try {
        return readFileSync(join(own, `${name}.txt`), 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    return readFileSync(join(FOLDER, `${name}.txt`), 'utf8')
  }
  return { title: read('title'), text: read('text'), slack: read('slack') }
}

/** Names in a template that there is no word for. */
export function unknownPlaces(template: string, words: Readonly<Record<string, string>>): string[] {
  return [...template.matchAll(PLACE)]
    .map(([, name = '']) => name)
    .filter((name) => !Object.hasOwn(words, name))
}

/**
 * Fills a template. A line that asks for something empty is left out. `harmless` makes a word harmless where it goes;
 * the template itself is trusted.
 */
export function fill(
  template: string,
  words: Readonly<Record<string, string>>,
  harmless: (word: string) => string,
): string {
  const lines = template.split('\n').flatMap((line) => {
    const names = [...line.matchAll(PLACE)].map(([, name = '']) => name)
    if (names.some((name) => (words[name] ?? '') === '')) return []
    return [line.replace(PLACE, (_place, name: string) => harmless(words[name] ?? ''))]
  })
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
