import { FORMATS } from '../ingest/formats/formats.ts'
import { openPipeline } from '../ingest/pipeline.ts'
import { linesOf, samplesOf } from '../test/ingest/formats/samples.ts'

const RECORDS = 100_000
const ROUNDS = 3

/** Records and events a CPU second of each format: its samples that give events, over and over, all formats asked. */
export async function benchFormats(): Promise<void> {
  for (const { name } of FORMATS) {
    const sample = samplesOf(name)
      .filter(({ events }) => events !== undefined)
      .flatMap(linesOf)
    const times = Math.ceil(RECORDS / sample.length)
    const bytes = sample.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / sample.length
    const rates: [records: number, events: number][] = []
    for (let round = 0; round < ROUNDS; round++) {
      const options = { timeZone: 'UTC', maxEntries: 100_000, ownDomains: new Set<string>() }
      const pipeline = openPipeline({ ...options, formats: FORMATS, sourceIps: new Map() }, Date.now())
      const cpu = process.cpuUsage()
      let events = 0
      for (let i = 0; i < times; i++)
        for (const line of sample) {
          // A text of its own each time, as lines of a file are.
          const read = pipeline.read(`${line.slice(0, -1)}${line.slice(-1)}`, { host: 'mx1', format: '' })
          if (read.kind === 'events') events += read.events.length
        }
      const { user, system } = process.cpuUsage(cpu)
      const seconds = (user + system) / 1e6
      rates.push([(times * sample.length) / seconds, events / seconds])
    }
    const [records = 0, events = 0] = rates.sort((a, b) => a[0] - b[0])[Math.floor(ROUNDS / 2)] ?? []
    console.log(
      `${name}: ${Math.round(records)} records, ${Math.round(events)} events a CPU second (${Math.round(bytes)} bytes each)`,
    )
  }
}
