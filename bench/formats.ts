import { FORMATS } from '../ingest/formats/formats.ts'
import { openPipeline } from '../ingest/pipeline.ts'
import { linesOf, samplesOf } from '../test/ingest/formats/samples.ts'

const RECORDS = 100_000
const ROUNDS = 3

// A text of its own each time, as lines of a file are.
const ownText = (line: string) => `${line.slice(0, -1)}${line.slice(-1)}`

/** Objects that JSON.parse alone takes a CPU second of: what no reader of them can exceed. NaN where they are none. */
function jsonFloor(sample: readonly string[], times: number): number {
  if (!sample.every((line) => line.startsWith('{'))) return Number.NaN
  const cpu = process.cpuUsage()
  for (let i = 0; i < times; i++) for (const line of sample) JSON.parse(ownText(line))
  const { user, system } = process.cpuUsage(cpu)
  return (times * sample.length * 1e6) / (user + system)
}

/** Records and events a CPU second of each format: its samples that give events, over and over, all formats asked. */
export async function benchFormats(): Promise<void> {
  for (const { name } of FORMATS) {
    const sample = samplesOf(name)
      .filter(({ events }) => events !== undefined)
      .flatMap(linesOf)
    const times = Math.ceil(RECORDS / sample.length)
    const bytes = sample.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / sample.length
    const rates: [records: number, events: number][] = []
    // The first round is not counted: half of it is compiling, which a log of millions of records takes once.
    for (let round = 0; round <= ROUNDS; round++) {
      const options = { timeZone: 'UTC', maxEntries: 100_000, ownDomains: new Set<string>() }
      const pipeline = openPipeline({ ...options, formats: FORMATS, sourceIps: new Map() }, Date.now())
      const cpu = process.cpuUsage()
      let events = 0
      for (let i = 0; i < times; i++)
        for (const line of sample) {
          const read = pipeline.read(ownText(line), { host: 'mx1', format: '' })
          if (read.kind === 'events') events += read.events.length
        }
      const { user, system } = process.cpuUsage(cpu)
      const seconds = (user + system) / 1e6
      if (round > 0) rates.push([(times * sample.length) / seconds, events / seconds])
    }
    const [records = 0, events = 0] = rates.sort((a, b) => a[0] - b[0])[Math.floor(ROUNDS / 2)] ?? []
    const floor = jsonFloor(sample, times)
    const parsing = Number.isNaN(floor) ? '' : `; JSON.parse alone ${Math.round(floor)}`
    console.log(
      `${name}: ${Math.round(records)} records, ${Math.round(events)} events a CPU second (${Math.round(bytes)} bytes each)${parsing}`,
    )
  }
}
