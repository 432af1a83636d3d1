import { expect, test, vi } from 'vitest'
import { faultline } from './faultline.ts'

// Each starts the program.
vi.setConfig({ testTimeout: 60_000 })

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
