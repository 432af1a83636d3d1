import { messageOf } from '../verdict/notify/message.ts'
import type { Channel } from '../verdict/notify/notifier.ts'
import { testIncident } from '../verdict/notify/test-incident.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { openChannels } from './channels.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline notify test [CHANNEL]... --config FILE [--json | --csv]

Sends a test message over each channel of the configuration (notify.channels), or over those named, and says what came
of it. Exit code 1 where one failed.

  --json, --csv      for programs
  --config FILE      configuration file

example:  faultline notify test ops --config /etc/faultline.yaml`

const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
  csv: { type: 'boolean', default: false },
  ...HELP_OPTION,
} as const

/** `faultline notify`: see HELP. Gives the exit code. */
export async function notifyCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('notify', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [what, ...names] = positionals
  if (what !== 'test') throw new UsageError('notify test is all there is; see faultline notify --help')
  const config = loadConfiguration(values.config)
  const { channels, templates } = openChannels(config)
  if (channels.length === 0)
    throw new UsageError('there is no channel: describe some under notify.channels in the configuration')
  for (const name of names)
    if (!channels.some((channel) => channel.name === name))
      throw new UsageError(
        `there is no channel ${JSON.stringify(name)}; there are ${channels.map((one) => one.name).join(', ')}`,
      )
  const now = Date.now()
  const message = messageOf(testIncident(now), 'test', templates, config.notify.page_url)
  const tell = async (channel: Channel): Promise<Row> => {
    try {
      await (channel.sendAll === undefined ? channel.send?.(message, now) : channel.sendAll([message], now))
      return { channel: channel.name, outcome: 'sent', error: '' }
    } catch (error) {
      return { channel: channel.name, outcome: 'failed', error: (error as Error).message }
    }
  }
  const chosen = channels.filter(({ name }) => names.length === 0 || names.includes(name))
  const rows = await Promise.all(chosen.map(tell))
  await print(rowsText(rowFormat(values), ['channel', 'outcome', 'error'], rows))
  return rows.some(({ outcome }) => outcome === 'failed') ? 1 : 0
}
