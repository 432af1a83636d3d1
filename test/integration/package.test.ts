import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const folder = temporaryFolder()
const clone = join(folder, 'clone')
const installed = join(folder, 'node_modules/faultline')

beforeAll(() => {
  // Packing writes JavaScript beside the TypeScript for a moment: in a copy, so that no other test sees it.
  cpSync(root, clone, {
    recursive: true,
    filter: (path) => !['node_modules', '.git', 'faultline-data'].some((name) => path === join(root, name)),
  })
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: clone, stdio: 'ignore' })
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  execFileSync('npm', ['init', '-y'], { cwd: folder, stdio: 'ignore' })
  // The engine is half a gigabyte and optional; a worker that writes to a server leaves it out.
  execFileSync('npm', ['install', '--omit=optional', '--no-audit', '--no-fund', join(folder, tarball)], {
    cwd: folder,
    stdio: 'ignore',
  })
}, 120_000)

const faultline = (...args: string[]) =>
  spawnSync(process.execPath, [join(installed, 'cli/faultline.mjs'), ...args], {
    encoding: 'utf8',
    cwd: folder,
  })

test('the tarball runs compiled, without TypeScript, tests or development dependencies', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  expect(files.filter((name) => name.endsWith('.ts') || name.startsWith('test'))).toEqual([])
  expect(files).toContain('schemas/clickhouse/0001_delivery_events.sql')
  expect(readdirSync(join(folder, 'node_modules'))).not.toContain('vitest')
  const { status, stdout } = faultline('parse', join(root, 'test/fixtures/postfix/mail.log'))
  expect(status).toBe(0)
  expect(stdout.split('\n').length).toBeGreaterThan(50)
})

test('the page has its charts and boards in the tarball', () => {
  const script = `
    import { loadAssets } from '${installed}/dashboards/web/assets.js'
    import { BOARDS } from '${installed}/dashboards/boards/boards.js'
    console.log(loadAssets().get('/echarts.js').body.length > 100_000, loadAssets().has('/board.js'), BOARDS.length)`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(stdout).toBe('true true 7\n')
})

test('without the engine it says in one line how to get it', () => {
  const { status, stderr } = faultline('replay', join(root, 'test/fixtures/postfix/mail.log'))
  expect(status).toBe(1)
  expect(stderr).toMatch(
    /^faultline replay: the embedded engine is not installed here: run "npm install chdb".*\n$/,
  )
})

test('packing leaves no compiled file behind', () => {
  const compiled = readdirSync(clone, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?:cli|enrich|ingest|schemas|store|verdict)\/.*\.js$/.test(name),
  )
  expect(compiled).toEqual([])
})
