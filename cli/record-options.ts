import { FORMATS } from '../ingest/formats/formats.ts'
import type { RecordOptions } from '../ingest/records.ts'
import type { Config } from '../schemas/config.ts'
import { UsageError } from './usage-error.ts'

/** What `--format` takes. */
export const FORMAT_NAMES = ['auto', ...FORMATS.map((format) => format.name), 'dsn']

/** How records are read by the configuration; throws a UsageError for a format that is not known. */
export function recordOptions(config: Config, format = 'auto', timeZone = config.time_zone): RecordOptions {
  if (!FORMAT_NAMES.includes(format))
    throw new UsageError(`--format ${JSON.stringify(format)} is not known; use ${FORMAT_NAMES.join(', ')}`)
  const named = FORMATS.filter(({ name }) => name === format)
  return {
    kind: format === 'dsn' ? 'mails' : format === 'auto' ? 'auto' : 'lines',
    formats: named.length > 0 ? named : FORMATS,
    timeZone,
    maxEntries: config.limits.messages,
    maxLineBytes: config.limits.line_bytes,
    ownDomains: new Set(config.own_domains),
    authservIds: new Set(config.authserv_ids),
    sourceIps: new Map(Object.entries(config.source_ips)),
  }
}
