import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { GONE } from '../chaos/faults.ts'
import { runChaos } from '../chaos/run.ts'
import { missingBroker } from './kafka-broker.ts'

const missing = missingBroker()

// The short form of `npm run chaos`. It kills the broker, so that one of somebody else's will not do.
describe.skipIf(missing !== undefined || process.env['KAFKA_BROKERS'])('chaos', () => {
  test('loses and doubles nothing while workers, broker and store are killed', async () => {
    const report = await runChaos({
      seed: 7,
      lines: 24_000,
      partitions: 3,
      workers: 2,
      kills: 1,
      phaseKills: 4,
      brokerKills: 1,
      stops: 1,
      storeOutages: 1,
      session: 3,
      rate: 5000,
      say: () => {},
    })
    expect(report.difference).toMatchObject({ lost: 0, doubled: 0, wrong: 0, examples: [] })
    expect(report.difference.gone).toBe(GONE)
    expect(report.difference.lines).toBe(24_000 + 6 * 3000)
    expect(report.attempts).toBe(report.rows)
    expect(report.faults['worker deaths']).toBeGreaterThan(1)
    expect(report.auditPassed, report.audit).toBe(true)
    rmSync(report.folder, { recursive: true, force: true })
  }, 300_000)
})
