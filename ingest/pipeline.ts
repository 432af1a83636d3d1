import { type Correlator, openCorrelator } from './correlate.ts'
import { openAuto } from './envelopes/auto.ts'
import type { EnvelopeContext } from './envelopes/envelope.ts'
import { openFormats } from './formats/auto.ts'
import type { Disposition, Format } from './formats/format.ts'

/** What a source's records are read with. */
export interface PipelineOptions {
  formats: readonly Format[]
  /** IANA zone of stamps that have none. */
  timeZone: string
  /** How many messages the correlator remembers. */
  maxEntries: number
  /** Recipient domains that are ours: what we pass on to them is inbound. Lower-case A-labels. */
  ownDomains: ReadonlySet<string>
  /** Our sending address by `host/instance` or host, for MTAs that do not log it. */
  sourceIps: ReadonlyMap<string, string>
}

/** What a pipeline knows between two records: it goes on from there exactly as it would have. */
export interface PipelineState {
  /** Time of the last record, which decides an hour that happens twice. */
  previous: number
  /** The correlator's stages since its last full one. */
  correlator: readonly string[]
}

/** What is kept of a pipeline's state with a block. */
export interface PipelineStage {
  previous: number
  correlator: string
  /** Whether the stages before it are no longer needed. */
  full: boolean
}

/** What is known of a line besides itself. */
export interface Hint {
  /** Host that wrote it, where its envelope does not say. */
  host: string
  /** Name of its format; '' where it is to be found out. */
  format: string
}

/** Reads the records of one partition in order: envelope off, format, what the configuration knows. */
export interface Pipeline {
  /** Milliseconds since 1970 at which year-less stamps are resolved: when the records arrived. */
  reference: number
  read(line: string, hint?: Hint): Disposition
  /** What changed since the last stage; the whole state now and then, and always with `full`. */
  stage(full?: boolean): PipelineStage
}

function sourceIpOf(sourceIps: ReadonlyMap<string, string>, host: string, program: string): string {
  const slash = program.indexOf('/')
  const instance = slash === -1 ? program : program.slice(0, slash)
  return sourceIps.get(`${host}/${instance}`) ?? sourceIps.get(host) ?? ''
}

// A restart folds all stages since the last full one: a new full one is due when they outweigh it.
const MIN_STAGES_BYTES = 4 << 20

/** A pipeline with empty state, or with the one that it had. Throws a RangeError for a time zone that does not exist. */
export function openPipeline(options: PipelineOptions, reference: number, state?: PipelineState): Pipeline {
  const { ownDomains, sourceIps } = options
  const context: EnvelopeContext = {
    reference,
    timeZone: options.timeZone,
    ...(state?.previous ? { previous: state.previous } : {}),
  }
  const unwrap = openAuto(context)
  const correlator: Correlator = openCorrelator(options.maxEntries, state?.correlator)
  const reader = openFormats(options.formats, correlator, context)
  const configured = ownDomains.size > 0 || sourceIps.size > 0
  let previous = state?.previous ?? 0
  let fullBytes = -1
  let stagesBytes = 0

  function stage(
    full = fullBytes === -1 || stagesBytes > Math.max(MIN_STAGES_BYTES, 2 * fullBytes),
  ): PipelineStage {
    const text = correlator.stage(full)
    if (full) fullBytes = text.length
    stagesBytes = full ? 0 : stagesBytes + text.length
    return { previous, correlator: text, full }
  }

  function read(line: string, hint?: Hint): Disposition {
    const record = unwrap(line)
    if (record.time !== 0) previous = context.previous = record.time
    if (hint !== undefined && record.host === '') record.host = hint.host
    const disposition = reader.read(record, hint?.format)
    if (disposition.kind !== 'events') return disposition
    for (const event of disposition.events) {
      // Nothing in the record had a time: that of its arrival.
      if (event.event_time === 0) event.event_time = context.reference
      if (!configured) continue
      if (event.direction !== 'outbound') continue
      const domain = event.recipient.slice(event.recipient.lastIndexOf('@') + 1).toLowerCase()
      if (ownDomains.has(domain)) event.direction = 'inbound'
      else event.source_ip ||= sourceIpOf(sourceIps, record.host, record.program)
    }
    return disposition
  }

  return {
    get reference() {
      return context.reference
    },
    set reference(time) {
      context.reference = time
    },
    read,
    stage,
  }
}
