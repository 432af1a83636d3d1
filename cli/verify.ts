import { statSync } from 'node:fs'
import { isIP } from 'node:net'
import { verifyMessage } from '../enrich/dns/verify-message.ts'
import type { Config } from '../schemas/config.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { readGiven } from './arguments/given-file.ts'
import { openStore, storeFlags } from './arguments/open-store.ts'
import { parseOptions } from './arguments/options.ts'
import { durationOf, instantOf, READ_OPTIONS } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { domainArgument } from './check.ts'
import { DNS_OPTIONS, dnsFlags, resolverOf } from './dns.ts'
import { print } from './output/rows.ts'
import { deliveriesReportText, messageText } from './output/verify-text.ts'
import { deliveriesReport } from './verify-deliveries.ts'

const HELP = `faultline verify --message FILE.eml [--authserv-id NAME]... [--ip IP] [--json]
faultline verify --sender DOMAIN --recipient-domain DOMAIN --since TIME [--at TIME] [--json]

Is it fixed? The first form verifies a message as a receiver stored it: its DKIM signatures with the keys of now, what
receivers said in Authentication-Results, and whether what passes is aligned with the visible From. The second compares
deliveries and refusals since a change with those before it, and says what is missing.

  --message FILE            a message with its whole header, as .eml
  --authserv-id NAME        server whose Authentication-Results are trusted (default: authserv_ids of the
                            configuration); what others say is shown and does not count
  --ip IP                   the address that sent it, for our own SPF evaluation
  --sender DOMAIN           our sender domain
  --recipient-domain DOMAIN where its mail was refused
  --since TIME              when the change was made: 2026-06-10T12:00:00Z, or so long ago: 90m, 2h, 1d
  --at TIME                 end of that time (default: now)
  --resolver H:P            DNS resolver instead of the system's; may be given several times
  --json                    one object, for programs
  --data-dir DIR            folder of the embedded store (default: faultline-data)
  --url URL                 a ClickHouse server instead: http://user:password@host:8123
  --config FILE             configuration file

example:  faultline verify --message test.eml --authserv-id mx.example.net
example:  faultline verify --sender example.org --recipient-domain example.net --since 2h`

const OPTIONS = {
  ...READ_OPTIONS,
  resolver: DNS_OPTIONS.resolver,
  message: { type: 'string' },
  'authserv-id': { type: 'string', multiple: true },
  ip: { type: 'string' },
  sender: { type: 'string' },
  'recipient-domain': { type: 'string' },
  since: { type: 'string' },
  at: { type: 'string' },
} as const
type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

// Larger than any server takes.
const MAX_MESSAGE = 64 << 20

function readMessage(file: string): Buffer {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_MESSAGE)
    throw new UsageError(`--message ${file} is larger than ${MAX_MESSAGE >> 20} MiB: no mail`)
  return readGiven(file, '--message ')
}

const warn = (message: string) => console.error(`faultline verify: ${message}`)

async function verifyOne(config: Config, file: string, values: Values): Promise<number> {
  const { ip = '' } = values
  if (ip !== '' && isIP(ip) === 0) throw new UsageError(`--ip ${JSON.stringify(ip)} is no IP address`)
  const message = readMessage(file)
  const trusted = new Set((values['authserv-id'] ?? config.authserv_ids).map((id) => id.toLowerCase()))
  const resolver = resolverOf(config, warn)
  try {
    const report = await verifyMessage(resolver.lookup, message, { trusted, ip })
    await print(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : messageText(report))
    return 0
  } finally {
    resolver.close()
  }
}

/** A moment, or a length of time before `at`. */
function sinceOf(text: string, at: number): number {
  if (/^[0-9]{1,6}[smhd]$/.test(text)) return at - durationOf('--since', text)
  try {
    return instantOf('--since', text)
  } catch {
    throw new UsageError(
      `--since ${JSON.stringify(text)} is neither a moment like 2026-06-10T12:00:00Z nor a length of time like 2h`,
    )
  }
}

async function verifyDeliveries(config: Config, values: Values): Promise<number> {
  const { sender, 'recipient-domain': recipient, since } = values
  if (sender === undefined || recipient === undefined || since === undefined)
    throw new UsageError(
      'give --message FILE, or --sender, --recipient-domain and --since; see faultline verify --help',
    )
  const until = values.at === undefined ? Date.now() : instantOf('--at', values.at)
  const asked = {
    sender: domainArgument('--sender', sender),
    recipient_domain: domainArgument('--recipient-domain', recipient),
    since: sinceOf(since, until),
    until,
  }
  if (asked.since >= until) throw new UsageError(`--since ${JSON.stringify(since)} is not in the past`)
  const store = await openStore(config)
  const resolver = resolverOf(config, warn)
  try {
    const selectors = config.dns.selectors[asked.sender] ?? []
    const report = await deliveriesReport(resolver.lookup, store, { ...asked, selectors })
    await print(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : deliveriesReportText(report))
    return 0
  } finally {
    resolver.close()
    await store.close()
  }
}

/** `faultline verify`: see HELP. Gives the exit code. */
export async function verifyCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('verify', args, OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config, {
    ...storeFlags(values),
    ...dnsFlags(values),
  })
  return values.message === undefined
    ? verifyDeliveries(config, values)
    : verifyOne(config, values.message, values)
}
