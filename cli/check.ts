import { isIP } from 'node:net'
import { checkDomain } from '../enrich/dns/check.ts'
import { checkPast } from '../enrich/dns/check-past.ts'
import { domainOf } from '../enrich/domains.ts'
import type { Config } from '../schemas/config.ts'
import { holdsStore } from '../store/folder.ts'
import { StoreError } from '../store/store.ts'
import {
  type DnsHistoryRow,
  publishedAt,
  readDeliveredDomains,
  readDnsHistory,
  readSelectors,
} from '../verdict/evidence/dns-history.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { openStore, storeFlags } from './arguments/open-store.ts'
import { parseOptions } from './arguments/options.ts'
import { instantOf, READ_OPTIONS } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { DNS_OPTIONS, dnsFlags, resolverOf } from './dns.ts'
import { checkText } from './output/check-text.ts'
import { print } from './output/rows.ts'

const HELP = `faultline check DOMAIN [--ip IP] [--mail-from ADDRESS] [--helo NAME] [--selector S] [--at TIME] [--json]

Says what DNS publishes for the mail of a domain, whether it can be used, and what to mend: SPF with the look-ups of
its whole tree, DKIM keys, DMARC by RFC 9989 and RFC 7489, MX with its provider, MTA-STS, TLS-RPT, BIMI. Where a store
is there, the history of the records too.

  --ip IP              evaluate SPF for this sending address; its PTR and the configured block lists
  --mail-from ADDRESS  envelope sender, where its domain is another than DOMAIN
  --helo NAME          name given with HELO, for SPF of the null sender and for macros
  --selector S         DKIM selector, the s= of a DKIM-Signature; may be given several times
  --at TIME            what was published then, like 2026-06-10T12:00:00Z, from the history
  --resolver H:P       DNS resolver instead of the system's; may be given several times
  --json               one object, for programs
  --data-dir DIR       folder of the embedded store (default: faultline-data)
  --url URL            a ClickHouse server instead: http://user:password@host:8123
  --config FILE        configuration file

example:  faultline check example.org --ip 192.0.2.1 --selector s2048`

/** A domain as DNS knows it; a UsageError where the text is none. */
export function domainArgument(option: string, text: string): string {
  const domain = domainOf(`@${text}`)
  if (/^(?=.{3,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/.test(domain) && isIP(domain) === 0)
    return domain
  throw new UsageError(`${option} ${JSON.stringify(text)} is no domain; use one like example.org`)
}

/** What the store knows of a domain: the history of its records, and the selectors that its mail was signed with. */
interface Known {
  history: DnsHistoryRow[]
  selectors: string[]
  /** Domains that mail is often delivered to. */
  delivered: string[]
}

/** Reads it; without a store there is nothing, and none is made. */
async function knownOf(config: Config, domain: string): Promise<Known | undefined> {
  if (config.url === undefined && !holdsStore(config.data_dir)) return undefined
  const store = await openStore(config)
  try {
    return {
      history: await readDnsHistory(store, domain),
      selectors: await readSelectors(store, domain),
      delivered: await readDeliveredDomains(store),
    }
  } finally {
    await store.close()
  }
}

async function past(config: Config, domain: string, at: number, json: boolean): Promise<number> {
  const known = await knownOf(config, domain)
  if (known === undefined)
    throw new UsageError(
      `--at reads the history, and there is no store at ${config.data_dir}: give --data-dir or --url`,
    )
  const { history } = known
  const report = checkPast(domain, new Date(at).toISOString(), publishedAt(history, at))
  if (json) await print(`${JSON.stringify({ ...report, history }, undefined, 2)}\n`)
  else await print(checkText(report, history))
  if (report.verdict === 'unknown') console.error(`nothing is known of ${domain} at that time`)
  return 0
}

const OPTIONS = {
  ...READ_OPTIONS,
  resolver: DNS_OPTIONS.resolver,
  ip: { type: 'string' },
  'mail-from': { type: 'string' },
  helo: { type: 'string' },
  selector: { type: 'string', multiple: true },
  at: { type: 'string' },
} as const

/** `faultline check`: see HELP. Gives the exit code. */
export async function checkCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('check', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [asked, ...rest] = positionals
  if (asked === undefined || rest.length > 0)
    throw new UsageError('give one domain; see faultline check --help')
  const domain = domainArgument('DOMAIN', asked)
  const { ip = '', helo = '' } = values
  if (ip !== '' && isIP(ip) === 0) throw new UsageError(`--ip ${JSON.stringify(ip)} is no IP address`)
  const mail_from = values['mail-from'] ?? ''
  if (mail_from !== '') domainArgument('--mail-from', mail_from.slice(mail_from.lastIndexOf('@') + 1))
  const config = loadConfiguration(values.config, {
    ...storeFlags(values),
    ...dnsFlags(values),
  })
  if (values.at !== undefined) return past(config, domain, instantOf('--at', values.at), values.json)
  // What DNS says now is worth saying without its history.
  const known = await knownOf(config, domain).catch((error) => {
    if (!(error instanceof StoreError)) throw error
    console.error(`faultline check: the history is not shown: ${error.message}`)
    return undefined
  })
  const told = values.selector ?? [...(config.dns.selectors[domain] ?? []), ...(known?.selectors ?? [])]
  const selectors = [...new Set(told.map((selector) => selector.toLowerCase()))]
  const resolver = resolverOf(config, (message) => console.error(`faultline check: ${message}`))
  try {
    const question = {
      domain,
      ip,
      mail_from,
      helo,
      selectors,
      dnsbl: config.dns.block_lists,
      delivered: known?.delivered ?? [],
    }
    const report = await checkDomain(resolver.lookup, question)
    const history = known?.history ?? []
    if (values.json) await print(`${JSON.stringify({ ...report, history }, undefined, 2)}\n`)
    else await print(checkText(report, history))
    return 0
  } finally {
    resolver.close()
  }
}
