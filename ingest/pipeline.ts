import { openAuto } from './envelopes/auto.ts'
import { openFormats } from './formats/auto.ts'
import type { Disposition, Format } from './formats/format.ts'

/** What a source's records are read with. */
export interface PipelineOptions {
  formats: readonly Format[]
  /** Milliseconds since 1970 at which year-less stamps are resolved: when the records arrived. */
  reference: number
  /** IANA zone of stamps that have none. */
  timeZone: string
  /** How many messages the correlators remember. */
  maxEntries: number
  /** Recipient domains that are ours: what we pass on to them is inbound. Lower-case A-labels. */
  ownDomains: ReadonlySet<string>
  /** Our sending address by `host/instance` or host, for MTAs that do not log it. */
  sourceIps: ReadonlyMap<string, string>
}

/** Reads one line of a source, in order: envelope off, format, what the configuration knows. */
export interface Pipeline {
  read(line: string): Disposition
}

/** A pipeline with empty state. Throws a RangeError for a time zone that does not exist. */
export function openPipeline({
  formats,
  reference,
  timeZone,
  maxEntries,
  ownDomains,
  sourceIps,
}: PipelineOptions): Pipeline {
  const unwrap = openAuto({ reference, timeZone })
  const reader = openFormats(formats, { maxEntries })
  const configured = ownDomains.size > 0 || sourceIps.size > 0

  return {
    read(line) {
      const record = unwrap(line)
      const disposition = reader.read(record)
      if (!configured || disposition.kind !== 'events') return disposition
      for (const event of disposition.events) {
        if (event.direction !== 'outbound') continue
        const domain = event.recipient.slice(event.recipient.lastIndexOf('@') + 1).toLowerCase()
        if (ownDomains.has(domain)) event.direction = 'inbound'
        else event.source_ip ||= sourceIpOf(sourceIps, record.host, record.program)
      }
      return disposition
    },
  }
}

function sourceIpOf(sourceIps: ReadonlyMap<string, string>, host: string, program: string): string {
  const slash = program.indexOf('/')
  const instance = slash === -1 ? program : program.slice(0, slash)
  return sourceIps.get(`${host}/${instance}`) ?? sourceIps.get(host) ?? ''
}
