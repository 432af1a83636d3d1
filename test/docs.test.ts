import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ENVIRONMENT } from '../cli/arguments/configuration.ts'
import { Config } from '../schemas/config.ts'
import { DELIVERY_EVENTS } from '../schemas/delivery-events.ts'
import { openEmbedded } from '../store/embedded.ts'
import { migrate } from '../store/migrate.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const DOCS = ['README.md', 'ARCHITECTURE.md', ...globSync('docs/*.md', { cwd: root })]

/** A heading as the anchor that GitHub and others give it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')

test.each(DOCS)('every relative link of %s leads somewhere', (file) => {
  const broken: string[] = []
  for (const [, link = ''] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? file : join(dirname(file), path)
    const headings = () => [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => anchorOf(text))
    if (!existsSync(join(root, target)) || (anchor !== undefined && !headings().includes(anchor)))
      broken.push(link)
  }
  expect(broken).toEqual([])
})

/** Settings with their defaults, by path. */
function leaves(value: object, path = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    const isGroup = typeof inner === 'object' && !Array.isArray(inner) && Object.keys(inner).length > 0
    return isGroup ? leaves(inner, `${path}${name}.`) : [[`${path}${name}`, inner]]
  })
}

test('every setting is explained with its default', () => {
  const rows = read('docs/configuration.md')
  const defaults = leaves(Config.parse({}))
  for (const [name, value] of defaults) {
    const shown = name === 'time_zone' ? "this machine's" : `\`${JSON.stringify(value)}\``
    expect(rows.includes(`| \`${name}\` | ${shown} |`), `${name} with ${shown}`).toBe(true)
  }
  const required = Object.keys(Config.parse({ follow: [{ path: 'x', time_zone: 'UTC' }] }).follow[0] ?? {})
  const named = [
    ...required.map((name) => `| \`follow[].${name}\` |`),
    ...Object.keys(Config.shape).map((name) => `| \`${name}`),
    ...Object.keys(ENVIRONMENT).map((variable) => `\`${variable}\``),
  ]
  expect(named.filter((text) => !rows.includes(text))).toEqual([])
})

test('every column of delivery_events is explained', () => {
  const rows = read('docs/events.md')
  const missing = DELIVERY_EVENTS.filter(([name]) => !rows.includes(`| \`${name}\` |`))
  expect(missing).toEqual([])
})

test('every command is named', () => {
  const help = execFileSync(process.execPath, [join(root, 'cli/faultline.mjs'), '--help'], {
    encoding: 'utf8',
  })
  const commands = [...help.matchAll(/^ {2}faultline ([a-z]+)/gm)].map(([, name = '']) => name)
  expect(commands.length).toBeGreaterThan(8)
  const text = DOCS.map(read).join('\n')
  expect(commands.filter((name) => !text.includes(`faultline ${name}`))).toEqual([])
})

test('every SQL example runs', async () => {
  const examples = [...read('docs/events.md').matchAll(/^```sql\n([\s\S]+?)^```$/gm)].map(
    ([, sql = '']) => sql,
  )
  expect(examples.length).toBeGreaterThan(3)
  const folder = mkdtempSync(join(tmpdir(), 'faultline-docs-'))
  const store = await openEmbedded(folder)
  try {
    await migrate(store)
    for (const sql of examples) expect(await store.query(sql)).toBeInstanceOf(Array)
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}, 30_000)
