import { stringify } from 'yaml'
import type { Config, NotifyChannel } from '../schemas/config.ts'
import { ENVIRONMENT, loadConfiguration } from './arguments/configuration.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'

function variables(): string {
  const width = Math.max(...Object.keys(ENVIRONMENT).map((name) => name.length))
  return Object.entries(ENVIRONMENT)
    .map(([name, path]) => `  ${name.padEnd(width)}  ${path.join('.')}`)
    .join('\n')
}

const HELP = `faultline config [--config FILE]

Prints the effective configuration as YAML: defaults, then FILE, then the environment. Passwords, and paths of webhooks,
which are as good as passwords, are not shown.

  --config FILE    configuration file

These variables of the environment give settings:

${variables()}

example:  faultline config --config /etc/faultline.yaml`

function withoutPassword(address: string): string {
  const url = new URL(address)
  if (url.password) url.password = '***'
  return url.href
}

function publicChannel(channel: NotifyChannel): NotifyChannel {
  if (channel.type === 'smtp' || typeof channel.url !== 'string') return channel
  if (channel.type === 'alertmanager') return { ...channel, url: withoutPassword(channel.url) }
  return { ...channel, url: `${new URL(channel.url).origin}/***` }
}

/** The configuration as anybody may see it. */
function redacted(config: Config): Config {
  const { url, notify, kafka } = config
  const { sasl } = kafka
  return {
    ...config,
    ...(sasl === undefined ? {} : { kafka: { ...kafka, sasl: { ...sasl, password: '***' } } }),
    ...(url === undefined ? {} : { url: withoutPassword(url) }),
    notify: { ...notify, channels: notify.channels.map(publicChannel) },
  }
}

/** `faultline config`: see HELP. Gives the exit code. */
export async function configCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('config', args, { config: { type: 'string' }, ...HELP_OPTION })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  process.stdout.write(stringify(redacted(loadConfiguration(values.config))))
  return 0
}
