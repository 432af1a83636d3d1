import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { FORMATS } from '../ingest/formats/formats.ts'
import { openPipeline } from '../ingest/pipeline.ts'
import { readLines } from '../ingest/sources/lines.ts'
import { linesOf, samplesOf } from '../test/ingest/formats/samples.ts'

const RECORDS = 100_000
/** Not counted: for some 300,000 records V8 compiles what they need, again and better, which a log of millions takes once. */
const WARMING = 3
const ROUNDS = 3
/** As many bytes are cut into lines at once as of a file. */
const BLOCK_BYTES = 256 * 1024

/** CPU seconds of what is done with each line of a block, which is read so many times. */
async function secondsOf(block: Buffer, times: number, take: (line: string) => void): Promise<number> {
  let micros = 0
  for (let i = 0; i < times; i++)
    // Cut from bytes each time, as a file's lines are: each a flat text of its own. That is no format's work, and not counted.
    for await (const { lines } of readLines(Readable.from([block]))) {
      const cpu = process.cpuUsage()
      for (const line of lines) take(line)
      const { user, system } = process.cpuUsage(cpu)
      micros += user + system
    }
  return micros / 1e6
}

/**
 * Records and events a CPU second of each format: its samples that give events, over and over, all formats asked. With
 * `--only fortimail,sophos` of these alone, which is faster: code that reads one format is compiled for that one.
 */
export async function benchFormats(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: 'string' } } })
  const known = FORMATS.map(({ name }) => name)
  const names = values.only?.split(',') ?? known
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`formats: no format ${unknown}; known: ${known.join(', ')}`)
  for (const name of names) {
    const sample = samplesOf(name)
      .filter(({ events }) => events !== undefined)
      .flatMap(linesOf)
    const text = `${sample.join('\n')}\n`
    const repeats = Math.ceil(BLOCK_BYTES / Buffer.byteLength(text))
    const block = Buffer.from(text.repeat(repeats))
    const records = repeats * sample.length
    const times = Math.ceil(RECORDS / records)
    const rates: [records: number, events: number][] = []
    for (let round = 0; round < WARMING + ROUNDS; round++) {
      const options = { timeZone: 'UTC', maxEntries: 100_000, ownDomains: new Set<string>() }
      const pipeline = openPipeline({ ...options, formats: FORMATS, sourceIps: new Map() }, Date.now())
      let events = 0
      const seconds = await secondsOf(block, times, (line) => {
        const read = pipeline.read(line, { host: 'mx1', format: '' })
        if (read.kind === 'events') events += read.events.length
      })
      if (round >= WARMING) rates.push([(times * records) / seconds, events / seconds])
    }
    const [recordRate = 0, eventRate = 0] = rates.sort((a, b) => a[0] - b[0])[Math.floor(ROUNDS / 2)] ?? []
    // Objects that JSON.parse alone takes a CPU second of are what no reader of them can exceed.
    const isJson = sample.every((line) => line.startsWith('{'))
    const floor = isJson ? (times * records) / (await secondsOf(block, times, JSON.parse)) : 0
    const parsing = isJson ? `; JSON.parse alone ${Math.round(floor)}` : ''
    const bytes = Math.round(block.length / records - 1)
    console.log(
      `${name}: ${Math.round(recordRate)} records, ${Math.round(eventRate)} events a CPU second (${bytes} bytes each)${parsing}`,
    )
  }
}
