import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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
  [['parse', '--format', 'x'], /^faultline parse: --format "x" is not known; faultline formats lists them, /],
  [
    ['parse', '--time-zone', 'Mars'],
    /^faultline parse: --time-zone: time_zone: is no IANA time zone; use one like Europe\/Berlin or UTC\n$/,
  ],
  [
    ['serve', '--port', 'abc'],
    /^faultline serve: --port "abc" is no port: a whole number from 0 to 65535\n$/,
  ],
  [['serve', '--port', '70000'], /^faultline serve: --port "70000" is no port: /],
  [
    ['verify', '--sender', 'a.example', '--recipient-domain', 'b.example', '--since', 'foo'],
    /^faultline verify: --since "foo" is neither a moment like 2026-06-10T12:00:00Z nor a length of time like 2h\n$/,
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
  const missing = join(folder, 'missing.log')
  const { status, stdout, stderr } = faultline(['parse', missing, join(folder, 'cut.gz'), log])
  expect(status).toBe(1)
  expect(stderr).toContain(`faultline parse: ${missing} is not there\n`)
  expect(stderr).toContain('cut.gz: unexpected end of file')
  expect(stderr).not.toContain('    at ')
  expect(stdout.length).toBeGreaterThan(1000)
})

test.each(['parse', 'replay'])('%s refuses paths at which nothing can be read', (command) => {
  const store = join(folder, 'store')
  const empty = join(folder, `${command}-empty`)
  mkdirSync(empty)
  for (const [paths, said] of [
    [[join(folder, 'missing.log')], 'missing.log is not there'],
    [
      [empty],
      `${command}-empty holds no mails: a folder is a Maildir or holds .eml files; name logs themselves`,
    ],
    [[empty, join(folder, 'missing.log')], 'missing.log is not there'],
  ] as const) {
    const { status, stdout, stderr } = faultline([command, ...paths], {
      env: { FAULTLINE_DATA_DIR: store },
    })
    expect(stderr).toContain(said)
    expect(stderr.trimEnd().split('\n')).toHaveLength(paths.length)
    expect([status, stdout]).toEqual([2, ''])
  }
  expect(existsSync(store)).toBe(false)
})

test('what can be read is read beside what cannot; an empty Maildir is one', () => {
  const { status, stdout } = faultline(['parse', join(folder, 'missing.log'), log])
  expect(status).toBe(2)
  expect(stdout.length).toBeGreaterThan(1000)
  mkdirSync(join(folder, 'mails/new'), { recursive: true })
  expect(faultline(['parse', join(folder, 'mails')])).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^0 lines = /),
  })
})

test.each([
  [['rules', 'test', folder], `${folder} is a folder, not a file`],
  [['rules', 'test', join(folder, 'none.json')], `${folder}/none.json is not there`],
  [['verify', '--message', folder], `--message ${folder} is a folder, not a file`],
  [['verify', '--message', join(folder, 'none.eml')], `--message ${folder}/none.eml is not there`],
  [['config', '--config', folder], `cannot read the configuration: ${folder} is a folder, not a file`],
])('%j is wrong use that names the file', (args, said) => {
  const { status, stderr } = faultline(args)
  expect(stderr).toBe(`faultline ${args[0]}: ${said}\n`)
  expect(status).toBe(2)
})

test.each([
  [['parse'], 'GET / HTTP/1.1\n', /^-: of no format that is read: no log format recognises this line/m],
  [
    ['parse'],
    'type,timeQueued,recipient,orig,vmta\n',
    /^-: of no format .* nearest is powermta, which needs rcpt/m,
  ],
  [
    ['parse'],
    '\x7fELF\x02\x01\x01\0\0\x03\0>\0\x01\0',
    /^-: of no format that is read: zero bytes: no text, or UTF-16, which only parse and replay read \(/m,
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
