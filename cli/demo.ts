import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountLine, openAccount } from '../ingest/account.ts'
import { recordSources } from '../ingest/records.ts'
import type { VerdictItem } from '../schemas/verdict.ts'
import { judgeWindow } from '../verdict/judge.ts'
import { loadConfiguration } from './configuration.ts'
import { addAccount, loadFile } from './load.ts'
import { openLog } from './log.ts'
import { recordOptions } from './record-options.ts'
import { aborted, serve, untilStopped } from './serve.ts'
import { verdictText } from './verdict-text.ts'

const HELP = `faultline demo

Loads a sample log of a real Postfix into a store that is deleted at the end, prints the waves of refusals in
its last 15 minutes and serves the page on http://127.0.0.1:8080 until Ctrl-C. The ports are those of the configuration's
environment: FAULTLINE_WEB_PORT and FAULTLINE_CLICKHOUSE_PORT.

example:  npm start`

const SAMPLE = join(import.meta.dirname, 'demo/mail.log.zst')
const MINUTE_MS = 60_000
const WINDOW_MS = 15 * MINUTE_MS
const OWN_LOG = 'Your own log: npx faultline replay /var/log/mail.log && npx faultline verdict --since 24h'

const isWave = ({ verdict }: VerdictItem) => verdict !== 'mailbox_noise' && verdict !== 'insufficient_data'

/** What is judged: the sample is of the past, which a reader must know. */
function introduction(at: number): string {
  const [from = '', to = ''] = [at - WINDOW_MS, at].map((time) => new Date(time).toISOString())
  return `A sample log of ${to.slice(0, 10)}. Judged are its last 15 minutes, ${from.slice(11, 16)} to ${to.slice(11, 16)} UTC:`
}

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
      // To the whole minute after the last event, as the page does.
      const at = Math.floor((last?.time ?? 0) / MINUTE_MS + 1) * MINUTE_MS
      console.log(`${accountLine(account)}\n\n${introduction(at)}`)
      for (const item of await judgeWindow(served.store, { at, window_ms: WINDOW_MS }))
        if (isWave(item)) process.stdout.write(`\n${verdictText(item)}`)
      console.log(`\nThe page is at ${served.url} - Ctrl-C ends it.\n${OWN_LOG}`)
      await aborted(signal)
    } finally {
      await served.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return 0
}
