import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Disposition, Format } from '../../../ingest/formats/format.ts'
import { openPipeline } from '../../../ingest/pipeline.ts'
import type { LoggedEvent } from '../../../schemas/event.ts'

/** What one sample holds: records as logged, and what is to be made of them. */
export interface Sample {
  what: string
  /** Page on which others published these records; addresses, names and hosts were changed. */
  source?: string
  /** A record a line. */
  lines: string
  /** The events with all their fields but empty ones and `source_format`; times as ISO 8601. */
  events?: Record<string, unknown>[]
  /** Rules that ignored records, in order. */
  ignored?: string[]
  /** Reasons of dead letters, in order. */
  dead?: string[]
}

const FOLDER = join(import.meta.dirname, 'samples')

/** The samples of a format. */
export function samplesOf(name: string): Sample[] {
  return parse(readFileSync(join(FOLDER, `${name}.yaml`), 'utf8')) as Sample[]
}

/** Formats that have samples. */
export const SAMPLED = readdirSync(FOLDER).map((file) => file.replace('.yaml', ''))

/** The records of a sample. */
export const linesOf = ({ lines }: Sample): string[] => lines.replace(/\n$/, '').split('\n')

/** A pipeline over some formats, its zone UTC, its lines of November 2026. */
export function openSamples(formats: readonly Format[]) {
  const options = {
    formats,
    timeZone: 'UTC',
    maxEntries: 10_000,
    ownDomains: new Set<string>(),
    sourceIps: new Map<string, string>(),
  }
  return openPipeline(options, Date.UTC(2026, 10, 25))
}

/** An event as samples state it. */
export function stated(event: LoggedEvent): Record<string, unknown> {
  const fields = Object.entries(event).filter(
    ([name, value]) =>
      name !== 'source_format' && value !== '' && value !== 0 && value !== 0n && !Number.isNaN(value),
  )
  return { ...Object.fromEntries(fields), event_time: new Date(event.event_time).toISOString() }
}

/** What became of records, as samples state it. */
export function outcomeOf(dispositions: readonly Disposition[]) {
  const events = dispositions.flatMap((one) => (one.kind === 'events' ? one.events : []))
  return {
    events: events.map(stated),
    ignored: dispositions.flatMap((one) => (one.kind === 'ignored' ? [one.rule] : [])),
    dead: dispositions.flatMap((one) => (one.kind === 'dead' ? [one.reason] : [])),
  }
}

/** The row of docs/formats.md that tells of a format. */
export function docsRow({ name, about }: Pick<Format, 'name' | 'about'>): string {
  const { title, docs, input, directions, tells, lacks, samples } = about
  const pages = docs.map((page, at) => `[${at + 1}](${page})`).join(' ')
  const cells = [`\`${name}\``, `${title} ${pages}`, input, directions.join(', '), tells, lacks, samples]
  return `| ${cells.join(' | ')} |`
}
