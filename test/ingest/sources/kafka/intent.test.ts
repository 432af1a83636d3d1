import { expect, test } from 'vitest'
import { readIntent, writeIntent } from '../../../../ingest/sources/kafka/intent.ts'

test('an intent is read as it was written, and is short', () => {
  const intent = { topic_id: 'Zk3Pq8yHQ7-x_1aB0cDeFg', last: Number.MAX_SAFE_INTEGER }
  expect(readIntent(writeIntent(intent))).toEqual(intent)
  expect(writeIntent(intent).length).toBeLessThan(200)
})

test.each([
  '',
  'null',
  '7',
  '[]',
  '{',
  '{"faultline":2,"topic_id":"a","last":1}',
  '{"faultline":1,"topic_id":7,"last":1}',
  '{"faultline":1,"topic_id":"a","last":1.5}',
  '{"faultline":1,"topic_id":"a","last":"1"}',
])('%j is none of ours', (metadata) => {
  expect(readIntent(metadata)).toBeUndefined()
})
