import type { Format } from '../../ingest/formats/format.ts'
import { FORMATS } from '../../ingest/formats/formats.ts'
import { ownFormat } from '../../ingest/formats/vendors.ts'
import type { RecordOptions } from '../../ingest/records.ts'
import type { Config } from '../../schemas/config.ts'
import { UsageError } from './usage-error.ts'

/** What `--format` takes. */
export const FORMAT_NAMES = ['auto', ...FORMATS.map((format) => format.name), 'dsn']

/** Formats of the user's own, then ours. Throws a UsageError where one has the name of one of ours. */
function formatsOf(config: Config): readonly Format[] {
  const taken = config.formats.find(({ name }) => FORMAT_NAMES.includes(name))
  if (taken !== undefined)
    throw new UsageError(
      `formats: ${JSON.stringify(taken.name)} is a format of ours; give yours another name`,
    )
  return [...config.formats.map(ownFormat), ...FORMATS]
}

/** How records are read by the configuration; throws a UsageError for a format that is not known. */
export function recordOptions(config: Config, format = 'auto', timeZone = config.time_zone): RecordOptions {
  const formats = formatsOf(config)
  const names = new Set([...FORMAT_NAMES, ...formats.map(({ name }) => name)])
  if (!names.has(format))
    throw new UsageError(
      `--format ${JSON.stringify(format)} is not known; faultline formats lists them, auto recognises them`,
    )
  const named = formats.filter(({ name }) => name === format)
  return {
    kind: format === 'dsn' ? 'mails' : format === 'auto' ? 'auto' : 'lines',
    formats: named.length > 0 ? named : formats,
    timeZone,
    maxEntries: config.limits.messages,
    maxLineBytes: config.limits.line_bytes,
    ownDomains: new Set(config.own_domains),
    authservIds: new Set(config.authserv_ids),
    sourceIps: new Map(Object.entries(config.source_ips)),
  }
}
