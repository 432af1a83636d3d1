import { expect, test } from 'vitest'
import { FORMATS } from '../../../ingest/formats/formats.ts'
import { readJsonRecords } from '../../../ingest/sources/json-records.ts'
import { linesOf, openSamples, samplesOf } from './samples.ts'

const withEvents = (name: string) =>
  samplesOf(name)
    .filter(({ events }) => events !== undefined)
    .flatMap(linesOf)

test.each(FORMATS.map(({ name }) => name))('%s given as another format gives none of its events', (name) => {
  const [first, second] = FORMATS
  const other = (first?.name === name ? second?.name : first?.name) ?? ''
  const pipeline = openSamples(FORMATS)
  for (const line of withEvents(name)) {
    const read = pipeline.read(line, { host: 'log.example', format: other })
    if (read.kind === 'events') for (const event of read.events) expect(event.source_format).toBe(other)
    else expect(['ignored', 'dead', 'correlated']).toContain(read.kind)
  }
})

const JSON_FORMATS = FORMATS.filter(({ about }) => about.input === 'json').map(({ name }) => name)

test.each(JSON_FORMATS)('%s cut off in the middle is a dead letter that says so', (name) => {
  const pipeline = openSamples(FORMATS)
  const objects = withEvents(name).filter((line) => line.startsWith('{'))
  expect(objects.length).toBeGreaterThan(0)
  for (const line of objects)
    expect(pipeline.read(line.slice(0, line.length / 2))).toEqual({
      kind: 'dead',
      reason: 'JSON that is broken or cut off',
    })
})

test('of all lines that give events alone, nearly all are given to the right format', () => {
  let lines = 0
  let right = 0
  for (const { name } of FORMATS)
    for (const sample of samplesOf(name)) {
      const pipeline = openSamples(FORMATS)
      for (const line of linesOf(sample)) {
        const read = pipeline.read(line, { host: 'log.example', format: '' })
        if (read.kind !== 'events') continue
        lines++
        if (read.events.every((event) => event.source_format === name)) right++
      }
    }
  expect(lines).toBeGreaterThan(200)
  expect(right / lines).toBeGreaterThanOrEqual(0.99)
})

test('an array of a million events comes in blocks of bounded size', async () => {
  const EVENTS = 1_000_000
  async function* array() {
    const event = Buffer.from('{"event":"bounce","email":"a@b.example"},\n'.repeat(10_000))
    yield Buffer.from('[')
    for (let i = 0; i < EVENTS / 10_000; i++) yield event
    yield Buffer.from('{}]')
  }
  let events = 0
  let most = 0
  for await (const block of readJsonRecords(array(), {})) {
    events += block.lines.length
    most = Math.max(most, block.lines.length)
  }
  expect(events).toBe(EVENTS + 1)
  expect(most).toBeLessThan(EVENTS / 10)
}, 60_000)
