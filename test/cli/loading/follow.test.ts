import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../temporary-folder.ts'
import { FAULTLINE, faultline } from '../faultline.ts'

// Each starts the program.
vi.setConfig({ testTimeout: 60_000 })

const folder = temporaryFolder()
const data = join(folder, 'data')

test.each([
  ['.', 'it is a folder: name the log itself'],
  ['none/mail.log', `the folder ${join(folder, 'none')} is not there`],
])('what can never be followed is refused at the start: %s', (path, why) => {
  const { status, stderr } = faultline(['run', '--follow', join(folder, path), '--data-dir', data])
  expect(stderr).toBe(`faultline run: ${join(folder, path)} cannot be followed: ${why}\n`)
  expect(status).toBe(2)
  expect(existsSync(data)).toBe(false)
})

test('a log that is not there yet is waited for, which is said once', async () => {
  const log = join(folder, 'logs/mail.log')
  mkdirSync(join(folder, 'logs'))
  const env = { ...process.env, FAULTLINE_WEB_PORT: '0', FAULTLINE_CLICKHOUSE_PORT: '0' }
  const child = spawn(process.execPath, [FAULTLINE, 'run', '--follow', log, '--no-dns', '--data-dir', data], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
    if (/"not there yet/.test(said) && !existsSync(log)) writeFileSync(log, 'a line\n')
    if (/"following"/.test(said)) child.kill('SIGTERM')
  })
  expect(await new Promise((resolve) => child.on('close', resolve)), said).toBe(0)
  expect(said.match(/"not there yet: it is followed as soon as it is"/g)).toHaveLength(1)
})
