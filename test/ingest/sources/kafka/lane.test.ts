import { expect, test } from 'vitest'
import { openLane } from '../../../../ingest/sources/kafka/lane.ts'
import { recordFrom } from '../../../../ingest/sources/kafka/record-batch.ts'

const record = (offset: number) =>
  recordFrom({ offset, timestamp: 0, key: Buffer.from('k'), value: Buffer.from('four'), headers: {} })
const records = (...offsets: number[]) => offsets.map(record)
const BYTES = 5

async function taken(lane: ReturnType<typeof openLane>, batches: number): Promise<number[][]> {
  const found: number[][] = []
  for await (const { offsets } of lane.records()) {
    found.push(offsets)
    if (found.length === batches) break
  }
  return found
}

test('gives every offset once, in order, whatever is fetched twice or holds no record', async () => {
  const lane = openLane(10, 10, 1000)
  lane.push(records(8, 9, 10, 11))
  lane.push(records(11, 12))
  lane.push(records(15))
  expect(lane.next).toBe(16)
  expect(await taken(lane, 3)).toEqual([[10, 11], [12], [13, 14, 15]])
})

test('holds as many bytes as were fetched and not released', async () => {
  const lane = openLane(10, 10, 1000)
  lane.push(records(9, 10, 11))
  expect(lane.bytes).toBe(2 * BYTES)
  for await (const lines of lane.records()) {
    lane.release(lines.raw(0, 1).length)
    break
  }
  expect(lane.bytes).toBe(0)
})

test('no batch spans the position, and what is missing before it is left out', async () => {
  const lane = openLane(10, 14, 1000)
  lane.push(records(10, 12, 16))
  expect(await taken(lane, 2)).toEqual([
    [10, 11, 12],
    [14, 15, 16],
  ])
})

test('ends for who waits, and drops what was not taken', async () => {
  const lane = openLane(0, 0, 1000)
  const waiting = taken(lane, 5)
  await Promise.resolve()
  lane.push(records(0))
  lane.end()
  lane.push(records(1))
  expect((await waiting).length).toBeLessThanOrEqual(1)
})
