import { accountLine, addAccount, openAccount } from '../ingest/account.ts'
import type { Block } from '../ingest/block.ts'
import { recordSources } from '../ingest/records.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { readableOf } from './arguments/inputs.ts'
import { makeStore, storeFlags } from './arguments/open-store.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { useConfiguredRules } from './arguments/own-rules.ts'
import { recordOptions } from './arguments/record-options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { DNS_OPTIONS, dnsFlags, openRowDns } from './dns.ts'
import { loadFile } from './loading/load.ts'
import { misfit } from './loading/misfit.ts'

const HELP = `faultline replay [--data-dir DIR | --url URL] [--format NAME] [--time-zone ZONE] [--config FILE]
                 [--resolver H:P]... [--no-dns] [--dns-now] FILE...

Loads logs (plain, gzip, zstd) and stored bounces (.eml, mbox, Maildir) into the store and prints the account
of their lines. A file is loaded once: a run that was interrupted goes on where it stopped, a second run adds
what was appended since.

  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --format NAME      a log format of faultline formats; auto (the default) recognises it and follows a change
  --time-zone ZONE   IANA zone of time stamps that have none (default: this machine's)
  --config FILE      own_domains, source_ips, limits and the zone (see faultline config)
  --resolver H:P     DNS resolver instead of the system's; may be given several times
  --no-dns           ask DNS nothing
  --dns-now          give rows of any time what DNS says now (dns_age_s tells how far that is from the row);
                     without it only refusals of the last hour are looked up

example:  faultline replay /var/log/mail.log.1 /var/log/mail.log`

const OPTIONS = {
  'data-dir': { type: 'string' },
  url: { type: 'string' },
  format: { type: 'string' },
  'time-zone': { type: 'string' },
  ...DNS_OPTIONS,
  'dns-now': { type: 'boolean' },
  config: { type: 'string' },
  ...HELP_OPTION,
} as const

// Nobody waits for these rows: where few domains are missing they may wait for DNS, in all for so long.
const DNS_PATIENCE_MS = 5000
const DNS_NOW_PATIENCE_MS = 60_000

/** One line on a terminal that says how far we are, from the second second on. */
function progressLine(started: number) {
  return (records: number): void => {
    const seconds = (Date.now() - started) / 1000
    if (process.stderr.isTTY && seconds > 1)
      process.stderr.write(`\r${records} lines, ${Math.round(records / seconds)} a second`)
  }
}

/** `faultline replay`: see HELP. Gives the exit code. */
export async function replayCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('replay', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const paths: string[] = positionals
  if (paths.length === 0) throw new UsageError('give the files to load; see faultline replay --help')
  if (paths.includes('-'))
    throw new UsageError('standard input has no place to go on from; write it to a file first')
  const config = loadConfiguration(values.config, {
    ...storeFlags(values),
    time_zone: values['time-zone'],
    ...dnsFlags(values),
  })
  const options = recordOptions(config, values.format)
  useConfiguredRules(config)
  const readable = await readableOf('replay', paths)
  if (readable.length === 0) return 2
  const { block_bytes, block_rows } = config.limits
  const limits = { bytes: block_bytes, rows: block_rows, age: Number.POSITIVE_INFINITY }
  const store = await makeStore(config)
  const account = openAccount()
  const show = progressLine(Date.now())
  const { signal } = new AbortController()
  const any_time = values['dns-now'] ?? false
  const dns = openRowDns(store, config, {
    warn: (message) => console.error(`faultline replay: ${message}`),
    patience_ms: any_time ? DNS_NOW_PATIENCE_MS : DNS_PATIENCE_MS,
    any_time,
  })
  let failed = 0
  try {
    for (const path of readable) {
      try {
        for await (const source of recordSources(path, options)) {
          const part = openAccount()
          let reason = ''
          const stored = (block: Block): void => {
            addAccount(part, block.account)
            reason ||= block.dead[0]?.reason ?? ''
            show(account.records + part.records)
          }
          const from = await loadFile(store, source, limits, stored, signal, dns?.attach).finally(() =>
            addAccount(account, part),
          )
          const line = misfit(source.path, part, reason, values.format)
          if (line !== undefined) console.error(`faultline replay: ${line}`)
          if (from > 0)
            console.error(
              `${source.path}: ${part.records === 0 ? 'loaded already' : `${from} bytes loaded already`}`,
            )
        }
      } catch (error) {
        failed++
        console.error(`faultline replay: ${path}: ${(error as Error).message}`)
      }
    }
  } finally {
    await dns?.close()
    await store.close()
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  console.log(accountLine(account))
  return failed > 0 ? 1 : readable.length < paths.length ? 2 : 0
}
