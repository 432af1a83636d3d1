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

/** What the files of a folder import of this tree, as paths from its root. */
function importsOf(folder: string): { file: string; target: string }[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root }).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8')
    const found = source.matchAll(/(?:from|import\() ?'(\.{1,2}\/[^']+)'/g)
    return Array.from(found, ([, target = '']) => ({ file, target: normalize(join(dirname(file), target)) }))
  })
}

test.each(Object.entries(ALLOWED))('%s imports only what stands before it', (folder, allowed) => {
  const against = importsOf(folder).filter(({ target }) => {
    const to = folderOf(target)
    return to !== folder && !allowed.includes(to)
  })
  expect(against).toEqual([])
})

test.each(['enrich', 'store', 'verdict', 'dashboards', 'cli'])(
  'no two rooms of %s import each other',
  (folder) => {
    const roomOf = (path: string) => (folderOf(path) === folder ? path.split('/').slice(1, -1)[0] : undefined)
    const doors = importsOf(folder).flatMap(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)]
      return from === undefined || to === undefined || from === to ? [] : [`${from} -> ${to}`]
    })
    const back = doors.filter((door) => doors.includes(door.split(' -> ').reverse().join(' -> ')))
    expect([...new Set(back)]).toEqual([])
  },
)
