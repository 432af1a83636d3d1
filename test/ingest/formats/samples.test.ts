import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FORMATS, LISTED } from '../../../ingest/formats/formats.ts'
import { LOGGED_FIELDS } from '../../../schemas/event.ts'
import { docsRow, linesOf, openSamples, outcomeOf, SAMPLED, samplesOf } from './samples.ts'

const ALWAYS = ['event_time', 'source_format', 'direction', 'outcome']

test('every format of records has samples, and no others are there', () => {
  expect([...SAMPLED].sort()).toEqual(FORMATS.map(({ name }) => name).sort())
})

test.each(FORMATS.map((format) => [format.name, format] as const))('%s: its samples', (name, format) => {
  const samples = samplesOf(name)
  for (const sample of samples)
    for (const formats of [[format], FORMATS]) {
      const pipeline = openSamples(formats)
      const read = linesOf(sample).map((line) => pipeline.read(line, { host: 'log.example', format: '' }))
      const { events = [], ignored = [], dead = [] } = sample
      expect(outcomeOf(read), `${name}: ${sample.what}`).toEqual({ events, ignored, dead })
      for (const one of read)
        if (one.kind === 'events') expect(one.events.map((event) => event.source_format)).toContain(name)
    }
  expect(samples.length).toBeGreaterThanOrEqual(5)
  const events = samples.flatMap((sample) => sample.events ?? [])
  const outcomes = new Set(events.map(({ outcome }) => outcome))
  expect(outcomes.size, 'kinds of outcomes').toBeGreaterThan(1)
  // A stage that is unknown is none.
  const told = events.flatMap((event) => Object.keys(event).filter((key) => event[key] !== 'unknown'))
  const filled = new Set(told.filter((key) => !ALWAYS.includes(key)))
  expect(LOGGED_FIELDS.filter((field) => filled.has(field))).toEqual(
    LOGGED_FIELDS.filter((field) => format.about.fills.includes(field)),
  )
  expect([...new Set(events.map(({ direction }) => direction))].sort()).toEqual(
    [...format.about.directions].sort(),
  )
  const published = samples.filter(({ source }) => source?.startsWith('https://'))
  if (format.about.samples === 'published') expect(published.length).toBeGreaterThan(0)
  else if (format.about.samples === 'unverified') expect(published).toEqual([])
})

test('samples of all formats, mixed line by line in one topic, give what each gives alone', () => {
  const pipeline = openSamples(FORMATS)
  const queues = FORMATS.flatMap(({ name }) =>
    samplesOf(name).map((sample, at) => ({ name, at, sample, lines: linesOf(sample) })),
  )
  const read = queues.map(() => [] as ReturnType<typeof pipeline.read>[])
  const longest = Math.max(...queues.map(({ lines }) => lines.length))
  for (let at = 0; at < longest; at++)
    for (const [which, { name, at: number, lines }] of queues.entries()) {
      const line = lines[at]
      const hint = { host: `${name}-${number}.example`, format: '' }
      if (line !== undefined) read[which]?.push(pipeline.read(line, hint))
    }
  const withoutHost = (events: Record<string, unknown>[]) => events.map(({ log_host: _, ...event }) => event)
  for (const [which, { name, sample }] of queues.entries()) {
    const { events, ignored, dead } = outcomeOf(read[which] ?? [])
    expect({ events: withoutHost(events), ignored, dead }, `${name}: ${sample.what}`).toEqual({
      events: withoutHost(sample.events ?? []),
      ignored: sample.ignored ?? [],
      dead: sample.dead ?? [],
    })
  }
})

test('docs/formats.md tells of every format what `faultline formats` does', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/formats.md'), 'utf8')
  const rows = LISTED.map(docsRow)
  expect(rows.filter((row) => !text.includes(row))).toEqual([])
})
