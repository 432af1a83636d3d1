import { judge } from '../enrich/judge.ts'
import { type Account, accountLine, addAccount, count, openAccount } from '../ingest/account.ts'
import { type RecordSource, recordSources } from '../ingest/records.ts'
import { readRecord } from '../ingest/worker.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { readableOf } from './arguments/inputs.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { useConfiguredRules } from './arguments/own-rules.ts'
import { recordOptions } from './arguments/record-options.ts'
import { misfit } from './loading/misfit.ts'

const HELP = `faultline parse [--format NAME] [--time-zone ZONE] [--config FILE] [FILE...|-]

Reads logs (plain, gzip or zstd; - is standard input) and stored bounces (.eml, mbox, Maildir) and prints
one classified event a line as JSON, empty fields left out. The account of lines goes to standard error.

  --format NAME      a log format of faultline formats; auto (the default) recognises it and follows a change
  --time-zone ZONE   IANA zone of time stamps that have none (default: this machine's)
  --config FILE      own_domains, source_ips, limits and the zone (see faultline config)

example:  faultline parse /var/log/mail.log | head`

const OPTIONS = {
  format: { type: 'string', default: 'auto' },
  'time-zone': { type: 'string' },
  config: { type: 'string' },
  ...HELP_OPTION,
} as const

function printable(event: object): string {
  return JSON.stringify(event, (_key, value) =>
    value === '' || value === 0 ? undefined : typeof value === 'bigint' ? value.toString() : value,
  )
}

async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text))
    await new Promise((drained) => process.stdout.once('drain', drained))
}

async function print(source: RecordSource, total: Account, format: string): Promise<void> {
  const account = openAccount()
  let reason = ''
  try {
    const pipeline = source.pipeline(source.reference)
    for await (const block of source.read(0)) {
      let out = ''
      for (const [index, offset] of block.offsets.entries()) {
        const disposition = readRecord(pipeline, block, index)
        count(account, disposition)
        if (disposition.kind === 'events')
          for (const event of disposition.events) out += `${printable(judge(event))}\n`
        else if (disposition.kind === 'dead') {
          reason ||= disposition.reason
          console.error(`${source.path}: byte ${offset}: dead letter: ${disposition.reason}`)
        }
      }
      await write(out)
    }
  } finally {
    addAccount(total, account)
  }
  const line = misfit(source.path, account, reason, format)
  if (line !== undefined) console.error(line)
}

/** `faultline parse`: see HELP. Gives the exit code. */
export async function parseCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('parse', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config, { time_zone: values['time-zone'] })
  const options = recordOptions(config, values.format)
  useConfiguredRules(config)
  const account = openAccount()
  const paths = positionals.length > 0 ? positionals : ['-']
  const readable = await readableOf('parse', paths)
  if (readable.length === 0) return 2
  let failed = 0
  for (const path of readable) {
    try {
      for await (const source of recordSources(path, options)) await print(source, account, values.format)
    } catch (error) {
      failed++
      console.error(`faultline parse: ${path}: ${(error as Error).message}`)
    }
  }
  console.error(accountLine(account))
  return failed > 0 ? 1 : readable.length < paths.length ? 2 : 0
}
