import { readSilentSources } from '../verdict/incidents/silent-sources.ts'
import { parseOptions } from './arguments/options.ts'
import { instantOf, READ_OPTIONS, withStore } from './arguments/reading.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline silent [--at TIME] [--json | --csv]

Lists what gives no events although it usually does at this time: log hosts, files, topics, Kafka partitions. A dead
shipper looks like health. Exit code 1 where something is silent.

  --at TIME        as of a past moment, like 2026-06-10T12:00:00Z
  --json, --csv    for programs
  --data-dir DIR   folder of the embedded store (default: faultline-data)
  --url URL        a ClickHouse server instead: http://user:password@host:8123
  --config FILE    configuration file

example:  faultline silent`

const COLUMNS = ['kind', 'name', 'last_seen', 'quiet_s', 'usual_minutes']

/** `faultline silent`: see HELP. Gives the exit code. */
export async function silentCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('silent', args, {
    ...READ_OPTIONS,
    csv: { type: 'boolean', default: false },
    at: { type: 'string' },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const at = values.at === undefined ? Date.now() : instantOf('--at', values.at)
  return withStore(values, async (store) => {
    const found = await readSilentSources(store, at)
    await print(rowsText(rowFormat(values), COLUMNS, found as unknown as Row[]))
    if (found.length === 0) console.error('nothing is silent against its own habit')
    return found.length === 0 ? 0 : 1
  })
}
