import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { openEmbedded } from '../../store/embedded.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const folder = temporaryFolder()

const log = join(folder, 'mail.log')
const data = join(folder, 'data')
const config = join(folder, 'faultline.yaml')
writeFileSync(
  config,
  `data_dir: ${data}
log_level: info
web: { port: 0 }
clickhouse: { port: 0 }
follow: [{ path: ${log}, time_zone: UTC }]
limits: { poll_seconds: 0.02, rotation_grace_seconds: 0.4, block_seconds: 0.1, block_rows: 150 }
`,
)

/** Starts a reader and waits until it reads: what is rotated away before the first run is not its to read. */
async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(root, 'cli/faultline.mjs'), 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (text) => {
      if (String(text).includes('"following"')) resolve()
    })
  })
  return child
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on('exit', resolve))

let written = 0
function write(count: number): void {
  const lines = Array.from({ length: count }, () => {
    const id = (0xa00000 + written++).toString(16).toUpperCase()
    return `2026-11-24T10:00:00.000000+00:00 mx1 postfix/smtp[1]: ${id}: to=<u@e.example>, relay=mx.e.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)`
  })
  appendFileSync(log, `${lines.join('\n')}\n`)
}

async function stored(): Promise<unknown[][]> {
  const store = await openEmbedded(data)
  const rows = await store.query(
    'SELECT count() AS rows, uniqExact(queue_id) AS messages FROM delivery_events',
  )
  const rollUp = await store.query('SELECT sum(attempts) AS attempts FROM attempts_1m')
  await store.close()
  return [rows, rollUp]
}

test('a followed log under load, rotated in both ways and with its reader killed, is stored whole and once', async () => {
  write(100)
  let reader = await start()
  let rotations = 0
  for (let round = 0; round < 60; round++) {
    write(40)
    await sleep(60)
    if (round % 10 === 4) renameSync(log, `${log}.${++rotations}`)
    if (round % 10 === 9) {
      // copytruncate loses what is written between the copy and the cut: here nothing is.
      copyFileSync(log, `${log}.${++rotations}`)
      truncateSync(log)
    }
    if (round % 20 === 13) {
      const exit = ended(reader)
      reader.kill('SIGKILL')
      await exit
      write(30)
      reader = await start()
    }
  }
  // Each rotation that happened while nobody read takes its grace; a slow machine gets another run.
  let found: unknown[][] = []
  for (let run = 0; run < 5; run++) {
    if (run > 0) reader = await start()
    await sleep(6000)
    const exit = ended(reader)
    reader.kill('SIGTERM')
    expect(await exit).toBe(0)
    found = await stored()
    if (isDeepStrictEqual(found[0], [{ rows: written, messages: written }])) break
  }
  const [rows, rollUp] = found
  expect(rows).toEqual([{ rows: written, messages: written }])
  expect(rollUp).toEqual([{ attempts: written }])
}, 120_000)
