import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountLine, addAccount, openAccount } from '../ingest/account.ts'
import { recordSources } from '../ingest/records.ts'
import type { Config } from '../schemas/config.ts'
import type { VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { advance } from '../verdict/incidents/incident.ts'
import { writeIncidents } from '../verdict/incidents/incident-store.ts'
import { isWave, judgeWindow } from '../verdict/judge.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { recordOptions } from './arguments/record-options.ts'
import { loadFile } from './loading/load.ts'
import { openLog } from './output/log.ts'
import { verdictText } from './output/verdict-text.ts'
import { serve } from './serve.ts'
import { aborted, untilStopped } from './stop-signal.ts'

const HELP = `faultline demo

Loads a sample log of a real Postfix into a store that is deleted at the end, prints the waves of refusals in
its last 15 minutes and serves the page on http://127.0.0.1:8080 until Ctrl-C. Other ports are given by the environment:
FAULTLINE_WEB_PORT and FAULTLINE_CLICKHOUSE_PORT.

example:  npm start`

const SAMPLE = join(import.meta.dirname, 'demo/mail.log.zst')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const WINDOW_MS = 15 * MINUTE_MS
const OWN_LOG = 'Your own log: npx faultline replay /var/log/mail.log && npx faultline verdict --since 24h'

/** What is judged: the sample is of the past, which a reader must know. */
function introduction(at: number): string {
  const [from = '', to = ''] = [at - WINDOW_MS, at].map((time) => new Date(time).toISOString())
  return `A sample log of ${to.slice(0, 10)}. Judged are its last 15 minutes, ${from.slice(11, 16)} to ${to.slice(11, 16)} UTC:`
}

/** The incidents that the evaluator would have opened then. */
function openIncidents(store: Store, config: Config, now: number, items: VerdictItem[]): Promise<void> {
  const { quiet_seconds, reopen_seconds, remind_seconds } = config.evaluator
  const life = {
    quiet_ms: quiet_seconds * 1000,
    reopen_ms: reopen_seconds * 1000,
    remind_ms: remind_seconds * 1000,
    blind_ms: DAY_MS,
  }
  return writeIncidents(
    store,
    advance({ now, items, incidents: [], acknowledged: new Set(), blind: false, life }),
    1,
  )
}

/** `faultline demo`: see HELP. Gives the exit code. */
export async function demoCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('demo', args, HELP_OPTION)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const folder = await mkdtemp(join(tmpdir(), 'faultline-demo-'))
  const config = loadConfiguration(undefined, {
    ...{ data_dir: folder, log_level: 'error' },
    // The sample is of the past, and nothing is read after it: there is no newest window to judge again and again.
    'evaluator.enabled': false,
  })
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
      const items = await judgeWindow(served.store, { at, window_ms: WINDOW_MS })
      for (const item of items) if (isWave(item)) process.stdout.write(`\n${verdictText(item)}`)
      await openIncidents(served.store, config, at, items)
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
