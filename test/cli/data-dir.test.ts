import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { faultline } from './faultline.ts'

// Each starts the program.
vi.setConfig({ testTimeout: 60_000 })

const log = join(import.meta.dirname, '../fixtures/postfix/mail.log')
const folder = temporaryFolder()
const missing = join(folder, 'missing')
const file = join(folder, 'file')
const empty = join(folder, 'empty')
writeFileSync(file, 'no folder\n')
mkdirSync(empty)

test.each([
  ['verdict'],
  ['trends'],
  ['events'],
  ['unknown'],
  ['silent'],
  ['query', 'SELECT 1'],
  ['packet', '--ip', '192.0.2.1'],
  ['incidents'],
  ['incidents', 'mute', 'aa'],
  ['audit'],
  ['dlq', 'list'],
  ['verify', '--sender', 'a.example', '--recipient-domain', 'b.example', '--since', '1h'],
  ['migrate', '--dry-run'],
])('%s reads a store and makes none', (...args) => {
  const { status, stderr } = faultline([...args, '--data-dir', missing])
  expect(stderr).toBe(
    `faultline ${args[0]}: ${missing} is not there: name the folder of a store with --data-dir, or make one with faultline replay or run\n`,
  )
  expect(status).toBe(2)
  expect(existsSync(missing)).toBe(false)
})

test('a folder without a store and a file are told as what they are', () => {
  for (const [place, what] of [
    [empty, 'holds no store'],
    [file, 'is no folder'],
  ] as const) {
    const { status, stderr } = faultline(['verdict', '--data-dir', place])
    expect(stderr).toMatch(new RegExp(`^faultline verdict: \\S+ ${what}: name the folder [^\\n]*\\n$`))
    expect(status).toBe(2)
  }
})

test.each([
  ['replay', log],
  ['serve'],
  ['run', '--follow', log],
  ['migrate'],
  ['ingest', '--brokers', '127.0.0.1:1', '--topic', 'mail'],
])('%s refuses a folder that cannot be had', (...args) => {
  const { status, stderr } = faultline([...args, '--data-dir', file])
  expect(stderr).toBe(
    `faultline ${args[0]}: ${file} cannot hold the store: it is a file; name another folder with --data-dir\n`,
  )
  expect(status).toBe(2)
})

test.runIf(process.getuid?.() === 0)('a store of another user is not told as none', () => {
  const own = join(folder, 'own')
  chmodSync(folder, 0o755)
  mkdirSync(join(own, 'metadata'), { recursive: true, mode: 0o700 })
  const module = join(import.meta.dirname, '../../store/folder.ts')
  const script = `const { needStore } = await import('${module}'); process.setuid(65534); try { needStore('${own}') } catch (e) { console.log(e.message) }`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stdout).toBe(`${own} may not be read by this user: run this as the one whose store it is\n`)
})

test.runIf(process.platform === 'linux')(
  'a folder that the system never makes is refused, not tried for ever',
  () => {
    const { status, stderr } = faultline(['replay', log, '--data-dir', '/proc/faultline/data'])
    expect(stderr).toMatch(
      /^faultline replay: \S+ cannot hold the store: no folder can be made in \/proc \(\w+\); /,
    )
    expect(status).toBe(2)
  },
)

test('a folder and a server are two stores; a folder that is named goes before a server of the environment', () => {
  const both = faultline(['verdict', '--data-dir', missing, '--url', 'http://127.0.0.1:1'])
  expect(both).toMatchObject({
    status: 2,
    stderr: 'faultline verdict: --data-dir or --url, not both: they name two stores\n',
  })
  const env = { FAULTLINE_URL: 'http://127.0.0.1:1' }
  expect(faultline(['verdict', '--data-dir', missing], { env }).stderr).toContain(`${missing} is not there`)
  expect(faultline(['verdict'], { env })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('http://127.0.0.1:1: connect ECONNREFUSED'),
  })
})

test('replay makes the folders of a store, which is then read', () => {
  const made = join(folder, 'some/new')
  expect(faultline(['replay', log, '--no-dns', '--data-dir', made]).status).toBe(0)
  const { status, stdout } = faultline([
    'query',
    'SELECT count() > 50 FROM delivery_events',
    '--data-dir',
    made,
  ])
  expect([status, stdout.split('\n')[1]]).toEqual([0, '1'])
})
