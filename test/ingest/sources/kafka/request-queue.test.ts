import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mendRequestQueue } from '../../../../ingest/sources/kafka/request-queue.ts'

// kafkajs's own queue, mended, with entries as its connection makes them.
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue')
const logger = { debug() {}, warn() {} }

test("kafkajs's queue sends what waits, keeps to a throttle, and sets no timer of negative time", async () => {
  mendRequestQueue()
  const warnings: string[] = []
  const listen = (warning: Error) => void warnings.push(warning.name)
  process.on('warning', listen)
  const queue = new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1000,
    clientId: 'c',
    broker: 'b',
    logger,
  })
  const sent: number[] = []
  const push = (correlationId: number) =>
    queue.push({
      entry: { correlationId, apiKey: 1, apiName: 'Fetch', apiVersion: 1, resolve() {}, reject() {} },
      expectResponse: true,
      requestTimeout: 1000,
      sendRequest: () => void sent.push(correlationId),
    })
  for (const id of [1, 2]) push(id)
  expect(sent).toEqual([1])
  queue.fulfillRequest({ correlationId: 1, payload: {}, size: 0 })
  expect(sent).toEqual([1, 2])
  queue.fulfillRequest({ correlationId: 2, payload: {}, size: 0 })
  queue.maybeThrottle(100)
  push(3)
  expect(sent).toEqual([1, 2])
  await sleep(250)
  expect(sent).toEqual([1, 2, 3])
  process.off('warning', listen)
  expect(warnings).toEqual([])
})
