import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { ENVIRONMENT, loadConfiguration } from './configuration.ts'
import { UsageError } from './usage-error.ts'

const HELP = `faultline config [--config FILE]

Prints the effective configuration as YAML: defaults, then FILE, then the environment
(${Object.keys(ENVIRONMENT).join(', ')}).
A password in url is not shown.

example:  faultline config --config /etc/faultline.yaml`

/** `faultline config`: see HELP. Gives the exit code. */
export async function configCommand(args: string[]): Promise<number> {
  let values: { config?: string; help?: boolean }
  try {
    ;({ values } = parseArgs({
      args,
      options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }))
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see faultline config --help`)
  }
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config)
  const url = config.url === undefined ? undefined : new URL(config.url)
  if (url?.password) url.password = '***'
  process.stdout.write(stringify({ ...config, ...(url === undefined ? {} : { url: url.href }) }))
  return 0
}
