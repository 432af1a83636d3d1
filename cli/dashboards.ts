import { existsSync, statSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { print } from './output/rows.ts'

const HELP = `faultline dashboards FOLDER

Writes the boards and the alert rules for a Grafana of your own into a folder: boards/*.json, to import by hand or to be
found by provisioning, and provisioning/ for Grafana's folder of that name. What is there under these names is replaced.

example:  faultline dashboards /etc/grafana/faultline`

const GENERATED = join(import.meta.dirname, '../dashboards/generated')
const PROVIDERS = 'provisioning/dashboards/faultline.yaml'
// As the generator leaves it to Grafana's environment.
const PLACE = /\$\{FAULTLINE_DASHBOARDS\}/

/** `faultline dashboards`: see HELP. Gives the exit code. */
export async function dashboardsCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('dashboards', args, HELP_OPTION, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [folder, ...rest] = positionals
  if (folder === undefined || folder === '' || rest.length > 0)
    throw new UsageError('give one folder, such as /etc/grafana/faultline')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new UsageError(`cannot write to ${JSON.stringify(folder)}: it is a file`)
  if (!existsSync(GENERATED)) throw new Error(`${GENERATED} is missing: this installation is not whole`)
  const boards = join(resolve(folder), 'boards')
  try {
    await cp(GENERATED, folder, { recursive: true })
    const providers = join(folder, PROVIDERS)
    // The boards are where they were just written: nothing to set in Grafana's environment, whose sign is the dollar.
    const path = JSON.stringify(boards.replaceAll('$', '$$$$'))
    const text = await readFile(providers, 'utf8')
    await writeFile(
      providers,
      text.replace(PLACE, () => path),
    )
  } catch (error) {
    throw new UsageError(`cannot write to ${JSON.stringify(folder)}: ${(error as Error).message}`)
  }
  await print(
    `${boards}: import by hand, or copy ${join(resolve(folder), 'provisioning')} over Grafana's own (docs/dashboards.md)\n`,
  )
  return 0
}
