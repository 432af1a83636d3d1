import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLog } from '../../cli/output/log.ts'
import { FAULTLINE } from './faultline.ts'

// None of these may be seen again, in no form.
const SECRETS = { sasl: 'saslSesame1', url: 'urlSesame2', writer: 'writerSesame3' }

/** What a command says until it ends, or until it has said `enough`. */
function said(args: string[], env: Record<string, string>, enough = /$^/): Promise<string> {
  const child = spawn(process.execPath, [FAULTLINE, ...args], { env: { ...process.env, ...env } })
  let text = ''
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        text += chunk
        if (enough.test(text)) child.kill('SIGTERM')
      })
    child.on('close', () => resolve(text))
  })
}

test('no secret is in what a command says, at the finest log level and where it fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-secrets-'))
  const file = join(folder, 'faultline.yaml')
  const url = `http://writer:${SECRETS.url}@127.0.0.1:1`
  writeFileSync(
    file,
    `url: ${url}
log_level: trace
kafka:
  brokers: [127.0.0.1:1]
  topics: [mail]
  sasl: {mechanism: scram-sha-256, username: faultline, password: ${SECRETS.sasl}}
`,
  )
  const wrong = join(folder, 'wrong.yaml')
  writeFileSync(wrong, `url: ftp://writer:${SECRETS.url}@127.0.0.1\n`)
  const env = { FAULTLINE_WRITER_PASSWORD: SECRETS.writer }
  const embedded = { ...env, FAULTLINE_WEB_PORT: '0', FAULTLINE_CLICKHOUSE_PORT: '0' }
  try {
    const all = await Promise.all([
      said(['ingest', '--config', file], env, /waiting for the store/),
      said(['config', '--config', file], env),
      said(['config', '--config', wrong], env),
      said(['doctor', '--config', file], env),
      said(['query', '--config', file, 'SELECT 1'], env),
      said(['query', '--url', url, 'SELECT 1'], env),
      // By mistake, where none is wanted.
      said(['ingest', url], env),
      said(['verdict', `--${url}`], env),
      said(
        ['run', '--data-dir', join(folder, 'store'), '--brokers', '127.0.0.1:1', '--topic', 'mail'],
        { ...embedded, FAULTLINE_LOG_LEVEL: 'trace', FAULTLINE_KAFKA_PASSWORD: SECRETS.sasl },
        /no broker|SASL|sasl/,
      ),
    ])
    for (const text of all) expect(text).not.toBe('')
    const together = all.join('\n')
    expect(together).toContain('waiting for the store: http://127.0.0.1:1: ')
    expect(together).toContain('***')
    for (const secret of Object.values(SECRETS)) expect(together).not.toContain(secret)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)

test('what should never be logged is taken out all the same', () => {
  let written = ''
  const write = (line: string): void => {
    written += line
  }
  const log = openLog({ log_level: 'info' }, { write })
  log.error(
    { sasl: { password: SECRETS.sasl }, kafka: { sasl: { password: SECRETS.sasl } } },
    `cannot reach http://writer:${SECRETS.url}@127.0.0.1:8123/faultline`,
  )
  expect(JSON.parse(written)).toMatchObject({ msg: 'cannot reach http://***@127.0.0.1:8123/faultline' })
  for (const secret of Object.values(SECRETS)) expect(written).not.toContain(secret)
})
