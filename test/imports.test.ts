import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

// Data flows one way: a folder may import from itself and from these.
const ALLOWED: Record<string, string[]> = {
  schemas: [],
  ingest: ['schemas'],
  enrich: ['schemas', 'ingest'],
  store: ['schemas'],
  verdict: ['schemas', 'store'],
  dashboards: ['schemas', 'store', 'verdict'],
  cli: ['schemas', 'ingest', 'enrich', 'store', 'verdict', 'dashboards'],
}
const root = join(import.meta.dirname, '..')
const folderOf = (path: string) => path.split('/')[0] ?? ''

test.each(Object.entries(ALLOWED))('%s imports only what stands before it', (folder, allowed) => {
  const against: string[] = []
  for (const file of globSync(`${folder}/**/*.ts`, { cwd: root })) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const [, target] of source.matchAll(/(?:from|import\() ?'(\.{1,2}\/[^']+)'/g)) {
      const to = folderOf(normalize(join(dirname(file), target ?? '')))
      if (to !== folder && !allowed.includes(to)) against.push(`${file} imports ${target}`)
    }
  }
  expect(against).toEqual([])
})
