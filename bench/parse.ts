import { judge } from '../enrich/judge.ts'
import { FORMATS } from '../ingest/formats/formats.ts'
import { recordSources } from '../ingest/records.ts'
import { readRecord } from '../ingest/worker.ts'
import { sampleLog } from './sample.ts'

const LINES = 1_000_000

/** Lines a second of one core: envelope, format and correlator; then with judging every event. */
export async function benchParse(): Promise<void> {
  const path = sampleLog(LINES)
  const options = {
    kind: 'lines',
    formats: FORMATS,
    timeZone: 'UTC',
    maxEntries: 100_000,
    maxLineBytes: 1 << 20,
    ownDomains: new Set<string>(),
    sourceIps: new Map<string, string>(),
    authservIds: new Set<string>(),
  } as const
  for (const judged of [false, true]) {
    for (let round = 0; round < 3; round++) {
      const cpu = process.cpuUsage()
      const begun = performance.now()
      let lines = 0
      for await (const source of recordSources(path, options)) {
        const pipeline = source.pipeline(source.reference)
        for await (const block of source.read(0)) {
          lines += block.lines.length
          for (let index = 0; index < block.lines.length; index++) {
            const disposition = readRecord(pipeline, block, index)
            if (judged && disposition.kind === 'events') for (const event of disposition.events) judge(event)
          }
        }
      }
      const wall = (performance.now() - begun) / 1000
      const { user, system } = process.cpuUsage(cpu)
      console.log(
        `${judged ? 'parse and judge' : 'parse'}: ${Math.round(lines / wall)} lines/s, ${Math.round((lines * 1e6) / (user + system))} a CPU second`,
      )
    }
  }
}
