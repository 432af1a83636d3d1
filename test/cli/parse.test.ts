import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { faultline } from './faultline.ts'

const root = join(import.meta.dirname, '../..')
const log = join(root, 'test/fixtures/postfix/mail.log')
const folder = temporaryFolder()

test('plain, gzip, zstd and standard input give the same events', () => {
  const bytes = readFileSync(log)
  writeFileSync(join(folder, 'log.gz'), gzipSync(bytes))
  writeFileSync(join(folder, 'log.zst'), zstdCompressSync(bytes))
  const plain = faultline(['parse', '--time-zone', 'UTC', log])
  expect(plain.status).toBe(0)
  expect(plain.stdout.split('\n').length).toBeGreaterThan(50)
  const half = bytes.indexOf('\n', bytes.length / 2)
  const frames = [bytes.subarray(0, half), bytes.subarray(half), Buffer.alloc(0)].map((part) =>
    zstdCompressSync(part),
  )
  writeFileSync(join(folder, 'frames.zst'), Buffer.concat(frames))
  for (const name of ['log.gz', 'log.zst', 'frames.zst'])
    expect(faultline(['parse', '--time-zone', 'UTC', join(folder, name)]).stdout).toBe(plain.stdout)
  expect(faultline(['parse', '--time-zone', 'UTC', '-'], { input: bytes.toString() }).stdout).toBe(
    plain.stdout,
  )
})

test.each([
  [['parse', '--nonsense'], /^faultline parse: Unknown option '--nonsense'.*see faultline parse --help\n$/],
  [['parse', '--format', 'x'], /^faultline parse: --format "x" is not known; use auto, /],
  [
    ['parse', '--time-zone', 'Mars'],
    /^faultline parse: --time-zone: time_zone: is no IANA time zone; use one like Europe\/Berlin or UTC\n$/,
  ],
  [['nonsense'], /^faultline: no command "nonsense"; known: /],
])('wrong use of %j is one clear line and exit code 2', (args, words) => {
  const { status, stderr } = faultline(args)
  expect(stderr).toMatch(words)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(status).toBe(2)
})

test('a file that cannot be read and a gzip cut short are said, the rest goes on', () => {
  const cut = gzipSync(readFileSync(log))
  writeFileSync(join(folder, 'cut.gz'), cut.subarray(0, cut.length - 20))
  const { status, stdout, stderr } = faultline([
    'parse',
    join(folder, 'missing.log'),
    join(folder, 'cut.gz'),
    log,
  ])
  expect(status).toBe(1)
  expect(stderr).toContain('missing.log: ENOENT')
  expect(stderr).toContain('cut.gz: unexpected end of file')
  expect(stderr).not.toContain('    at ')
  expect(stdout.length).toBeGreaterThan(1000)
})

test.each([
  [['parse'], 'GET / HTTP/1.1\n', /^-: of no format that is read: no log format recognises this line/m],
  [
    ['parse'],
    'type,timeQueued,recipient,orig,vmta\n',
    /^-: of no format .* nearest is powermta, which needs rcpt/m,
  ],
  [['parse', '--format', 'kumomta'], 'hello\nyou\n', /^-: not kumomta: /m],
])('%j says of %j in one line that it does not fit', (args, input, line) => {
  const { status, stderr } = faultline([...args, '-'], { input })
  expect(status).toBe(0)
  expect(stderr).toMatch(line)
})

test('formats lists what is read', () => {
  const rows = JSON.parse(faultline(['formats', '--json']).stdout) as Record<string, unknown>[]
  expect(rows.find(({ format }) => format === 'sendmail')).toMatchObject({
    directions: ['outbound', 'inbound'],
    correlates: true,
    samples: 'run',
  })
  expect(faultline(['formats']).stdout).toMatch(/^format\ttitle\t/)
  expect(faultline(['formats', 'x']).status).toBe(2)
})
