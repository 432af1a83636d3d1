import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountLine, openAccount } from '../ingest/account.ts'
import { recordSources } from '../ingest/records.ts'
import { judgeWindow } from '../verdict/judge.ts'
import { loadConfiguration } from './configuration.ts'
import { addAccount, loadFile } from './load.ts'
import { recordOptions } from './record-options.ts'
import { aborted, openLog, serve, untilStopped } from './serve.ts'
import { verdictText } from './verdict-text.ts'

const HELP = `faultline demo

Loads a sample log of a real Postfix into a store that is deleted at the end, prints what it judges of it,
and serves the page on http://127.0.0.1:8080 until Ctrl-C. The ports are those of the configuration's
environment: FAULTLINE_WEB_PORT and FAULTLINE_CLICKHOUSE_PORT.

example:  npm start`

const SAMPLE = join(import.meta.dirname, 'demo/mail.log.zst')
const WINDOW_MS = 15 * 60_000

/** `faultline demo`: see HELP. Gives the exit code. */
export async function demoCommand(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP)
    return 0
  }
  const folder = await mkdtemp(join(tmpdir(), 'faultline-demo-'))
  const config = loadConfiguration(undefined, { data_dir: folder, log_level: 'error' })
  const signal = untilStopped()
  try {
    const served = await serve(config, openLog(config))
    try {
      const account = openAccount()
      const limits = {
        bytes: config.limits.block_bytes,
        rows: config.limits.block_rows,
        age: Number.POSITIVE_INFINITY,
      }
      for await (const source of recordSources(SAMPLE, recordOptions(config)))
        await loadFile(served.store, source, limits, (block) => addAccount(account, block.account), signal)
      const [last] = await served.store.query<{ time: number }>(
        'SELECT toUnixTimestamp64Milli(max(event_time)) AS time FROM delivery_events',
      )
      console.log(accountLine(account))
      for (const item of await judgeWindow(served.store, { at: (last?.time ?? 0) + 1, window_ms: WINDOW_MS }))
        console.log(`\n${verdictText(item)}`)
      console.log(`\nThe page is at ${served.url} - Ctrl-C ends it.`)
      await aborted(signal)
    } finally {
      await served.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return 0
}
