import { expect, test, vi } from 'vitest'
import { faultline } from '../faultline.ts'

// Each starts the program.
vi.setConfig({ testTimeout: 60_000 })

test('each help fits a terminal and explains the options of its first lines', () => {
  const commands = [...faultline(['--help']).stdout.matchAll(/^ {2}faultline ([a-z]+)/gm)].map(
    ([, name = '']) => name,
  )
  expect(commands.length).toBeGreaterThan(20)
  for (const name of commands) {
    const { status, stdout } = faultline([name, '--help'])
    expect(status).toBe(0)
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([])
    const [usage = '', ...rest] = stdout.split('\n\n')
    const used = [...usage.matchAll(/--[a-z-]+/g)].map(([option]) => option)
    const explained = new Set(
      rest
        .slice(0, -1)
        .join('\n')
        .match(/--[a-z-]+/g),
    )
    expect(
      used.filter((option) => !explained.has(option)),
      name,
    ).toEqual([])
  }
})

test('a value that looks like an option is refused in one line', () => {
  const { status, stderr } = faultline(['verdict', '--at', '-1'])
  expect(stderr).toBe(
    "faultline verdict: Option '--at' argument is ambiguous; see faultline verdict --help\n",
  )
  expect(status).toBe(2)
})

test.each([
  ['audit'],
  ['config'],
  ['demo'],
  ['dlq', 'list'],
  ['doctor'],
  ['events'],
  ['formats'],
  ['incidents', 'show', 'aa'],
  ['ingest'],
  ['migrate'],
  ['packet', 'aa'],
  ['rules'],
  ['rules', 'show', 'aa'],
  ['run'],
  ['serve'],
  ['silent'],
  ['simulate'],
  ['trends'],
  ['unknown'],
  ['verdict'],
  ['verify'],
])('a stray argument of %s %s is refused in the same words', (...command) => {
  const args = command.filter((word) => word !== undefined)
  expect(faultline([...args, 'json'])).toEqual({
    status: 2,
    stdout: '',
    stderr: `faultline ${args[0]}: Unexpected argument 'json'; see faultline ${args[0]} --help\n`,
  })
})
