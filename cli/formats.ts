import { LISTED } from '../ingest/formats/formats.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { print, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline formats [--json | --csv]

Lists the logs that Faultline reads: what a record looks like, what each tells and lacks, the columns it fills, and
where its samples are from (run: the program wrote them here; published: by others; unverified: made after its
documentation).

  --json, --csv    for programs; --json has the columns and the pages that describe each log

example:  faultline formats`

const COLUMNS = ['format', 'title', 'input', 'directions', 'samples', 'tells', 'lacks']
const ALL_COLUMNS = [...COLUMNS, 'correlates', 'fills', 'docs']

/** `faultline formats`: see HELP. Gives the exit code. */
export async function formatsCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('formats', args, {
    json: { type: 'boolean', default: false },
    csv: { type: 'boolean', default: false },
    ...HELP_OPTION,
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const format = rowFormat(values)
  const rows = LISTED.map(({ name, about }) => {
    const directions = format === 'json' ? about.directions : about.directions.join(' ')
    return { format: name, ...about, directions }
  })
  await print(rowsText(format, format === 'table' ? COLUMNS : ALL_COLUMNS, rows))
  return 0
}
